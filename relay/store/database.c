#include "relay/store/database.h"
#include "relay/store/database-access.h"
#include "relay/store/history-repair.h"
#include "relay/store/private-file.h"
#include "relay/store/schema.h"
#include "relay/store/search-index.h"
#include <errno.h>
#include <unistd.h>

#define DIGEST_KEY_LENGTH 32

struct PstDatabase {
  PstWriter *writer;
  GMutex reader_lock; /* of all below */
  PstConnection *reader;
  PstPositionCache *positions;
  GBytes *digest_key;
};

/* Beside the database and not in it: who has a copy of the database alone cannot confirm a guess of what was
 * sent. */
static GBytes *
load_digest_key(const char *database_path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(database_path);
  g_autofree char *path = g_build_filename(folder, "digest-key", NULL);
  g_autoptr(GBytes) key = NULL;
  if (!pst_private_file_read(path, &key, error))
    return NULL;
  if (key != NULL && g_bytes_get_size(key) == DIGEST_KEY_LENGTH)
    return g_steal_pointer(&key);
  guint8 octets[DIGEST_KEY_LENGTH];
  if (getentropy(octets, sizeof octets) < 0) {
    g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "no random octets: %s", g_strerror(errno));
    return NULL;
  }
  if (!pst_private_file_write(path, octets, sizeof octets, error))
    return NULL;
  return g_bytes_new(octets, sizeof octets);
}

static PstConnection *
open_writer(const char *path, GError **error)
{
  g_autoptr(PstConnection) connection = pst_connection_open(path, error);
  if (connection == NULL || !pst_schema_upgrade(connection, pst_schema_steps, error) ||
      !pst_connection_execute(connection, "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 8388608;",
                              error) ||
      !pst_history_repair(connection, error))
    return NULL;
  return g_steal_pointer(&connection);
}

static PstConnection *
open_reader(const char *path, GError **error)
{
  g_autoptr(PstConnection) connection = pst_connection_open(path, error);
  if (connection == NULL || !pst_connection_execute(connection, "PRAGMA query_only = ON", error))
    return NULL;
  return g_steal_pointer(&connection);
}

static gboolean
index_waiting(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  return pst_search_index_catch_up(connection, changed_from, error);
}

PstDatabase *
pst_database_open(const char *path, GError **error)
{
  g_autofree char *full = g_canonicalize_filename(path, NULL);
  if (!pst_connection_make_private(full, error))
    return NULL;
  g_autoptr(PstConnection) writer = open_writer(full, error);
  g_autoptr(PstConnection) reader = writer != NULL ? open_reader(full, error) : NULL;
  g_autoptr(GBytes) digest_key = reader != NULL ? load_digest_key(full, error) : NULL;
  if (digest_key == NULL)
    return NULL;
  PstDatabase *database = g_new0(PstDatabase, 1);
  g_mutex_init(&database->reader_lock);
  database->writer = pst_writer_new(g_steal_pointer(&writer), index_waiting);
  database->reader = g_steal_pointer(&reader);
  database->positions = pst_position_cache_new();
  database->digest_key = g_steal_pointer(&digest_key);
  return database;
}

void
pst_database_close(PstDatabase *database)
{
  if (database == NULL)
    return;
  /* The reader first: the last connection moves the write-ahead log into the file and removes it. */
  pst_connection_close(database->reader);
  pst_writer_free(database->writer);
  pst_position_cache_free(database->positions);
  g_bytes_unref(database->digest_key);
  g_mutex_clear(&database->reader_lock);
  g_free(database);
}

PstWriter *
pst_database_get_writer(PstDatabase *database)
{
  return database->writer;
}

PstConnection *
pst_database_begin_read(PstDatabase *database, GError **error)
{
  PstConnection *reader = database->reader;
  gint64 unused;
  g_mutex_lock(&database->reader_lock);
  pst_writer_hold_commits(database->writer);
  /* BEGIN alone takes no snapshot; the first read does. */
  gboolean good = pst_connection_run(reader, error, "BEGIN", "") &&
                  pst_connection_number(reader, &unused, error, "SELECT 1 FROM messages LIMIT 1", "");
  gint64 changed_from = pst_writer_release_commits(database->writer);
  pst_position_cache_forget_from(database->positions, changed_from);
  if (good)
    return reader;
  pst_database_end_read(database);
  return NULL;
}

void
pst_database_end_read(PstDatabase *database)
{
  if (!sqlite3_get_autocommit(pst_connection_get_sqlite(database->reader)))
    pst_connection_run(database->reader, NULL, "ROLLBACK", "");
  g_mutex_unlock(&database->reader_lock);
}

PstPositionCache *
pst_database_get_positions(PstDatabase *database)
{
  return database->positions;
}

char *
pst_database_get_state(PstDatabase *database, const char *key)
{
  PstConnection *connection = pst_database_begin_read(database, NULL);
  if (connection == NULL)
    return NULL;
  char *value = NULL;
  sqlite3_stmt *row =
      pst_connection_query(connection, NULL, "SELECT value FROM meta WHERE key = ?1", "t", key);
  if (row != NULL && pst_connection_next(connection, row, NULL)) {
    value = pst_column_text(row, 0);
    sqlite3_reset(row);
  }
  pst_database_end_read(database);
  return value;
}

static gboolean
write_state(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  const char **pair = data;
  if (pair[1] == NULL)
    return pst_connection_run(connection, error, "DELETE FROM meta WHERE key = ?1", "t", pair[0]);
  return pst_connection_run(connection, error,
                            "INSERT INTO meta (key, value) VALUES (?1, ?2)"
                            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                            "tt", pair[0], pair[1]);
}

gboolean
pst_database_set_state(PstDatabase *database, const char *key, const char *value, GError **error)
{
  const char *pair[] = { key, value };
  return pst_writer_run(database->writer, write_state, pair, error);
}

GBytes *
pst_database_get_digest_key(PstDatabase *database)
{
  return g_bytes_ref(database->digest_key);
}
