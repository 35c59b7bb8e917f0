/* A page must not cost more than what it shows: no filter may need a sort, and what is rarer than `sent` goes
 * by its own index. */
#include "relay/store/history-filter.h"
#include "relay/store/schema.h"
#include "tests/store/scratch-folder.h"
#include <string.h>

static char *
plan_of(PstConnection *connection, const char *sql)
{
  GString *plan = g_string_new(NULL);
  g_autofree char *explain = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
  sqlite3_stmt *statement;
  g_assert_cmpint(sqlite3_prepare_v2(pst_connection_get_sqlite(connection), explain, -1, &statement, NULL),
                  ==, SQLITE_OK);
  while (sqlite3_step(statement) == SQLITE_ROW)
    g_string_append_printf(plan, "%s; ", sqlite3_column_text(statement, 3));
  sqlite3_finalize(statement);
  return g_string_free(plan, FALSE);
}

static void
check_plan(PstConnection *connection, const PstHistoryFilter *filter, gboolean newest_first)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstHistoryQuery) query = pst_history_query_new(connection, filter, &error);
  g_assert_no_error(error);
  sqlite3_stmt *statement = pst_history_query_ids(query, newest_first, 0, G_MAXINT64, 10, 0, &error);
  g_assert_no_error(error);
  g_autofree char *plan = plan_of(connection, sqlite3_sql(statement));
  if (strstr(plan, "TEMP B-TREE") != NULL || strstr(plan, "SCAN messages") != NULL)
    g_error("%s: %s", sqlite3_sql(statement), plan);
  if (filter->state != NULL && !g_str_equal(filter->state, "sent") && filter->search == NULL &&
      filter->domain == NULL)
    g_assert_nonnull(strstr(plan, "messages_by_state"));
}

static PstHistoryFilter
filter_of(guint bits)
{
  return (PstHistoryFilter){
    .search = bits & 1 ? "anna contr" : NULL,
    .state = bits & 2 ? (bits & 128 ? "sent" : "refused") : NULL,
    .domain = bits & 4 ? "example.net" : NULL,
    .account = bits & 8 ? "work" : NULL,
    .assurance = bits & 16 ? "none" : NULL,
    .since = bits & 32 ? 1000 : 0,
    .until = bits & 64 ? 2000 : 0,
  };
}

static void
test_plans(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = scratch_folder_new();
  g_autofree char *path = g_build_filename(folder, "history.db", NULL);
  g_assert_true(pst_connection_make_private(path, &error));
  g_autoptr(PstConnection) connection = pst_connection_open(path, &error);
  g_assert_true(pst_schema_upgrade(connection, pst_schema_steps, &error));
  for (guint bits = 0; bits < 256; bits++) {
    const PstHistoryFilter filter = filter_of(bits);
    check_plan(connection, &filter, TRUE);
    check_plan(connection, &filter, FALSE);
  }
  scratch_folder_remove(folder);
}

static void
test_keys(void)
{
  for (guint a = 0; a < 256; a++) {
    for (guint b = 0; b < 256; b++) {
      const PstHistoryFilter one = filter_of(a), other = filter_of(b);
      g_autofree char *key = pst_history_filter_key(&one), *other_key = pst_history_filter_key(&other);
      gboolean same = (a | 128) == (b | 128) && ((a & 2) == 0 || a == b);
      g_assert_cmpint(g_str_equal(key, other_key), ==, same);
    }
  }
  const PstHistoryFilter none = { .search = "a;1:b" }, two = { .search = "a", .state = "b" };
  g_autofree char *key = pst_history_filter_key(&none), *other_key = pst_history_filter_key(&two);
  g_assert_cmpstr(key, !=, other_key);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/history-filter/plans", test_plans);
  g_test_add_func("/history-filter/keys", test_keys);
  return g_test_run();
}
