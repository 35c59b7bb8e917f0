#include "relay/store/schema.h"

#define APPLICATION_ID 0x5073746e /* "Pstn": tells our file from any other SQLite file */

/* Every page a save touches costs it 8 µs, hence: hops are one value (they are only ever read whole), most
 * messages end as `sent` and are not in the index of states, and `days` (the bounds of ids of each day; a
 * clock that was set back makes time and id disagree) stands for an index of times. `counters` are per week
 * since Monday, 29 December 1969. The search index takes its text from a view, so that nothing is stored
 * twice and it can be built again. */
static const char version_1[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE messages ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, message_id TEXT, subject TEXT,"
    "  sender TEXT NOT NULL, account TEXT, client TEXT, size INTEGER NOT NULL,"
    "  requirement TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, past_end INTEGER NOT NULL,"
    "  reason TEXT, reason_args BLOB, reply TEXT, digest BLOB, grant_key BLOB, queue_id TEXT, envid TEXT,"
    "  removed_tls_required INTEGER NOT NULL, header_ignored INTEGER NOT NULL, demo INTEGER NOT NULL,"
    "  hops BLOB NOT NULL) STRICT;"
    "CREATE INDEX messages_by_state ON messages (state) WHERE state <> 'sent';"
    "CREATE INDEX messages_by_account ON messages (account);"
    "CREATE INDEX messages_by_digest ON messages (digest) WHERE digest IS NOT NULL;"

    "CREATE TABLE recipients ("
    "  message INTEGER NOT NULL REFERENCES messages (id), position INTEGER NOT NULL,"
    "  address TEXT NOT NULL, domain TEXT, domain_display TEXT, state TEXT NOT NULL, route TEXT NOT NULL,"
    "  assurance TEXT NOT NULL, evidence BLOB, outlook TEXT, reason TEXT, reason_args BLOB, reply TEXT,"
    "  PRIMARY KEY (message, position)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX recipients_by_domain ON recipients (domain);"
    "CREATE INDEX recipients_by_assurance ON recipients (assurance);"

    "CREATE TABLE counters ("
    "  week INTEGER NOT NULL, kind TEXT NOT NULL, nick TEXT NOT NULL, count INTEGER NOT NULL,"
    "  PRIMARY KEY (week, kind, nick)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE days (day INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;"

    "CREATE VIEW search_text (id, addresses, subject) AS SELECT id,"
    "  sender || ' ' || (SELECT coalesce (group_concat (address || coalesce (' ' || domain_display, ''), ' "
    "'), '')"
    "                    FROM recipients WHERE message = messages.id),"
    "  subject FROM messages;"
    "CREATE VIRTUAL TABLE search USING fts5 (addresses, subject, content='search_text', content_rowid='id',"
    "  tokenize='unicode61 remove_diacritics 2', prefix='1 2 3 4 5 6 7 8 9 10');"
    "CREATE TABLE search_progress (indexed_to INTEGER NOT NULL) STRICT;"
    "INSERT INTO search_progress (indexed_to) VALUES (0);";

/* What the downgrade lock knows of each domain. */
static const char version_2[] =
    "CREATE TABLE outlooks ("
    "  domain TEXT PRIMARY KEY, armed INTEGER NOT NULL, locked INTEGER NOT NULL, best TEXT NOT NULL,"
    "  remembered_at INTEGER, seen_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX outlooks_by_time ON outlooks (seen_at);";

const char *const pst_schema_steps[] = { version_1, version_2, NULL };

static gboolean
check_owner(PstConnection *connection, gint64 version, GError **error)
{
  gint64 application, tables;
  if (!pst_connection_number(connection, &application, error, "PRAGMA application_id", "") ||
      !pst_connection_number(connection, &tables, error, "SELECT count(*) FROM sqlite_schema", ""))
    return FALSE;
  if (application == APPLICATION_ID || (application == 0 && version == 0 && tables == 0))
    return TRUE;
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s: this is a database of another program",
              pst_connection_get_path(connection));
  return FALSE;
}

static gboolean
run_step(PstConnection *connection, const char *step, gint64 version, GError **error)
{
  g_autofree char *sql = g_strdup_printf(
      "BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %" G_GINT64_FORMAT "; COMMIT;",
      step, APPLICATION_ID, version);
  if (pst_connection_execute(connection, sql, error))
    return TRUE;
  pst_connection_execute(connection, "ROLLBACK", NULL);
  return FALSE;
}

gboolean
pst_schema_upgrade(PstConnection *connection, const char *const *steps, GError **error)
{
  gint64 version, known = g_strv_length((char **)steps);
  if (!pst_connection_number(connection, &version, error, "PRAGMA user_version", "") ||
      !check_owner(connection, version, error))
    return FALSE;
  if (version < 0 || version > known) {
    g_set_error(error, PST_ERROR, PST_ERROR_NOT_SUPPORTED,
                "%s: made by a newer Postern (version %" G_GINT64_FORMAT
                ", this one knows up to %" G_GINT64_FORMAT ")",
                pst_connection_get_path(connection), version, known);
    return FALSE;
  }
  for (; version < known; version++)
    if (!run_step(connection, steps[version], version + 1, error))
      return FALSE;
  return TRUE;
}
