/* Search index: the full-text index of addresses and subjects.
 *
 * It follows the messages in batches, for adding one costs more than saving it; whoever searches lets it
 * catch up first. A message's text must be taken out before its rows change and put back after. All inside
 * the caller's transaction. */
#pragma once
#include "relay/store/connection.h"

G_BEGIN_DECLS

/* Whether messages wait for it. */
gboolean pst_search_index_is_behind(PstConnection *connection, gboolean *behind, GError **error);
/* Adds what waits. Lowers @changed_from to the first id added. */
gboolean pst_search_index_catch_up(PstConnection *connection, gint64 *changed_from, GError **error);

/* Takes the text of message @id, as its rows have it, out of the index or puts it in; nothing to do while it
 * waits. */
gboolean pst_search_index_take_out(PstConnection *connection, gint64 id, GError **error);
gboolean pst_search_index_put_back(PstConnection *connection, gint64 id, GError **error);

/* Words taken out linger in the index until its parts are merged. One bounded step of that; @done when none
 * is left. */
gboolean pst_search_index_purge(PstConnection *connection, gboolean *done, GError **error);

G_END_DECLS
