/* Any text as a search: never an SQL error, and what is searched as it stands in a subject is found. */
#include "relay/store/search-words.h"
#include <sqlite3.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static sqlite3_stmt *
prepare(sqlite3 *sqlite, const char *sql, const char *text)
{
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error("%s: %s", sql, sqlite3_errmsg(sqlite));
  sqlite3_bind_text(statement, 1, text, -1, SQLITE_TRANSIENT);
  return statement;
}

static sqlite3 *
open_index(void)
{
  sqlite3 *sqlite;
  if (sqlite3_open(":memory:", &sqlite) != SQLITE_OK ||
      sqlite3_exec(sqlite,
                   "CREATE VIRTUAL TABLE search USING fts5 (addresses, subject,"
                   " tokenize='unicode61 remove_diacritics 2', prefix='1 2 3')",
                   NULL, NULL, NULL) != SQLITE_OK)
    g_error("%s", sqlite3_errmsg(sqlite));
  return sqlite;
}

static gboolean
finds(sqlite3 *sqlite, const char *expression)
{
  sqlite3_stmt *statement = prepare(sqlite, "SELECT rowid FROM search WHERE search MATCH ?1", expression);
  int code = sqlite3_step(statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    g_error("%s: %s", expression, sqlite3_errmsg(sqlite));
  sqlite3_finalize(statement);
  return code == SQLITE_ROW;
}

static void
put_subject(sqlite3 *sqlite, const char *subject)
{
  sqlite3_stmt *statement = prepare(sqlite, "INSERT INTO search (rowid, subject) VALUES (1, ?1)", subject);
  g_assert(sqlite3_step(statement) == SQLITE_DONE);
  sqlite3_finalize(statement);
}

static gboolean
has_ascii_word(const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_isalnum(*text))
      return TRUE;
  return FALSE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static sqlite3 *sqlite;
  if (sqlite == NULL)
    sqlite = open_index();
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strndup((const char *)data, size);
  g_autofree char *subject = g_utf8_make_valid(text, -1);
  g_autofree char *expression = pst_search_words_to_expression(text, &error);
  if (error != NULL)
    g_assert(expression == NULL && g_error_matches(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT));
  if (expression == NULL)
    return 0;
  put_subject(sqlite, subject);
  gboolean found = finds(sqlite, expression);
  g_assert(found || !has_ascii_word(text));
  sqlite3_exec(sqlite, "DELETE FROM search", NULL, NULL, NULL);
  return 0;
}
