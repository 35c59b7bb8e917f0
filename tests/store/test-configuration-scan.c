#include "relay/store/configuration-scan.h"
#include <string.h>

static void
test_lines(void)
{
  static const char text[] =
      "# comment\r\n\n  [Relay]  \n Key = value\n[Relay]\nKey=\nbroken\n [ x ] y\n=\nlast=1";
  static const struct {
    PstConfigLineKind kind;
    const char *group, *key;
    guint line, first_line;
    const char *start;
  } rows[] = {
    { PST_CONFIG_LINE_GROUP, "Relay", NULL, 3, 0, "  [Relay]" },
    { PST_CONFIG_LINE_KEY, "Relay", "Key", 4, 0, " Key =" },
    { PST_CONFIG_LINE_GROUP, "Relay", NULL, 5, 3, "[Relay]" },
    { PST_CONFIG_LINE_KEY, "Relay", "Key", 6, 4, "Key=" },
    { PST_CONFIG_LINE_BROKEN, "Relay", NULL, 7, 0, "broken" },
    { PST_CONFIG_LINE_BROKEN, "Relay", NULL, 8, 0, " [ x" },
    { PST_CONFIG_LINE_BROKEN, "Relay", NULL, 9, 0, "=" },
    { PST_CONFIG_LINE_KEY, "Relay", "last", 10, 0, "last" },
  };
  g_autoptr(PstConfigScan) scan = pst_config_scan_new(text, strlen(text));
  g_assert_cmpuint(pst_config_scan_get_length(scan), ==, G_N_ELEMENTS(rows));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const PstConfigLine *line = pst_config_scan_get(scan, i);
    g_assert_cmpint(line->kind, ==, rows[i].kind);
    g_assert_cmpstr(line->group, ==, rows[i].group);
    g_assert_cmpstr(line->key, ==, rows[i].key);
    g_assert_cmpuint(line->line, ==, rows[i].line);
    g_assert_cmpuint(line->first_line, ==, rows[i].first_line);
    g_assert_true(g_str_has_prefix(text + line->start, rows[i].start));
    g_assert_true(line->end == strlen(text) || text[line->end - 1] == '\n');
  }
  g_assert_cmpuint(pst_config_scan_find(scan, "Relay", NULL)->line, ==, 3);
  g_assert_cmpuint(pst_config_scan_find(scan, "Relay", "Key")->line, ==, 6);
  g_assert_null(pst_config_scan_find(scan, "Relay", "key"));
  g_assert_null(pst_config_scan_find(scan, "Probe", NULL));
}

static void
test_orphan(void)
{
  g_autoptr(PstConfigScan) scan = pst_config_scan_new("a=1\n[g]\na=1\n", 12);
  g_assert_cmpint(pst_config_scan_get(scan, 0)->kind, ==, PST_CONFIG_LINE_ORPHAN);
  g_assert_cmpuint(pst_config_scan_find(scan, "g", "a")->line, ==, 3);
  g_assert_cmpuint(pst_config_scan_find(scan, "g", "a")->first_line, ==, 0);
}

static void
test_empty(void)
{
  g_autoptr(PstConfigScan) scan = pst_config_scan_new(NULL, 0);
  g_assert_cmpuint(pst_config_scan_get_length(scan), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/configuration-scan/lines", test_lines);
  g_test_add_func("/configuration-scan/orphan", test_orphan);
  g_test_add_func("/configuration-scan/empty", test_empty);
  return g_test_run();
}
