#include "app/text-table.h"

static void
test_fit(void)
{
  static const struct {
    const char *text;
    guint columns;
    const char *fitted;
  } rows[] = {
    { "", 5, "" },
    { "abcde", 5, "abcde" },
    { "abcdef", 5, "abcd…" },
    { "äöüäö", 5, "äöüäö" },
    { "äöüäöü", 5, "äöüä…" },
    { "漢字漢字", 5, "漢字…" },
    { "漢字漢", 6, "漢字漢" },
    { "a\tb\nc", 9, "a b c" },
    { "\x1b[31mred", 20, " [31mred" },
    { "a\u202eb", 9, "a b" },
    { "\xff", 9, "\uFFFD" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *fitted = pst_text_fit(rows[i].text, rows[i].columns);
    g_assert_cmpstr(fitted, ==, rows[i].fitted);
  }
}

static void
test_columns(void)
{
  g_autoptr(PstTextTable) table = pst_text_table_new(1);
  pst_text_table_add(table, "a", "name", "end", NULL);
  pst_text_table_add(table, "漢字", "", "x", NULL);
  pst_text_table_add(table, "ab", "b\x07", NULL);
  pst_text_table_add(table, "", NULL);
  g_autofree char *text = pst_text_table_to_text(table);
  g_assert_cmpstr(text, ==,
                  " a     name  end\n"
                  " 漢字        x\n"
                  " ab    b\n"
                  "\n");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/text-table/fit", test_fit);
  g_test_add_func("/text-table/columns", test_columns);
  return g_test_run();
}
