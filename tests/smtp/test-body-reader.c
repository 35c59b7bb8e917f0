#include "relay/smtp/body-reader.h"
#include <string.h>

#define NUL_LINE "\r\n\0.\r\n"

typedef struct {
  const char *input;
  gsize length;
  const char *content;
  gsize content_length;
  gsize rest; /* octets behind the end of data; NOT_ENDED when it did not come */
  guint flaws;
} Row;

#define NOT_ENDED G_MAXSIZE
#define ROW(input, content, rest, flaws)                                                                     \
  {                                                                                                          \
    input, sizeof(input) - 1, content, sizeof(content) - 1, rest, flaws                                      \
  }

static const Row rows[] = {
  ROW(".\r\n", "", 0, 0),
  ROW("a\r\n.\r\n", "a\r\n", 0, 0),
  ROW("a\r\n.\r\nQUIT\r\n", "a\r\n", 6, 0),
  ROW("\r\n.\r\n", "\r\n", 0, 0),
  ROW("a\r\nb\r\n", "a\r\nb\r\n", NOT_ENDED, 0),
  /* RFC 5321 section 4.5.2: one dot goes, the others stay. */
  ROW("..\r\n.\r\n", ".\r\n", 0, 0),
  ROW("...\r\n..x\r\na.\r\n.\r\n", "..\r\n.x\r\na.\r\n", 0, 0),
  ROW(".x\r\n.\r\n", "x\r\n", 0, 0),
  ROW("..\r\n..\r\n..\r\n.\r\n", ".\r\n.\r\n.\r\n", 0, 0),
  /* Smuggling: none of these ends the data. */
  ROW("a\n.\nMAIL\r\n.\r\n", "a\n.\nMAIL\r\n", 0, PST_BODY_FLAW_BARE_LF),
  ROW("a\n.\r\nMAIL\r\n.\r\n", "a\n.\r\nMAIL\r\n", 0, PST_BODY_FLAW_BARE_LF),
  ROW("a\r\n.\nMAIL\r\n.\r\n", "a\r\n\nMAIL\r\n", 0, PST_BODY_FLAW_BARE_LF),
  ROW("a\r.\rMAIL\r\n.\r\n", "a\r.\rMAIL\r\n", 0, PST_BODY_FLAW_BARE_CR),
  ROW("a\r\n.\rMAIL\r\n.\r\n", "a\r\n\rMAIL\r\n", 0, PST_BODY_FLAW_BARE_CR),
  ROW("a\r.\r\nMAIL\r\n.\r\n", "a\r.\r\nMAIL\r\n", 0, PST_BODY_FLAW_BARE_CR),
  ROW("a\n.\rMAIL\r\n.\r\n", "a\n.\rMAIL\r\n", 0, PST_BODY_FLAW_BARE_LF | PST_BODY_FLAW_BARE_CR),
  ROW("a" NUL_LINE "b\r\n.\r\n", "a" NUL_LINE "b\r\n", 0, PST_BODY_FLAW_NUL),
  ROW("a\r\r\n.\r\n", "a\r\r\n", 0, PST_BODY_FLAW_BARE_CR),
  ROW("a\r\n.\r\r\nb\r\n.\r\n", "a\r\n\r\r\nb\r\n", 0, PST_BODY_FLAW_BARE_CR),
  ROW("a\r\n.\r.\r\n.\r\n", "a\r\n\r.\r\n", 0, PST_BODY_FLAW_BARE_CR),
  ROW("a\n\r\n.\r\n", "a\n\r\n", 0, PST_BODY_FLAW_BARE_LF),
  ROW("\n.\r\n.\r\n", "\n.\r\n", 0, PST_BODY_FLAW_BARE_LF),
  ROW("gr\xc3\xbc\xc3\x9f"
      "e\r\n.\r\n",
      "gr\xc3\xbc\xc3\x9f"
      "e\r\n",
      0, PST_BODY_HAS_8BIT),
  ROW("a", "a", NOT_ENDED, 0),
  ROW("a\r", "a\r", NOT_ENDED, 0),
  ROW("a\r\n.", "a\r\n", NOT_ENDED, 0),
  ROW("a\r\n.\r", "a\r\n", NOT_ENDED, 0),
};

/* Returns the octets behind the end, or NOT_ENDED. */
static gsize
read_all(PstBodyReader *reader, const Row *row, gsize step, GByteArray *content)
{
  for (gsize at = 0; at < row->length;) {
    gsize taken, length;
    const guint8 *span;
    gboolean end = pst_body_reader_take(reader, (const guint8 *)row->input + at, MIN(step, row->length - at),
                                        &taken, &span, &length);
    g_assert_cmpuint(taken + length, >, 0);
    g_byte_array_append(content, span, length);
    at += taken;
    if (end)
      return row->length - at;
  }
  return NOT_ENDED;
}

static void
test_table(void)
{
  static const gsize steps[] = { G_MAXSIZE, 3, 1 };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
      PstBodyReader reader = PST_BODY_READER_INIT;
      g_autoptr(GByteArray) content = g_byte_array_new();
      g_test_message("row %u in steps of %" G_GSIZE_FORMAT, i, steps[s]);
      g_assert_cmpuint(read_all(&reader, &rows[i], steps[s], content), ==, rows[i].rest);
      g_assert_cmpmem(content->data, content->len, rows[i].content, rows[i].content_length);
      g_assert_cmphex(reader.flaws, ==, rows[i].flaws);
    }
  }
}

/* Large input without dots comes out in one span, uncopied. */
static void
test_spans_are_large(void)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 1000; i++)
    g_string_append(text, "a line of text that is nothing special at all\r\n");
  PstBodyReader reader = PST_BODY_READER_INIT;
  gsize taken, length;
  const guint8 *span;
  g_assert_false(pst_body_reader_take(&reader, (const guint8 *)text->str, text->len, &taken, &span, &length));
  g_assert_true(span == (const guint8 *)text->str);
  g_assert_cmpuint(length, ==, text->len);
  g_assert_cmpuint(taken, ==, text->len);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/body-reader/table", test_table);
  g_test_add_func("/smtp/body-reader/spans-are-large", test_spans_are_large);
  return g_test_run();
}
