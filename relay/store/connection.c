#include "relay/store/connection.h"
#include "relay/store/private-file.h"
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MILLISECONDS 5000
#define MAX_PREPARED      64

struct PstConnection {
  sqlite3 *sqlite;
  char *path;
  GHashTable *statements; /* SQL text → sqlite3_stmt */
};

static void
make_leftover_private(const char *path, const char *suffix)
{
  g_autofree char *beside = g_strconcat(path, suffix, NULL);
  chmod(beside, 0600);
}

gboolean
pst_connection_make_private(const char *path, GError **error)
{
  int fd = pst_private_file_open(path, TRUE, error);
  if (fd < 0 || close(fd) < 0)
    return FALSE;
  make_leftover_private(path, "-wal");
  make_leftover_private(path, "-shm");
  return TRUE;
}

static void
finalize_statement(gpointer statement)
{
  sqlite3_finalize(statement);
}

PstConnection *
pst_connection_open(const char *path, GError **error)
{
  g_autoptr(PstConnection) connection = g_new0(PstConnection, 1);
  connection->path = g_strdup(path);
  connection->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, finalize_statement);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path, &connection->sqlite, flags, NULL) != SQLITE_OK) {
    pst_connection_fail(connection, error);
    return NULL;
  }
  sqlite3_busy_timeout(connection->sqlite, BUSY_MILLISECONDS);
  sqlite3_db_config(connection->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  /* temp_store: what a sort spills is the user's mail; it stays out of /tmp. cache_size: 512 KiB read as
   * little from the file as SQLite's 2 MiB do, and the relay keeps them while it is idle (DESIGN 10.1). */
  if (!pst_connection_execute(
          connection,
          "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
          "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512; PRAGMA trusted_schema = OFF; PRAGMA "
          "cell_size_check = ON;",
          error))
    return NULL;
  return g_steal_pointer(&connection);
}

void
pst_connection_close(PstConnection *connection)
{
  if (connection == NULL)
    return;
  g_hash_table_unref(connection->statements);
  sqlite3_close(connection->sqlite);
  g_free(connection->path);
  g_free(connection);
}

sqlite3 *
pst_connection_get_sqlite(PstConnection *connection)
{
  return connection->sqlite;
}

const char *
pst_connection_get_path(PstConnection *connection)
{
  return connection->path;
}

gboolean
pst_connection_fail(PstConnection *connection, GError **error)
{
  int code = sqlite3_errcode(connection->sqlite) & 0xff;
  const char *damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? "the file is damaged: " : "";
  g_set_error(error, PST_ERROR, code == SQLITE_BUSY ? PST_ERROR_BUSY : PST_ERROR_FAILED, "%s: %s%s",
              connection->path, damaged, sqlite3_errmsg(connection->sqlite));
  return FALSE;
}

