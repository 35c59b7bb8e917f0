#include "relay/store/sts-cache.h"
#include "tests/store/scratch-folder.h"
#include <string.h>

static void
make_entry(PstStsCacheEntry *entry, const char *text, const char *id, gint64 time)
{
  const char *problem;
  g_autoptr(PstStsPolicy) policy = pst_sts_policy_parse(text, strlen(text), &problem);
  g_assert_nonnull(policy);
  *entry = (PstStsCacheEntry){ 0 };
  pst_sts_cache_entry_fetched(entry, policy, id, time);
}

static void
test_round_trip(void)
{
  char *folder = scratch_folder_new();
  g_autofree char *inside = g_build_filename(folder, "sts", NULL);
  g_autoptr(PstStsCache) cache = pst_sts_cache_new(inside);
  PstStsCacheEntry entry, read;
  make_entry(
      &entry,
      "version: STSv1\r\nmode: enforce\r\nmx: a.example.org\r\nmx: *.example.net\r\nmax_age: 86400\r\n",
      "2024a", 17);
  pst_sts_cache_entry_failed(&entry, "2024b", 18);
  pst_sts_cache_save(cache, "example.org", &entry);
  pst_sts_cache_load(cache, "example.org", &read);
  g_assert_nonnull(read.policy);
  g_assert_cmpint(read.policy->mode, ==, PST_STS_ENFORCE);
  g_assert_cmpuint(read.policy->max_age, ==, 86400);
  g_assert_cmpstrv((const char *const *)read.policy->mx, (const char *const *)entry.policy->mx);
  g_assert_cmpstr(read.id, ==, "2024a");
  g_assert_cmpstr(read.failed_id, ==, "2024b");
  g_assert_cmpint(read.fetched_at, ==, 17);
  g_assert_cmpint(read.failed_at, ==, 18);
  scratch_folder_assert_mode(inside, "example.org", 0600);
  scratch_folder_assert_mode(folder, "sts", 0700);
  pst_sts_cache_entry_clear(&entry);
  pst_sts_cache_entry_clear(&read);
  scratch_folder_remove(folder);
}

/* No policy at all is also worth keeping: the wait after a failure must survive a restart. */
static void
test_failure_alone(void)
{
  char *folder = scratch_folder_new();
  g_autoptr(PstStsCache) cache = pst_sts_cache_new(folder);
  PstStsCacheEntry entry = { 0 }, read;
  pst_sts_cache_entry_failed(&entry, "x", 5);
  pst_sts_cache_save(cache, "example.org", &entry);
  pst_sts_cache_load(cache, "example.org", &read);
  g_assert_null(read.policy);
  g_assert_cmpint(read.failed_at, ==, 5);
  pst_sts_cache_load(cache, "example.net", &read);
  g_assert_cmpint(read.failed_at, ==, 0);
  scratch_folder_remove(folder);
}

static void
test_damaged(void)
{
  static const char *const texts[] = {
    "", "\0\0\0", "[Policy]\nText=mode: enforce\nFetchedAt=1\n", "[Other]\nId=1\n",
    "[Policy]\nText=version: STSv1\\nmode: enforce\\nmax_age: 1\\n\nFetchedAt=1\n"
  };
  char *folder = scratch_folder_new();
  g_autoptr(PstStsCache) cache = pst_sts_cache_new(folder);
  g_autofree char *path = g_build_filename(folder, "example.org", NULL);
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    PstStsCacheEntry read;
    g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
    pst_sts_cache_load(cache, "example.org", &read);
    g_assert_null(read.policy);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  }
  scratch_folder_remove(folder);
}

static void
test_forget(void)
{
  char *folder = scratch_folder_new();
  g_autofree char *inside = g_build_filename(folder, "sts", NULL);
  g_autofree char *secret = g_build_filename(folder, "secret", NULL);
  g_autoptr(PstStsCache) cache = pst_sts_cache_new(inside);
  PstStsCacheEntry entry = { 0 }, read;
  pst_sts_cache_entry_failed(&entry, "x", 5);
  g_assert_true(g_file_set_contents(secret, "kept", -1, NULL));
  for (char c = 'a'; c <= 'd'; c++)
    pst_sts_cache_save(cache, (const char[]){ c, '\0' }, &entry);
  pst_sts_cache_forget(cache, "b");
  pst_sts_cache_forget(cache, "../secret");
  pst_sts_cache_load(cache, "b", &read);
  g_assert_cmpint(read.failed_at, ==, 0);
  pst_sts_cache_load(cache, "c", &read);
  g_assert_cmpint(read.failed_at, ==, 5);
  pst_sts_cache_forget_all(cache);
  pst_sts_cache_load(cache, "c", &read);
  g_assert_cmpint(read.failed_at, ==, 0);
  g_assert_true(g_file_test(secret, G_FILE_TEST_EXISTS));
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sts-cache/round-trip", test_round_trip);
  g_test_add_func("/sts-cache/failure-alone", test_failure_alone);
  g_test_add_func("/sts-cache/damaged", test_damaged);
  g_test_add_func("/sts-cache/forget", test_forget);
  return g_test_run();
}
