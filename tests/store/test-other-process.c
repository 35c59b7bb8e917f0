/* Another program that looks into the database while the relay has it open must find everything and break
 * nothing: POSIX locks are lost when any descriptor of the file is closed in the process that holds them, and
 * SQLite then takes the write-ahead log for abandoned. */
#include "tests/store/record-sample.h"
#include "relay/store/history.h"
#include "tests/store/scratch-folder.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static const char *own_path;

/* In the other process: prints how many messages there are. */
static int
count_messages(const char *path)
{
  sqlite3 *sqlite = NULL;
  sqlite3_stmt *statement = NULL;
  int count = -1;
  if (sqlite3_open(path, &sqlite) == SQLITE_OK &&
      sqlite3_prepare_v2(sqlite, "SELECT count(*) FROM messages", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW)
    count = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(sqlite);
  printf("%d\n", count);
  return 0;
}

static int
count_elsewhere(const char *path)
{
  const char *arguments[] = { own_path, "--count", path, NULL };
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL;
  g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, NULL, &error);
  g_assert_no_error(error);
  return atoi(output);
}

static void
save_one(PstDatabase *database)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstMessageRecord) record = record_sample_new("you@example.net", "lunch");
  pst_history_save(database, record, &error);
  g_assert_no_error(error);
}

static void
test_looking_breaks_nothing(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = scratch_folder_new();
  g_autofree char *path = g_build_filename(folder, "history.db", NULL);
  g_autofree char *log = g_strconcat(path, "-wal", NULL);
  PstDatabase *database = pst_database_open(path, &error);
  g_assert_no_error(error);
  for (guint i = 1; i <= 3; i++) {
    save_one(database);
    g_assert_cmpint(count_elsewhere(path), ==, i);
    g_assert_true(g_file_test(log, G_FILE_TEST_EXISTS));
  }
  pst_database_close(database);
  g_assert_cmpint(count_elsewhere(path), ==, 3);
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  if (argc == 3 && g_str_equal(argv[1], "--count"))
    return count_messages(argv[2]);
  own_path = argv[0];
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/other-process/looking-breaks-nothing", test_looking_breaks_nothing);
  return g_test_run();
}
