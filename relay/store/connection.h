/* Connection: one SQLite connection to the relay's database, with the statements it keeps prepared.
 *
 * Not thread-safe: the writer thread owns one, readers share another behind a lock. Errors name the database
 * file. Types of bound values, one letter each: i gint64 · n gint64, 0 is NULL · o gboolean · t const char *
 * or NULL · b GBytes * or NULL · v GVariant * or NULL (stored little-endian on every machine). */
#pragma once
#include <sqlite3.h>
#include "relay/contract/error.h"

G_BEGIN_DECLS

typedef struct PstConnection PstConnection;

/* Makes the file where there is none and gives it, and what SQLite puts beside it, mode 0600. Only before any
 * connection of this process is open: closing a descriptor of a file drops the locks SQLite holds on it. */
gboolean pst_connection_make_private(const char *path, GError **error);

/* Opens @path. Nothing is written to a file that exists. */
PstConnection *pst_connection_open(const char *path, GError **error);
void pst_connection_close(PstConnection *connection);
sqlite3 *pst_connection_get_sqlite(PstConnection *connection);
const char *pst_connection_get_path(PstConnection *connection);

/* Sets @error from SQLite's last one; always FALSE. */
gboolean pst_connection_fail(PstConnection *connection, GError **error);

/* Any number of statements without values. */
gboolean pst_connection_execute(PstConnection *connection, const char *sql, GError **error);
/* One statement that gives no rows. */
gboolean pst_connection_run(PstConnection *connection, GError **error, const char *sql, const char *types,
                            ...);
/* One statement that gives rows, bound and ready for pst_connection_next(). Owned by the connection; NULL on
 * error. */
sqlite3_stmt *pst_connection_query(PstConnection *connection, GError **error, const char *sql,
                                   const char *types, ...);
/* The first column of the first row into @value, 0 when there is no row. */
gboolean pst_connection_number(PstConnection *connection, gint64 *value, GError **error, const char *sql,
                               const char *types, ...);
/* TRUE: a row is there. FALSE: the end or, with @error set, a failure; the statement is reset. */
gboolean pst_connection_next(PstConnection *connection, sqlite3_stmt *statement, GError **error);

/* Columns of the row at hand; NULL for SQL NULL. Caller frees. */
char *pst_column_text(sqlite3_stmt *statement, int column);
GBytes *pst_column_bytes(sqlite3_stmt *statement, int column);
/* NULL also when the stored octets are not a value of @type. */
GVariant *pst_column_variant(sqlite3_stmt *statement, int column, const GVariantType *type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstConnection, pst_connection_close)

G_END_DECLS
