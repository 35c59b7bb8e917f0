#include "relay/store/search-index.h"

#define PURGE_PAGES 500 /* of the index, written in one step */

gboolean
pst_search_index_is_behind(PstConnection *connection, gboolean *behind, GError **error)
{
  gint64 value;
  if (!pst_connection_number(
          connection, &value, error,
          "SELECT (SELECT coalesce (max (id), 0) FROM messages) > indexed_to FROM search_progress", ""))
    return FALSE;
  *behind = value != 0;
  return TRUE;
}

gboolean
pst_search_index_catch_up(PstConnection *connection, gint64 *changed_from, GError **error)
{
  gint64 indexed_to;
  if (!pst_connection_number(connection, &indexed_to, error, "SELECT indexed_to FROM search_progress", ""))
    return FALSE;
  *changed_from = MIN(*changed_from, indexed_to + 1);
  return pst_connection_run(connection, error,
                            "INSERT INTO search (rowid, addresses, subject)"
                            " SELECT id, addresses, subject FROM search_text WHERE id > ?1",
                            "i", indexed_to) &&
         pst_connection_run(connection, error,
                            "UPDATE search_progress SET indexed_to = max (indexed_to,"
                            " (SELECT coalesce (max (id), 0) FROM messages))",
                            "");
}

#define WHEN_INDEXED " FROM search_text WHERE id = ?1 AND id <= (SELECT indexed_to FROM search_progress)"

gboolean
pst_search_index_take_out(PstConnection *connection, gint64 id, GError **error)
{
  if (!pst_connection_run(connection, error,
                          "INSERT INTO search (search, rowid, addresses, subject)"
                          " SELECT 'delete', id, addresses, subject" WHEN_INDEXED,
                          "i", id))
    return FALSE;
  return sqlite3_changes(pst_connection_get_sqlite(connection)) == 0 ||
         pst_connection_run(connection, error,
                            "INSERT OR REPLACE INTO meta (key, value) VALUES ('purge', 'due')", "");
}

gboolean
pst_search_index_put_back(PstConnection *connection, gint64 id, GError **error)
{
  return pst_connection_run(connection, error,
                            "INSERT INTO search (rowid, addresses, subject)"
                            " SELECT id, addresses, subject" WHEN_INDEXED,
                            "i", id);
}

static gboolean
merge_some(PstConnection *connection, gboolean *done, GError **error)
{
  sqlite3 *sqlite = pst_connection_get_sqlite(connection);
  int before = sqlite3_total_changes(sqlite);
  /* A negative number takes all parts of the index together first, so that no deleted word is left behind. */
  if (!pst_connection_run(connection, error, "INSERT INTO search (search, rank) VALUES ('merge', ?1)", "i",
                          (gint64)-PURGE_PAGES))
    return FALSE;
  *done = sqlite3_total_changes(sqlite) - before < 2;
  return TRUE;
}

gboolean
pst_search_index_purge(PstConnection *connection, gboolean *done, GError **error)
{
  gint64 due;
  if (!pst_connection_number(connection, &due, error, "SELECT 1 FROM meta WHERE key = 'purge'", ""))
    return FALSE;
  *done = due == 0;
  if (*done)
    return TRUE;
  if (!merge_some(connection, done, error))
    return FALSE;
  return !*done || pst_connection_run(connection, error, "DELETE FROM meta WHERE key = 'purge'", "");
}
