#include "relay/service/policy-search.h"
#include "tests/store/scratch-folder.h"
#include <string.h>

#define TEXT "version: STSv1\nmode: enforce\nmax_age: 1000\nmx: mx.example.org\n"

/* What is found without its site applies for the rest of its age, and no outlook may rest on it for longer.
 */
static void
test_time_left(void)
{
  static const struct {
    gint64 age, left;
  } rows[] = {
    { 0, 1000 }, { 400, 600 }, { 990, 10 }, { 1001, 0 }, { -50, 1000 }, /* the clock went back */
  };
  const char *problem;
  char *folder = scratch_folder_new();
  g_autoptr(PstStsCache) kept = pst_sts_cache_new(folder);
  g_autoptr(PstStsPolicy) policy = pst_sts_policy_parse(TEXT, strlen(TEXT), &problem);
  const PstPolicySearch search = { .kept = kept };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_auto(PstPolicyFound) found = { 0 };
    PstStsCacheEntry entry = { 0 };
    pst_sts_cache_entry_fetched(&entry, policy, "1", g_get_real_time() - rows[i].age * G_USEC_PER_SEC);
    pst_sts_cache_save(kept, "example.org", &entry);
    pst_sts_cache_entry_clear(&entry);
    pst_policy_search_run(&search, "example.org", PST_STS_RECORD_NONE, "", 0, NULL, &found);
    g_assert_cmpint(found.policy != NULL, ==, rows[i].left > 0);
    g_assert_cmpint(found.time_left, <=, rows[i].left);
    g_assert_cmpint(found.time_left + 9, >=, rows[i].left);
  }
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/policy-search/time-left", test_time_left);
  return g_test_run();
}
