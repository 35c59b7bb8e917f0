/* Record rows: a message record to and from its rows, inside the caller's transaction.
 *
 * What is derived from the rows (search index, counters, bounds of days) is kept in step by the same calls. A
 * row with a nick this program does not know is an error, never a guess. */
#pragma once
#include "relay/delivery/record.h"
#include "relay/store/connection.h"

G_BEGIN_DECLS

/* Sets @id to the new row's. */
gboolean pst_record_rows_insert(PstConnection *connection, const PstMessageRecord *record, gint64 *id,
                                GError **error);
/* NOT_FOUND when the row record->id is gone. */
gboolean pst_record_rows_replace(PstConnection *connection, const PstMessageRecord *record, GError **error);
/* NOT_FOUND likewise. */
gboolean pst_record_rows_delete(PstConnection *connection, gint64 id, GError **error);
/* NULL and NOT_FOUND likewise. */
PstMessageRecord *pst_record_rows_read(PstConnection *connection, gint64 id, GError **error);
/* The same as facts, floating a{sv}. */
GVariant *pst_record_rows_read_facts(PstConnection *connection, gint64 id, GError **error);

G_END_DECLS
