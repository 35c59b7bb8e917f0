/* Record values: columns of a row at hand into a record, and reasons into columns.
 *
 * A nick this program does not know is an error that names the column; a reason code it does not know is no
 * reason.
 */
#pragma once
#include "relay/delivery/record.h"
#include "relay/store/connection.h"

G_BEGIN_DECLS

/* NULL for no reason. */
const char *pst_record_reason_nick(const PstReason *reason);
GVariant *pst_record_reason_arguments(const PstReason *reason);

/* In the order of columns that record-rows.c selects. Hops are stored as facts and stay so, in @hops, until
 * they are taken. */
PstMessageRecord *pst_record_take_message(sqlite3_stmt *row, GVariant **hops, GError **error);
/* FALSE: a value is not known. */
gboolean pst_record_take_hops(PstMessageRecord *record, GVariant *hops);
gboolean pst_record_take_recipient(PstMessageRecord *record, sqlite3_stmt *row, GError **error);

G_END_DECLS
