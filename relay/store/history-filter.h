/* History filter: which messages are meant, as a query for their ids inside a reader's snapshot.
 *
 * The condition that leaves fewest leads through its index in the order of ids, so that a page needs no
 * sorting; the others are checked message by message. */
#pragma once
#include "relay/store/connection.h"
#include "relay/store/history.h"

G_BEGIN_DECLS

typedef struct PstHistoryQuery PstHistoryQuery;

/* @filter may be NULL: all. INVALID_ARGUMENT when a search text is too long. */
PstHistoryQuery *pst_history_query_new(PstConnection *connection, const PstHistoryFilter *filter,
                                       GError **error);
void pst_history_query_free(PstHistoryQuery *query);

/* At most @limit ids (-1: all) of @from to @to, the first @skip left out; ready for pst_connection_next(), to
 * be stepped to its end. */
sqlite3_stmt *pst_history_query_ids(PstHistoryQuery *query, gboolean newest_first, gint64 from, gint64 to,
                                    gint64 limit, gint64 skip, GError **error);

/* The same for the same filter, another for another. Caller frees. */
char *pst_history_filter_key(const PstHistoryFilter *filter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstHistoryQuery, pst_history_query_free)

G_END_DECLS
