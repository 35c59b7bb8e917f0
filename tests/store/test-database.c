#include "relay/store/database.h"
#include "relay/store/history.h"
#include "relay/store/schema.h"
#include "tests/store/history-count.h"
#include "tests/store/record-sample.h"
#include "tests/store/scratch-folder.h"
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char *
path_in(const char *folder)
{
  return g_build_filename(folder, "history.db", NULL);
}

static PstDatabase *
open_in(const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = path_in(folder);
  PstDatabase *database = pst_database_open(path, &error);
  g_assert_no_error(error);
  return database;
}

static void
run_sql(const char *folder, const char *sql)
{
  g_autofree char *path = path_in(folder);
  sqlite3 *sqlite;
  char *message = NULL;
  g_assert_cmpint(sqlite3_open(path, &sqlite), ==, SQLITE_OK);
  sqlite3_exec(sqlite, sql, NULL, NULL, &message);
  g_assert_cmpstr(message, ==, NULL);
  sqlite3_close(sqlite);
}

static void
test_modes(void)
{
  char *folder = scratch_folder_new();
  mode_t old = umask(0);
  PstDatabase *database = open_in(folder);
  g_autoptr(PstMessageRecord) record = record_sample_full();
  g_assert_true(pst_history_save(database, record, NULL));
  scratch_folder_assert_mode(folder, "history.db", 0600);
  scratch_folder_assert_mode(folder, "history.db-wal", 0600);
  scratch_folder_assert_mode(folder, "history.db-shm", 0600);
  scratch_folder_assert_mode(folder, "digest-key", 0600);
  pst_database_close(database);
  g_autofree char *path = path_in(folder);
  g_chmod(path, 0644);
  database = open_in(folder);
  g_assert_true(pst_database_set_state(database, "mode", "usual", NULL));
  scratch_folder_assert_mode(folder, "history.db", 0600);
  scratch_folder_assert_mode(folder, "history.db-wal", 0600);
  pst_database_close(database);
  umask(old);
  scratch_folder_remove(folder);
}

static void
test_state(void)
{
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  g_assert_null(pst_database_get_state(database, "mode"));
  g_assert_true(pst_database_set_state(database, "mode", "verified", NULL));
  g_assert_true(pst_database_set_state(database, "mode", "encrypted", NULL));
  g_assert_true(pst_database_set_state(database, "pause", "yes", NULL));
  g_assert_true(pst_database_set_state(database, "pause", NULL, NULL));
  pst_database_close(database);
  database = open_in(folder);
  g_autofree char *mode = pst_database_get_state(database, "mode");
  g_assert_cmpstr(mode, ==, "encrypted");
  g_assert_null(pst_database_get_state(database, "pause"));
  pst_database_close(database);
  scratch_folder_remove(folder);
}

static void
test_digest_key(void)
{
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  g_autoptr(GBytes) first = pst_database_get_digest_key(database);
  g_assert_cmpuint(g_bytes_get_size(first), ==, 32);
  pst_database_close(database);
  g_autoptr(GBytes) content = scratch_folder_read(folder, "history.db");
  gsize length, key_length;
  const void *octets = g_bytes_get_data(content, &length), *key = g_bytes_get_data(first, &key_length);
  g_assert_null(memmem(octets, length, key, key_length));
  database = open_in(folder);
  g_autoptr(GBytes) second = pst_database_get_digest_key(database);
  g_assert_true(g_bytes_equal(first, second));
  pst_database_close(database);
  scratch_folder_remove(folder);
}

/* The file, what opening it says, and that it is left as it was. */
static void
assert_refused(const char *folder, int code, const char *words)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = path_in(folder);
  g_autoptr(GBytes) before = scratch_folder_read(folder, "history.db");
  g_assert_null(pst_database_open(path, &error));
  g_assert_error(error, PST_ERROR, code);
  g_assert_nonnull(strstr(error->message, path));
  if (strstr(error->message, words) == NULL)
    g_error("\"%s\" does not say \"%s\"", error->message, words);
  g_autoptr(GBytes) after = scratch_folder_read(folder, "history.db");
  g_assert_true(g_bytes_equal(before, after));
}

static void
test_newer(void)
{
  char *folder = scratch_folder_new();
  pst_database_close(open_in(folder));
  run_sql(folder, "PRAGMA user_version = 99");
  assert_refused(folder, PST_ERROR_NOT_SUPPORTED, "made by a newer Postern");
  scratch_folder_remove(folder);
}

static void
test_of_another_program(void)
{
  char *folder = scratch_folder_new();
  run_sql(folder, "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')");
  assert_refused(folder, PST_ERROR_FAILED, "another program");
  scratch_folder_remove(folder);
}

static void
test_damaged(void)
{
  char *folder = scratch_folder_new();
  g_autofree char *path = path_in(folder);
  g_autofree char *garbage = g_strnfill(10000, 'x');
  g_assert_true(g_file_set_contents(path, garbage, -1, NULL));
  assert_refused(folder, PST_ERROR_FAILED, "damaged");
  scratch_folder_remove(folder);
}

