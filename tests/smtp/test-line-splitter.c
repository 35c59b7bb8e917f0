#include "relay/smtp/line-splitter.h"
#include <string.h>

static const gsize steps[] = { G_MAXSIZE, 3, 1 };

static void
append_line(GString *out, const PstLineSplitter *splitter)
{
  gsize length;
  const char *line = pst_line_splitter_get(splitter, &length);
  g_autofree char *copy = g_strndup(line, length);
  g_autofree char *escaped = g_strescape(copy, NULL);
  g_string_append_printf(out, "[%s]", escaped);
}

static char *
split(const char *input, gsize step)
{
  g_autoptr(PstLineSplitter) splitter = pst_line_splitter_new(8);
  GString *out = g_string_new(NULL);
  gsize length = strlen(input);
  for (gsize at = 0, taken; at < length; at += taken) {
    PstLineStatus status =
        pst_line_splitter_feed(splitter, (const guint8 *)input + at, MIN(step, length - at), &taken);
    g_assert_cmpuint(taken, >, 0);
    if (status == PST_LINE_COMPLETE)
      append_line(out, splitter);
    else if (status == PST_LINE_TOO_LONG)
      g_string_append(out, "!");
  }
  return g_string_free(out, FALSE);
}

static void
test_table(void)
{
  static const struct {
    const char *input, *expected;
  } rows[] = {
    { "a\r\n", "[a]" },
    { "\r\n", "[]" },
    { "a\r\nbc\r\n", "[a][bc]" },
    { "12345678\r\n", "[12345678]" },
    { "123456789\r\n", "!" },
    { "12345678901234567890\r\nok\r\n", "![ok]" },
    { "1234567890123\n56\r\r\nok\r\n", "![ok]" },
    { "a\nb\r\n", "[a\\nb]" },
    { "a\rb\r\n", "[a\\rb]" },
    { "\r\r\n", "[\\r]" },
    { "\n\r\n", "[\\n]" },
    { "a\r", "" },
    { "a\n\r", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
      g_autofree char *result = split(rows[i].input, steps[s]);
      g_assert_cmpstr(result, ==, rows[i].expected);
    }
  }
}

static void
test_partial(void)
{
  g_autoptr(PstLineSplitter) splitter = pst_line_splitter_new(4);
  gsize taken, length;
  pst_line_splitter_feed(splitter, (const guint8 *)"ab", 2, &taken);
  g_assert_cmpmem(pst_line_splitter_get(splitter, &length), 2, "ab", 2);
  g_assert_false(pst_line_splitter_is_too_long(splitter));
  pst_line_splitter_feed(splitter, (const guint8 *)"cdefg", 5, &taken);
  g_assert_true(pst_line_splitter_is_too_long(splitter));
  pst_line_splitter_clear(splitter);
  g_assert_cmpint(pst_line_splitter_feed(splitter, (const guint8 *)"x\r\n", 3, &taken), ==,
                  PST_LINE_COMPLETE);
  g_assert_cmpmem(pst_line_splitter_get(splitter, &length), 1, "x", 1);
  g_assert_cmpint(pst_line_splitter_feed(splitter, NULL, 0, &taken), ==, PST_LINE_MORE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/line-splitter/table", test_table);
  g_test_add_func("/smtp/line-splitter/partial", test_partial);
  return g_test_run();
}
