#include "relay/store/outlook-memory.h"
#include "relay/store/database-access.h"

typedef struct {
  const char *domain;
  const PstDowngrade *downgrade;
  gint64 now;
} Saved;

static void
read_row(sqlite3_stmt *row, PstDowngrade *downgrade)
{
  g_autofree char *best = pst_column_text(row, 2);
  downgrade->armed = sqlite3_column_int(row, 0);
  downgrade->locked = sqlite3_column_int(row, 1);
  downgrade->remembered_at = sqlite3_column_int64(row, 3);
  downgrade->is_remembered = sqlite3_column_type(row, 3) != SQLITE_NULL;
  /* A row that cannot be understood must not open a lock. */
  if (!pst_outlook_parse(best, &downgrade->best))
    downgrade->best = PST_OUTLOOK_VERIFIED;
}

gboolean
pst_outlook_memory_load(PstDatabase *database, const char *domain, PstDowngrade *downgrade, GError **error)
{
  g_autoptr(GError) local = NULL;
  *downgrade = (PstDowngrade){ 0 };
  PstConnection *connection = pst_database_begin_read(database, error);
  if (connection == NULL)
    return FALSE;
  sqlite3_stmt *row = pst_connection_query(
      connection, &local, "SELECT armed, locked, best, remembered_at FROM outlooks WHERE domain = ?1", "t",
      domain);
  if (row != NULL && pst_connection_next(connection, row, &local)) {
    read_row(row, downgrade);
    sqlite3_reset(row);
  }
  pst_database_end_read(database);
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

static gboolean
write_row(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  const Saved *saved = data;
  const PstDowngrade *downgrade = saved->downgrade;
  return pst_connection_run(
             connection, error,
             "INSERT OR REPLACE INTO outlooks (domain, armed, locked, best, remembered_at, seen_at)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
             "tootni", saved->domain, downgrade->armed, downgrade->locked, pst_outlook_nick(downgrade->best),
             downgrade->is_remembered ? downgrade->remembered_at : (gint64)0, saved->now) &&
         pst_connection_run(connection, error,
                            "DELETE FROM outlooks WHERE domain IN (SELECT domain FROM outlooks"
                            " ORDER BY seen_at DESC LIMIT -1 OFFSET ?1)",
                            "i", (gint64)PST_OUTLOOK_MEMORY_MAX);
}

gboolean
pst_outlook_memory_save(PstDatabase *database, const char *domain, const PstDowngrade *downgrade, gint64 now,
                        GError **error)
{
  Saved saved = { domain, downgrade, now };
  return pst_writer_run(pst_database_get_writer(database), write_row, &saved, error);
}

typedef struct {
  const char *domain;
  gint64 n;
} Forgotten;

static gboolean
delete_rows(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  Forgotten *forgotten = data;
  if (!pst_connection_run(connection, error, "DELETE FROM outlooks WHERE ?1 IS NULL OR domain = ?1", "t",
                          forgotten->domain))
    return FALSE;
  forgotten->n = sqlite3_changes(pst_connection_get_sqlite(connection));
  return TRUE;
}

gint64
pst_outlook_memory_forget(PstDatabase *database, const char *domain, GError **error)
{
  Forgotten forgotten = { domain, 0 };
  return pst_writer_run(pst_database_get_writer(database), delete_rows, &forgotten, error) ? forgotten.n : -1;
}