gboolean
pst_connection_execute(PstConnection *connection, const char *sql, GError **error)
{
  if (sqlite3_exec(connection->sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
    return pst_connection_fail(connection, error);
  return TRUE;
}

static gboolean
is_idle(gpointer sql, gpointer statement, gpointer data)
{
  return !sqlite3_stmt_busy(statement);
}

static sqlite3_stmt *
prepare(PstConnection *connection, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup(connection->statements, sql);
  if (statement != NULL) {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return statement;
  }
  if (sqlite3_prepare_v3(connection->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK) {
    pst_connection_fail(connection, error);
    return NULL;
  }
  if (g_hash_table_size(connection->statements) >= MAX_PREPARED)
    g_hash_table_foreach_remove(connection->statements, is_idle, NULL);
  g_hash_table_insert(connection->statements, g_strdup(sql), statement);
  return statement;
}

static int
bind_octets(sqlite3_stmt *statement, int index, const void *data, gsize length)
{
  /* SQLite takes a null pointer for NULL, GLib gives one for no octets. */
  return sqlite3_bind_blob64(statement, index, length > 0 ? data : "", length, SQLITE_TRANSIENT);
}

static int
bind_bytes(sqlite3_stmt *statement, int index, GBytes *bytes)
{
  gsize length;
  const void *data = bytes != NULL ? g_bytes_get_data(bytes, &length) : NULL;
  return bytes != NULL ? bind_octets(statement, index, data, length) : sqlite3_bind_null(statement, index);
}

static int
bind_variant(sqlite3_stmt *statement, int index, GVariant *variant)
{
  if (variant == NULL)
    return sqlite3_bind_null(statement, index);
  g_autoptr(GVariant) stored =
      G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_variant_ref(variant) : g_variant_byteswap(variant);
  return bind_octets(statement, index, g_variant_get_data(stored), g_variant_get_size(stored));
}

static int
bind_integer(sqlite3_stmt *statement, int index, gint64 value, gboolean zero_is_null)
{
  return value == 0 && zero_is_null ? sqlite3_bind_null(statement, index)
                                    : sqlite3_bind_int64(statement, index, value);
}

static int
bind_one(sqlite3_stmt *statement, int index, char type, va_list *values)
{
  switch (type) {
  case 'i':
  case 'n':
    return bind_integer(statement, index, va_arg(*values, gint64), type == 'n');
  case 'o':
    return sqlite3_bind_int(statement, index, va_arg(*values, gboolean) ? 1 : 0);
  case 't':
    return sqlite3_bind_text(statement, index, va_arg(*values, const char *), -1, SQLITE_TRANSIENT);
  case 'b':
    return bind_bytes(statement, index, va_arg(*values, GBytes *));
  case 'v':
    return bind_variant(statement, index, va_arg(*values, GVariant *));
  default:
    g_return_val_if_reached(SQLITE_MISUSE);
  }
}

static sqlite3_stmt *
prepare_bound(PstConnection *connection, GError **error, const char *sql, const char *types, va_list *values)
{
  sqlite3_stmt *statement = prepare(connection, sql, error);
  for (int i = 0; statement != NULL && types[i] != '\0'; i++) {
    if (bind_one(statement, i + 1, types[i], values) != SQLITE_OK) {
      pst_connection_fail(connection, error);
      statement = NULL;
    }
  }
  return statement;
}

gboolean
pst_connection_next(PstConnection *connection, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step(statement);
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    pst_connection_fail(connection, error);
  sqlite3_reset(statement);
  return FALSE;
}

gboolean
pst_connection_run(PstConnection *connection, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start(values, types);
  sqlite3_stmt *statement = prepare_bound(connection, error, sql, types, &values);
  va_end(values);
  if (statement == NULL)
    return FALSE;
  int code = sqlite3_step(statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW)
    pst_connection_fail(connection, error);
  sqlite3_reset(statement);
  return code == SQLITE_DONE || code == SQLITE_ROW;
}

sqlite3_stmt *
pst_connection_query(PstConnection *connection, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start(values, types);
  sqlite3_stmt *statement = prepare_bound(connection, error, sql, types, &values);
  va_end(values);
  return statement;
}

gboolean
pst_connection_number(PstConnection *connection, gint64 *value, GError **error, const char *sql,
                      const char *types, ...)
{
  va_list values;
  va_start(values, types);
  sqlite3_stmt *statement = prepare_bound(connection, error, sql, types, &values);
  va_end(values);
  if (statement == NULL)
    return FALSE;
  g_autoptr(GError) local = NULL;
  *value = pst_connection_next(connection, statement, &local) ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_reset(statement);
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

char *
pst_column_text(sqlite3_stmt *statement, int column)
{
  return g_strdup((const char *)sqlite3_column_text(statement, column));
}

GBytes *
pst_column_bytes(sqlite3_stmt *statement, int column)
{
  if (sqlite3_column_type(statement, column) == SQLITE_NULL)
    return NULL;
  const void *data = sqlite3_column_blob(statement, column);
  return g_bytes_new(data, sqlite3_column_bytes(statement, column));
}

GVariant *
pst_column_variant(sqlite3_stmt *statement, int column, const GVariantType *type)
{
  g_autoptr(GBytes) bytes = pst_column_bytes(statement, column);
  if (bytes == NULL)
    return NULL;
  g_autoptr(GVariant) stored = g_variant_ref_sink(g_variant_new_from_bytes(type, bytes, FALSE));
  if (!g_variant_is_normal_form(stored))
    return NULL;
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? g_steal_pointer(&stored) : g_variant_byteswap(stored);
}