/* The first page is whole, what it points to is not. */
static void
test_damaged_inside(void)
{
  char *folder = scratch_folder_new();
  pst_database_close(open_in(folder));
  g_autoptr(GBytes) whole = scratch_folder_read(folder, "history.db");
  gsize length;
  g_autofree char *octets = g_bytes_unref_to_data(g_steal_pointer(&whole), &length);
  memset(octets + 4096, 0xa5, length - 4096);
  g_autofree char *path = path_in(folder);
  g_assert_true(g_file_set_contents(path, octets, length, NULL));
  assert_refused(folder, PST_ERROR_FAILED, "damaged");
  scratch_folder_remove(folder);
}

static void
test_cannot_open(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = scratch_folder_new();
  g_autofree char *missing = g_build_filename(folder, "missing", "history.db", NULL);
  g_assert_null(pst_database_open(missing, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_assert_nonnull(strstr(error->message, missing));
  g_clear_error(&error);
  g_assert_null(pst_database_open(folder, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_assert_nonnull(strstr(error->message, folder));
  scratch_folder_remove(folder);
}

static void
load_frozen(const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_test_build_filename(G_TEST_DIST, "tests", "store", "history-v1.sql", NULL);
  g_autofree char *sql = NULL;
  g_file_get_contents(file, &sql, NULL, &error);
  g_assert_no_error(error);
  run_sql(folder, sql);
}

static int
add_schema_line(void *data, int n, char **values, char **names)
{
  g_autofree char *line = g_strjoin(" ", values[0], values[1] != NULL ? values[1] : "", NULL);
  g_auto(GStrv) words = g_strsplit_set(line, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    g_string_append_printf(data, "%s%s", words[i], words[i][0] != '\0' ? " " : "");
  g_string_append_c(data, '\n');
  return 0;
}

static char *
describe_schema(const char *folder)
{
  g_autofree char *path = path_in(folder);
  sqlite3 *sqlite;
  GString *text = g_string_new(NULL);
  g_assert_cmpint(sqlite3_open(path, &sqlite), ==, SQLITE_OK);
  g_assert_cmpint(
      sqlite3_exec(sqlite, "SELECT name, sql FROM sqlite_schema ORDER BY name", add_schema_line, text, NULL),
      ==, SQLITE_OK);
  sqlite3_close(sqlite);
  return g_string_free(text, FALSE);
}

static void
test_from_version_1(void)
{
  char *folder = scratch_folder_new(), *fresh = scratch_folder_new();
  load_frozen(folder);
  PstDatabase *database = open_in(folder);
  g_autoptr(PstMessageRecord) stored = pst_history_load(database, 1, NULL);
  g_autoptr(PstMessageRecord) expected = record_sample_full();
  expected->id = 1;
  record_sample_assert_equal(stored, expected);
  g_autofree char *mode = pst_database_get_state(database, "mode");
  g_assert_cmpstr(mode, ==, "verified");
  const PstHistoryFilter filter = { .search = "anna contr" };
  g_autoptr(GVariant) found = g_variant_ref_sink(pst_history_list(database, &filter, 0, 10, NULL));
  g_assert_cmpuint(g_variant_n_children(found), ==, 1);
  expected->id = 0;
  g_assert_true(pst_history_save(database, expected, NULL));
  g_assert_cmpint(expected->id, ==, 4);
  pst_database_close(database);
  pst_database_close(open_in(fresh));
  g_autofree char *upgraded = describe_schema(folder), *made = describe_schema(fresh);
  g_assert_cmpstr(upgraded, ==, made);
  scratch_folder_remove(folder);
  scratch_folder_remove(fresh);
}

/* Each step whole or not at all. */
static void
test_upgrade_steps(void)
{
  static const char *const good[] = { "CREATE TABLE one (a);", "ALTER TABLE one ADD COLUMN b;", NULL };
  static const char *const bad[] = { "CREATE TABLE one (a);", "ALTER TABLE one ADD COLUMN b;",
                                     "CREATE TABLE two (a); CREATE TABLE one (a);", NULL };
  g_autoptr(GError) error = NULL;
  char *folder = scratch_folder_new();
  g_autofree char *path = path_in(folder);
  g_assert_true(pst_connection_make_private(path, &error));
  g_autoptr(PstConnection) connection = pst_connection_open(path, &error);
  g_assert_no_error(error);
  g_assert_false(pst_schema_upgrade(connection, bad, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_clear_error(&error);
  gint64 version, tables;
  g_assert_true(pst_connection_number(connection, &version, NULL, "PRAGMA user_version", ""));
  g_assert_true(pst_connection_number(connection, &tables, NULL, "SELECT count(*) FROM sqlite_schema", ""));
  g_assert_cmpint(version, ==, 2);
  g_assert_cmpint(tables, ==, 1);
  g_assert_true(pst_schema_upgrade(connection, good, &error));
  g_assert_no_error(error);
  g_assert_true(pst_connection_execute(connection, "INSERT INTO one (a, b) VALUES (1, 2)", &error));
  scratch_folder_remove(folder);
}

static void
assert_state(PstState state, const PstReason *reason, PstState expected, PstReasonCode code)
{
  g_assert_cmpint(state, ==, expected);
  g_assert_nonnull(reason);
  g_assert_cmpint(pst_reason_get_code(reason), ==, code);
}

/* Leaves a message `sending` to two recipients, one of whom has it, and one `sent`; then opens again. */
static void
check_repair(gboolean past_end, PstState state, PstReasonCode code, const char *host)
{
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", "Papers");
  g_autoptr(PstMessageRecord) sent = record_sample_new("carla@example.net", "Papers");
  pst_message_record_add_recipient(record, "ben@example.net", "example.net")->state = PST_STATE_SENT;
  record->past_end = past_end;
  pst_message_record_add_hop(record, "postern", "smtp.example.org");
  pst_message_record_set_state(sent, PST_STATE_SENT);
  g_assert_true(pst_history_save(database, record, NULL));
  g_assert_true(pst_history_save(database, sent, NULL));
  pst_database_close(database);

  database = open_in(folder);
  g_autoptr(PstMessageRecord) repaired = pst_history_load(database, record->id, NULL);
  g_autoptr(PstMessageRecord) untouched = pst_history_load(database, sent->id, NULL);
  const PstRecipientRecord *first = repaired->recipients->pdata[0], *second = repaired->recipients->pdata[1];
  assert_state(repaired->state, repaired->reason, state, code);
  assert_state(first->state, first->reason, state, code);
  g_assert_cmpstr(pst_reason_get_argument(repaired->reason, "host"), ==, host);
  g_assert_cmpint(second->state, ==, PST_STATE_SENT);
  g_assert_null(second->reason);
  record_sample_assert_equal(untouched, sent);
  g_autoptr(GVariant) counts = g_variant_ref_sink(pst_history_counts(database, NULL));
  g_assert_cmpuint(g_variant_n_children(counts), ==, 2);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

/* DESIGN 10.7 */
static void
test_repair(void)
{
  check_repair(FALSE, PST_STATE_FAILED, PST_REASON_INTERRUPTED, NULL);
  check_repair(TRUE, PST_STATE_UNCERTAIN, PST_REASON_UNCERTAIN, "smtp.example.org");
}

/* A full disk fails the save, not the relay; when there is room again, saving goes on. */
static void
test_disk_full(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  g_autofree char *subject = g_strnfill(100000, 's');
  struct rlimit old, small = { 300000, RLIM_INFINITY };
  guint saved = 0;
  signal(SIGXFSZ, SIG_IGN);
  g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
  small.rlim_max = old.rlim_max;
  g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
  for (; saved < 20; saved++) {
    g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", subject);
    if (!pst_history_save(database, record, &error)) {
      g_assert_cmpint(record->id, ==, 0);
      break;
    }
  }
  g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_assert_nonnull(strstr(error->message, "history.db"));
  g_clear_error(&error);
  g_autoptr(PstMessageRecord) after = record_sample_new("anna@example.net", "Papers");
  g_assert_true(pst_history_save(database, after, &error));
  g_assert_no_error(error);
  pst_database_close(database);
  database = open_in(folder);
  g_assert_cmpuint(history_count(database, NULL), ==, saved + 1);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

/* Root writes everywhere, so this runs as somebody else in a process of its own. */
static void
test_read_only(void)
{
  if (!g_test_subprocess()) {
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
    return;
  }
  g_autoptr(GError) error = NULL;
  char *folder = scratch_folder_new();
  g_autofree char *path = path_in(folder);
  pst_database_close(open_in(folder));
  g_chmod(path, 0400);
  g_chmod(folder, 0755);
  if (geteuid() == 0)
    g_assert_cmpint(seteuid(65534), ==, 0);
  g_assert_null(pst_database_open(path, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_assert_nonnull(strstr(error->message, path));
  g_assert_cmpint(seteuid(getuid()), ==, 0);
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/database/modes", test_modes);
  g_test_add_func("/database/state", test_state);
  g_test_add_func("/database/digest-key", test_digest_key);
  g_test_add_func("/database/newer", test_newer);
  g_test_add_func("/database/of-another-program", test_of_another_program);
  g_test_add_func("/database/damaged", test_damaged);
  g_test_add_func("/database/damaged-inside", test_damaged_inside);
  g_test_add_func("/database/cannot-open", test_cannot_open);
  g_test_add_func("/database/from-version-1", test_from_version_1);
  g_test_add_func("/database/upgrade-steps", test_upgrade_steps);
  g_test_add_func("/database/repair", test_repair);
  g_test_add_func("/database/disk-full", test_disk_full);
  g_test_add_func("/database/read-only", test_read_only);
  return g_test_run();
}
