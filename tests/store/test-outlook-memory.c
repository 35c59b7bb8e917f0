#include "relay/store/outlook-memory.h"
#include "tests/store/scratch-folder.h"

static PstDatabase *
open_in(const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(folder, "history.db", NULL);
  PstDatabase *database = pst_database_open(path, &error);
  g_assert_no_error(error);
  return database;
}

static void
assert_equal(const PstDowngrade *a, const PstDowngrade *b)
{
  g_assert_cmpint(a->armed, ==, b->armed);
  g_assert_cmpint(a->locked, ==, b->locked);
  g_assert_cmpint(a->best, ==, b->best);
  g_assert_cmpint(a->is_remembered, ==, b->is_remembered);
  g_assert_cmpint(a->remembered_at, ==, b->remembered_at);
}

static void
test_survives_a_restart(void)
{
  static const PstDowngrade states[] = {
    { .armed = TRUE, .best = PST_OUTLOOK_CERTIFIED, .is_remembered = TRUE, .remembered_at = 17 },
    { .armed = TRUE, .locked = TRUE, .best = PST_OUTLOOK_VERIFIED },
    { .armed = FALSE, .best = PST_OUTLOOK_POLICY },
  };
  char *folder = scratch_folder_new();
  for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
    PstDowngrade read;
    PstDatabase *database = open_in(folder);
    g_assert_true(pst_outlook_memory_save(database, "example.org", &states[i], i, NULL));
    pst_database_close(database);
    database = open_in(folder);
    g_assert_true(pst_outlook_memory_load(database, "example.org", &read, NULL));
    assert_equal(&read, &states[i]);
    g_assert_true(pst_outlook_memory_load(database, "example.net", &read, NULL));
    assert_equal(&read, &(PstDowngrade){ 0 });
    pst_database_close(database);
  }
  scratch_folder_remove(folder);
}

static void
test_forget(void)
{
  const PstDowngrade locked = { .armed = TRUE, .locked = TRUE };
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  PstDowngrade read;
  for (char c = 'a'; c <= 'e'; c++) {
    const char domain[] = { c, '.', 't', 'e', 's', 't', '\0' };
    g_assert_true(pst_outlook_memory_save(database, domain, &locked, c, NULL));
  }
  g_assert_cmpint(pst_outlook_memory_forget(database, "c.test", NULL), ==, 1);
  g_assert_cmpint(pst_outlook_memory_forget(database, "c.test", NULL), ==, 0);
  g_assert_true(pst_outlook_memory_load(database, "c.test", &read, NULL));
  g_assert_false(read.locked);
  g_assert_true(pst_outlook_memory_load(database, "d.test", &read, NULL));
  g_assert_true(read.locked);
  g_assert_cmpint(pst_outlook_memory_forget(database, NULL, NULL), ==, 4);
  g_assert_true(pst_outlook_memory_load(database, "d.test", &read, NULL));
  g_assert_false(read.locked);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/outlook-memory/survives-a-restart", test_survives_a_restart);
  g_test_add_func("/outlook-memory/forget", test_forget);
  return g_test_run();
}
