#include "relay/smtp/reply-parser.h"
#include "relay/smtp/reply.h"
#include <string.h>

static void
test_wire(void)
{
  static const struct {
    guint code;
    const char *enhanced, *text, *wire, *one_line;
  } rows[] = {
    { 250, NULL, "OK", "250 OK\r\n", "250 OK" },
    { 250, "2.1.0", "Sender is fine", "250 2.1.0 Sender is fine\r\n", "250 2.1.0 Sender is fine" },
    { 250, NULL, "", "250 \r\n", "250" },
    { 550, "5.7.10", "one\ntwo\nthree", "550-5.7.10 one\r\n550-5.7.10 two\r\n550 5.7.10 three\r\n",
      "550 5.7.10 one two three" },
    { 550, NULL, "caf\xc3\xa9 \xff|\r\t\x01", "550 caf? ?|   \r\n", "550 caf? ?|   " },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstReply) first = pst_reply_new(rows[i].code, rows[i].enhanced, rows[i].text);
    g_autoptr(PstReply) reply = pst_reply_copy(first);
    g_autoptr(GString) wire = g_string_new(NULL);
    pst_reply_append(reply, wire);
    g_assert_cmpstr(wire->str, ==, rows[i].wire);
    g_autofree char *text = pst_reply_to_text(reply);
    g_assert_cmpstr(text, ==, rows[i].one_line);
  }
}

/* What a server said goes to a client of ours: ASCII only, no line over 512 octets. */
static void
test_parsed(void)
{
  g_autofree char *word = g_strnfill(1500, 'x');
  g_autofree char *said = g_strdup_printf("550-5.1.1 caf\xc3\xa9\r\n550 5.1.1 %s\r\n", word);
  g_autoptr(PstReplyParser) parser = pst_reply_parser_new();
  gsize taken;
  g_assert_cmpint(pst_reply_parser_feed(parser, (const guint8 *)said, strlen(said), &taken), ==,
                  PST_REPLY_COMPLETE);
  g_autoptr(PstReply) reply = pst_reply_parser_take(parser);
  g_autoptr(GString) wire = g_string_new(NULL);
  pst_reply_append(reply, wire);
  g_assert_true(g_str_has_prefix(wire->str, "550-5.1.1 caf?\r\n550-5.1.1 xxx"));
  g_auto(GStrv) lines = g_strsplit(wire->str, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++)
    g_assert_cmpuint(strlen(*line), <=, 510);
}

static void
test_words(void)
{
  g_autoptr(PstReply) reply = pst_reply_new(550, "5.1.1", "no\n\nsuch person");
  g_autofree char *words = pst_reply_words(reply);
  g_assert_cmpstr(words, ==, "no such person");
}

/* Whatever the text, no line on the wire passes 512 octets and no word is lost. */
static void
test_long_lines(void)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < 400; i++)
    g_string_append_printf(text, "word%u ", i);
  g_string_append(text, "end");
  g_autoptr(PstReply) reply = pst_reply_new(550, "5.7.1", text->str);
  g_assert_cmpuint(reply->lines->len, >, 5);
  g_autoptr(GString) wire = g_string_new(NULL);
  pst_reply_append(reply, wire);
  g_auto(GStrv) lines = g_strsplit(wire->str, "\r\n", -1);
  for (char **line = lines; *line != NULL; line++)
    g_assert_cmpuint(strlen(*line), <=, 500);
  g_autofree char *words = pst_reply_words(reply);
  g_assert_cmpstr(words, ==, text->str);
}

static void
test_long_word(void)
{
  g_autofree char *word = g_strnfill(1200, 'x');
  g_autoptr(PstReply) reply = pst_reply_new(550, NULL, word);
  g_assert_cmpuint(reply->lines->len, ==, 3);
  g_assert_cmpuint(strlen(g_ptr_array_index(reply->lines, 0)), ==, 496);
  g_autofree char *many = g_strnfill(300, '\n');
  g_autoptr(PstReply) cut = pst_reply_new(550, NULL, many);
  g_assert_cmpuint(cut->lines->len, ==, PST_REPLY_MAX_LINES);
}

static void
test_classes(void)
{
  static const struct {
    guint code;
    gboolean positive, temporary;
  } rows[] = { { 220, TRUE, FALSE }, { 354, TRUE, FALSE }, { 451, FALSE, TRUE }, { 550, FALSE, FALSE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstReply) reply = pst_reply_new(rows[i].code, NULL, "x");
    g_assert_cmpint(pst_reply_is_positive(reply), ==, rows[i].positive);
    g_assert_cmpint(pst_reply_is_temporary(reply), ==, rows[i].temporary);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/reply/wire", test_wire);
  g_test_add_func("/smtp/reply/words", test_words);
  g_test_add_func("/smtp/reply/parsed", test_parsed);
  g_test_add_func("/smtp/reply/long-lines", test_long_lines);
  g_test_add_func("/smtp/reply/long-word", test_long_word);
  g_test_add_func("/smtp/reply/classes", test_classes);
  return g_test_run();
}
