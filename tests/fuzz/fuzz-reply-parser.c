/* Reads replies nobody would send, whole and octet by octet: both must come to the same, every octet is taken
 * until the stream is broken, and what comes out is what PstReply promises. */
#include "relay/smtp/reply-parser.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check(const PstReply *reply)
{
  g_assert_cmpuint(reply->code, >=, 200);
  g_assert_cmpuint(reply->code, <, 600);
  g_assert_cmpuint(reply->lines->len, >=, 1);
  g_assert_cmpuint(reply->lines->len, <=, PST_REPLY_MAX_LINES);
  for (guint i = 0; i < reply->lines->len; i++) {
    const char *line = reply->lines->pdata[i];
    g_assert_true(g_utf8_validate(line, -1, NULL));
    for (const char *p = line; *p != '\0'; p++)
      g_assert_false(g_ascii_iscntrl(*p));
  }
}

/* What another reader would make of it: the wire form of a parsed reply is a reply, the same but for letters
 * beyond ASCII and the breaking of lines. */
static void
check_round_trip(const PstReply *reply)
{
  g_autofree char *words = pst_reply_words(reply);
  g_autoptr(PstReply) again = pst_reply_new(reply->code, reply->enhanced, words);
  g_autoptr(GString) wire = g_string_new(NULL);
  pst_reply_append(again, wire);
  g_autoptr(PstReplyParser) parser = pst_reply_parser_new();
  gsize taken;
  PstReplyStatus status = pst_reply_parser_feed(parser, (const guint8 *)wire->str, wire->len, &taken);
  g_assert_cmpint(status, ==, PST_REPLY_COMPLETE);
  g_assert_cmpuint(taken, ==, wire->len);
  g_autoptr(PstReply) parsed = pst_reply_parser_take(parser);
  g_assert_cmpuint(parsed->code, ==, reply->code);
}

static char *
read_all(const guint8 *data, gsize size, gsize step)
{
  g_autoptr(PstReplyParser) parser = pst_reply_parser_new();
  GString *seen = g_string_new(NULL);
  for (gsize at = 0; at < size;) {
    gsize taken, piece = MIN(step, size - at);
    PstReplyStatus status = pst_reply_parser_feed(parser, data + at, piece, &taken);
    at += taken;
    if (status == PST_REPLY_BROKEN) {
      g_string_append(seen, "broken");
      return g_string_free(seen, FALSE);
    }
    g_assert_true(status == PST_REPLY_COMPLETE ? taken > 0 : taken == piece);
    g_autoptr(PstReply) reply = pst_reply_parser_take(parser);
    if (reply == NULL)
      continue;
    check(reply);
    check_round_trip(reply);
    g_autofree char *text = pst_reply_to_text(reply);
    g_string_append_printf(seen, "%s\n", text);
  }
  g_string_append(seen, pst_reply_parser_is_idle(parser) ? "idle" : "more");
  return g_string_free(seen, FALSE);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autofree char *whole = read_all(data, size, G_MAXSIZE);
  g_autofree char *octets = read_all(data, size, 1);
  g_assert_cmpstr(whole, ==, octets);
  return 0;
}
