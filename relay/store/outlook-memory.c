#include "relay/store/outlook-memory.h"
#include "relay/contract/error.h"
#include "relay/store/database-access.h"

typedef struct {
  const char *domain;
  gint64 now;
  gboolean accepts; /* else sees: */
  PstOutlook outlook;
  gboolean was_locked;
  PstDowngrade downgrade; /* afterwards */
} Change;

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

static gboolean
load(PstConnection *connection, const char *domain, PstDowngrade *downgrade, GError **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *row = pst_connection_query(
      connection, &local, "SELECT armed, locked, best, remembered_at FROM outlooks WHERE domain = ?1", "t",
      domain);
  if (row != NULL && pst_connection_next(connection, row, &local)) {
    read_row(row, downgrade);
    sqlite3_reset(row);
  }
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

static gboolean
save(PstConnection *connection, const Change *change, GError **error)
{
  const PstDowngrade *downgrade = &change->downgrade;
  if (!downgrade->armed && !downgrade->is_remembered)
    return pst_connection_run(connection, error, "DELETE FROM outlooks WHERE domain = ?1", "t",
                              change->domain);
  return pst_connection_run(
             connection, error,
             "INSERT OR REPLACE INTO outlooks (domain, armed, locked, best, remembered_at, seen_at)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
             "tootni", change->domain, downgrade->armed, downgrade->locked, pst_outlook_nick(downgrade->best),
             downgrade->is_remembered ? downgrade->remembered_at : (gint64)0, change->now) &&
         pst_connection_run(connection, error,
                            "DELETE FROM outlooks WHERE domain IN (SELECT domain FROM outlooks"
                            " ORDER BY seen_at DESC LIMIT -1 OFFSET ?1)",
                            "i", (gint64)PST_OUTLOOK_MEMORY_MAX);
}

static gboolean
change_row(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  Change *change = data;
  if (!load(connection, change->domain, &change->downgrade, error))
    return FALSE;
  change->was_locked = change->downgrade.locked;
  if (change->accepts && !change->was_locked)
    return TRUE;
  if (change->accepts)
    pst_downgrade_accept(&change->downgrade);
  else
    pst_downgrade_see(&change->downgrade, change->outlook, change->now);
  return save(connection, change, error);
}

gboolean
pst_outlook_memory_see(PstDatabase *database, const char *domain, PstOutlook outlook, gint64 now,
                       PstDowngrade *downgrade, GError **error)
{
  Change change = { .domain = domain, .now = now, .outlook = outlook };
  gboolean done = pst_writer_run(pst_database_get_writer(database), change_row, &change, error);
  *downgrade = change.downgrade;
  return done;
}

gboolean
pst_outlook_memory_accept(PstDatabase *database, const char *domain, gint64 now, GError **error)
{
  Change change = { .domain = domain, .now = now, .accepts = TRUE };
  if (!pst_writer_run(pst_database_get_writer(database), change_row, &change, error))
    return FALSE;
  if (!change.was_locked)
    g_set_error(error, PST_ERROR, PST_ERROR_NOT_FOUND, "no change of %s waits to be accepted", domain);
  return change.was_locked;
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
