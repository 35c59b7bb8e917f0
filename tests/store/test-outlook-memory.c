#include "relay/store/outlook-memory.h"
#include "relay/contract/error.h"
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

#define DAY (24 * 60 * 60 * (gint64)G_USEC_PER_SEC)

static PstDowngrade
see(PstDatabase *database, const char *domain, PstOutlook outlook, gint64 now)
{
  PstDowngrade downgrade;
  g_assert_true(pst_outlook_memory_see(database, domain, outlook, now, &downgrade, NULL));
  return downgrade;
}

static PstDatabase *
reopen(PstDatabase *database, const char *folder)
{
  pst_database_close(database);
  return open_in(folder);
}

static void
test_lock_survives_restarts(void)
{
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  g_assert_true(see(database, "example.org", PST_OUTLOOK_CERTIFIED, 1).armed);
  database = reopen(database, folder);
  g_assert_true(see(database, "example.org", PST_OUTLOOK_CLEARTEXT, 2).locked);
  database = reopen(database, folder);
  PstDowngrade known = see(database, "example.org", PST_OUTLOOK_UNKNOWN, 3);
  g_assert_true(known.locked);
  g_assert_cmpint(known.best, ==, PST_OUTLOOK_CERTIFIED);
  g_assert_false(known.is_remembered);
  g_assert_false(see(database, "example.net", PST_OUTLOOK_UNKNOWN, 3).locked);
  g_assert_false(see(database, "example.org", PST_OUTLOOK_VERIFIED, 4).locked);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

static void
test_accept(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  see(database, "example.org", PST_OUTLOOK_POLICY, 1);
  g_assert_false(pst_outlook_memory_accept(database, "example.org", 2, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_NOT_FOUND);
  g_assert_true(see(database, "example.org", PST_OUTLOOK_ENCRYPTED, 3).locked);
  g_assert_true(pst_outlook_memory_accept(database, "example.org", 4, NULL));
  database = reopen(database, folder);
  g_assert_false(see(database, "example.org", PST_OUTLOOK_CLEARTEXT, 5).locked);
  see(database, "example.org", PST_OUTLOOK_CERTIFIED, 6);
  g_assert_true(see(database, "example.org", PST_OUTLOOK_FAILING, 7).locked);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

/* A domain that was never good enough for the lock has a good outlook all the same, until a bad one. */
static void
test_bad_outlook_ends_the_good_one(void)
{
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  see(database, "example.org", PST_OUTLOOK_ENCRYPTED, DAY);
  PstDowngrade known = see(database, "example.org", PST_OUTLOOK_UNKNOWN, 2 * DAY);
  g_assert_true(pst_downgrade_remembers_good(&known, 2 * DAY));
  see(database, "example.org", PST_OUTLOOK_CLEARTEXT, 3 * DAY);
  known = see(database, "example.org", PST_OUTLOOK_UNKNOWN, 4 * DAY);
  g_assert_false(pst_downgrade_remembers_good(&known, 4 * DAY));
  g_assert_cmpint(pst_outlook_memory_forget(database, NULL, NULL), ==, 0);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

#define ROUNDS 200

static gpointer
see_good_often(gpointer database)
{
  for (gint64 i = 1; i <= ROUNDS; i++) {
    g_autofree char *domain = g_strdup_printf("%" G_GINT64_FORMAT ".test", i);
    see(database, domain, PST_OUTLOOK_VERIFIED, i);
  }
  return NULL;
}

/* Two inquiries about one domain may end at the same time: before and after the configuration was read. */
static void
test_nothing_seen_is_lost(void)
{
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  GThread *thread = g_thread_new("other", see_good_often, database);
  for (gint64 i = 1; i <= ROUNDS; i++) {
    g_autofree char *domain = g_strdup_printf("%" G_GINT64_FORMAT ".test", i);
    see(database, domain, PST_OUTLOOK_ENCRYPTED, i);
  }
  g_thread_join(thread);
  for (gint64 i = 1; i <= ROUNDS; i++) {
    g_autofree char *domain = g_strdup_printf("%" G_GINT64_FORMAT ".test", i);
    g_assert_true(see(database, domain, PST_OUTLOOK_UNKNOWN, ROUNDS).armed);
  }
  pst_database_close(database);
  scratch_folder_remove(folder);
}

static void
test_forget(void)
{
  char *folder = scratch_folder_new();
  PstDatabase *database = open_in(folder);
  for (char c = 'a'; c <= 'e'; c++) {
    const char domain[] = { c, '.', 't', 'e', 's', 't', '\0' };
    see(database, domain, PST_OUTLOOK_VERIFIED, c);
  }
  g_assert_cmpint(pst_outlook_memory_forget(database, "c.test", NULL), ==, 1);
  g_assert_cmpint(pst_outlook_memory_forget(database, "c.test", NULL), ==, 0);
  g_assert_false(see(database, "c.test", PST_OUTLOOK_CLEARTEXT, 200).locked);
  g_assert_true(see(database, "d.test", PST_OUTLOOK_CLEARTEXT, 200).locked);
  g_assert_cmpint(pst_outlook_memory_forget(database, NULL, NULL), ==, 4);
  g_assert_false(see(database, "d.test", PST_OUTLOOK_CLEARTEXT, 201).locked);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/outlook-memory/lock-survives-restarts", test_lock_survives_restarts);
  g_test_add_func("/outlook-memory/accept", test_accept);
  g_test_add_func("/outlook-memory/bad-outlook-ends-the-good-one", test_bad_outlook_ends_the_good_one);
  g_test_add_func("/outlook-memory/nothing-seen-is-lost", test_nothing_seen_is_lost);
  g_test_add_func("/outlook-memory/forget", test_forget);
  return g_test_run();
}
