#include "relay/smtp/reply-parser.h"
#include <string.h>

static const gsize steps[] = { G_MAXSIZE, 3, 1 };

/* Feeds @input in pieces of @step; every reply becomes a line of text, a broken stream "broken". */
static char *
parse(const char *input, gsize length, gsize step)
{
  g_autoptr(PstReplyParser) parser = pst_reply_parser_new();
  GString *out = g_string_new(NULL);
  gsize at = 0;
  while (at < length) {
    gsize taken;
    PstReplyStatus status =
        pst_reply_parser_feed(parser, (const guint8 *)input + at, MIN(step, length - at), &taken);
    at += taken;
    if (status == PST_REPLY_BROKEN) {
      g_string_append(out, "broken");
      return g_string_free(out, FALSE);
    }
    g_assert_cmpuint(taken, >, 0);
    if (status != PST_REPLY_COMPLETE)
      continue;
    g_autoptr(PstReply) reply = pst_reply_parser_take(parser);
    g_autofree char *lines = pst_reply_to_text(reply);
    g_string_append_printf(out, "%s|%u\n", lines, reply->lines->len);
  }
  g_string_append(out, pst_reply_parser_is_idle(parser) ? "" : "more");
  return g_string_free(out, FALSE);
}

static void
test_table(void)
{
  static const struct {
    const char *input, *expected;
  } rows[] = {
    { "220 mx.example.org ESMTP\r\n", "220 mx.example.org ESMTP|1\n" },
    { "250 ok\r\n354 go\r\n", "250 ok|1\n354 go|1\n" },
    { "250\r\n", "250|1\n" },
    { "250 \r\n", "250|1\n" },
    { "250-\r\n250\r\n", "250|2\n" },
    { "250-one\r\n250-two\r\n250 three\r\n", "250 one two three|3\n" },
    { "250-2.1.5 one\r\n250 2.1.5 two\r\n", "250 2.1.5 one two|2\n" },
    { "550 5.7.30 no\r\n", "550 5.7.30 no|1\n" },
    { "550 5.7.30\r\n", "550 5.7.30|1\n" },
    { "550 2.0.0 class of another code\r\n", "550 2.0.0 class of another code|1\n" },
    { "550 5.1234.1 no code\r\n", "550 5.1234.1 no code|1\n" },
    { "550 5.7.1x no code\r\n", "550 5.7.1x no code|1\n" },
    { "550 5.7 x\r\n", "550 5.7 x|1\n" },
    { "354 3.0.0 x\r\n", "354 3.0.0 x|1\n" },
    { "250 a\nb\rc\r\n", "250 a b c|1\n" },
    { "250 caf\xc3\xa9\r\n", "250 caf\xc3\xa9|1\n" },
    { "250 \x1b[31mred\r\n", "250  [31mred|1\n" },
    { "250 ok", "more" },
    { "250-ok\r\n", "more" },
    { "250 ok\r", "more" },
    { "250 ok\n250 forged\r\n", "250 ok 250 forged|1\n" },
    { "250-one\r\n251 two\r\n", "broken" },
    { "250-one\r\n550 two\r\n", "broken" },
    { "250ok\r\n", "broken" },
    { "250\tok\r\n", "broken" },
    { "25 ok\r\n", "broken" },
    { "\r\n", "broken" },
    { "150 early\r\n", "broken" },
    { "650 late\r\n", "broken" },
    { "2a0 odd\r\n", "broken" },
    { "HTTP/1.1 400 Bad Request\r\n", "broken" },
    { " 250 ok\r\n", "broken" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
      g_autofree char *result = parse(rows[i].input, strlen(rows[i].input), steps[s]);
      g_assert_cmpstr(result, ==, rows[i].expected);
    }
  }
}

static void
test_nul(void)
{
  static const char input[] = "250 a\0b\r\n";
  for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
    g_autofree char *result = parse(input, sizeof input - 1, steps[s]);
    g_assert_cmpstr(result, ==,
                    "250 a\xef\xbf\xbd"
                    "b|1\n");
  }
}

static void
test_ceilings(void)
{
  static const struct {
    guint lines, octets;
    const char *end;
    gboolean good;
  } rows[] = {
    { 1, PST_REPLY_MAX_LINE, "\r\n", TRUE },        { 1, PST_REPLY_MAX_LINE + 1, "\r\n", FALSE },
    { 1, PST_REPLY_MAX_LINE + 3, "", FALSE },       { PST_REPLY_MAX_LINES, 20, "\r\n", TRUE },
    { PST_REPLY_MAX_LINES + 1, 20, "\r\n", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GString) input = g_string_new(NULL);
    for (guint line = 1; line <= rows[i].lines; line++) {
      g_string_append(input, line == rows[i].lines ? "250 " : "250-");
      for (guint n = 4; n < rows[i].octets; n++)
        g_string_append_c(input, 'x');
      g_string_append(input, rows[i].end);
    }
    for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
      g_autofree char *result = parse(input->str, input->len, steps[s]);
      g_assert_cmpint(g_str_equal(result, "broken"), ==, !rows[i].good);
    }
  }
}

static void
test_stays_broken(void)
{
  g_autoptr(PstReplyParser) parser = pst_reply_parser_new();
  gsize taken;
  g_assert_cmpint(pst_reply_parser_feed(parser, (const guint8 *)"?\r\n", 3, &taken), ==, PST_REPLY_BROKEN);
  g_assert_cmpint(pst_reply_parser_feed(parser, (const guint8 *)"250 ok\r\n", 8, &taken), ==,
                  PST_REPLY_BROKEN);
  g_assert_cmpuint(taken, ==, 0);
  g_assert_null(pst_reply_parser_take(parser));
  g_assert_false(pst_reply_parser_is_idle(parser));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/reply-parser/table", test_table);
  g_test_add_func("/smtp/reply-parser/nul", test_nul);
  g_test_add_func("/smtp/reply-parser/ceilings", test_ceilings);
  g_test_add_func("/smtp/reply-parser/stays-broken", test_stays_broken);
  return g_test_run();
}
