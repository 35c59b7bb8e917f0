#include "relay/smtp/reply-parser.h"
#include "relay/contract/plain-text.h"
#include "relay/smtp/line-splitter.h"

struct PstReplyParser {
  PstLineSplitter *splitter;
  PstReply *reply;
  PstReplyStatus status;
  gboolean in_line;
};

PstReplyParser *
pst_reply_parser_new(void)
{
  PstReplyParser *parser = g_new0(PstReplyParser, 1);
  parser->splitter = pst_line_splitter_new(PST_REPLY_MAX_LINE);
  parser->status = PST_REPLY_MORE;
  return parser;
}

void
pst_reply_parser_free(PstReplyParser *parser)
{
  if (parser == NULL)
    return;
  pst_line_splitter_free(parser->splitter);
  pst_reply_free(parser->reply);
  g_free(parser);
}

static gsize
count_digits(const char *text, gsize length)
{
  gsize n = 0;
  while (n < length && g_ascii_isdigit(text[n]))
    n++;
  return n;
}

/* Octets of ".ddd" with one to three digits at the start of @text, or 0. */
static gsize
part_length(const char *text, gsize length)
{
  gsize digits = length > 0 && text[0] == '.' ? count_digits(text + 1, length - 1) : 0;
  return digits >= 1 && digits <= 3 ? 1 + digits : 0;
}

/* Octets of an enhanced status code of the class of @code at the start of @text (RFC 3463 section 2), or 0.
 */
static gsize
enhanced_length(const char *text, gsize length, guint code)
{
  if (length == 0 || text[0] != (char)('0' + code / 100) || text[0] == '3')
    return 0;
  gsize subject = part_length(text + 1, length - 1);
  gsize detail = part_length(text + 1 + subject, length - 1 - subject);
  gsize end = 1 + subject + detail;
  gboolean whole = subject > 0 && detail > 0 && (end == length || text[end] == ' ');
  return whole ? end : 0;
}

static void
add_text(PstReply *reply, const char *text, gsize length)
{
  gsize n = enhanced_length(text, length, reply->code);
  if (n > 0 && reply->enhanced == NULL && reply->lines->len == 0)
    reply->enhanced = g_strndup(text, n);
  if (n > 0 && n < length)
    n++;
  g_ptr_array_add(reply->lines, pst_plain_text(text + n, length - n, PST_REPLY_MAX_LINE));
}

/* The code at the start of a line that can be a reply's, or 0. */
static guint
line_code(const char *line, gsize length)
{
  if (length < 3 || count_digits(line, 3) < 3 || line[0] < '2' || line[0] > '5')
    return 0;
  if (length > 3 && line[3] != ' ' && line[3] != '-')
    return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static PstReplyStatus
take_line(PstReplyParser *parser)
{
  gsize length;
  const char *line = pst_line_splitter_get(parser->splitter, &length);
  guint code = line_code(line, length);
  if (code == 0)
    return PST_REPLY_BROKEN;
  if (parser->reply == NULL) {
    parser->reply = pst_reply_new(code, NULL, "");
    g_ptr_array_set_size(parser->reply->lines, 0);
  }
  if (parser->reply->code != code || parser->reply->lines->len == PST_REPLY_MAX_LINES)
    return PST_REPLY_BROKEN;
  gsize head = MIN(length, 4);
  add_text(parser->reply, line + head, length - head);
  return length > 3 && line[3] == '-' ? PST_REPLY_MORE : PST_REPLY_COMPLETE;
}

PstReplyStatus
pst_reply_parser_feed(PstReplyParser *parser, const guint8 *data, gsize length, gsize *taken)
{
  *taken = 0;
  while (parser->status == PST_REPLY_MORE && *taken < length) {
    gsize n;
    PstLineStatus line = pst_line_splitter_feed(parser->splitter, data + *taken, length - *taken, &n);
    *taken += n;
    parser->in_line = line == PST_LINE_MORE;
    if (pst_line_splitter_is_too_long(parser->splitter))
      parser->status = PST_REPLY_BROKEN;
    else if (line == PST_LINE_COMPLETE)
      parser->status = take_line(parser);
  }
  return parser->status;
}

PstReply *
pst_reply_parser_take(PstReplyParser *parser)
{
  if (parser->status != PST_REPLY_COMPLETE)
    return NULL;
  parser->status = PST_REPLY_MORE;
  return g_steal_pointer(&parser->reply);
}

gboolean
pst_reply_parser_is_idle(const PstReplyParser *parser)
{
  return parser->status == PST_REPLY_MORE && parser->reply == NULL && !parser->in_line;
}
