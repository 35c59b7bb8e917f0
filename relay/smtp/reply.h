/* SMTP reply: code, enhanced status code (RFC 2034/3463) and text lines. Parsed from servers and built for
 * clients.
 *
 * A parsed reply keeps at most PST_REPLY_MAX_LINES lines; lines are valid UTF-8 without control characters.
 */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define PST_REPLY_MAX_LINES 100
#define PST_REPLY_MAX_LINE  2048 /* octets; RFC 5321 4.5.3.1.5 says 512, real servers pass it */

#define PST_REPLY_WILL_FORWARD 251 /* RFC 5321 section 3.4: accepted, but goes elsewhere */

typedef struct {
  guint code;       /* 200 to 599 */
  char *enhanced;   /* "5.7.30" or NULL */
  GPtrArray *lines; /* of char*, at least one (may be ""), without code and enhanced code */
} PstReply;

/* @text: English, lines parted by '\n', broken further where a line would be over 500 octets. Non-ASCII
 * becomes '?'. */
PstReply *pst_reply_new(guint code, const char *enhanced, const char *text);
PstReply *pst_reply_copy(const PstReply *reply);
void pst_reply_free(PstReply *reply);

/* Wire form, every line with its code, the enhanced code behind it, CRLF. Also a parsed reply comes out as
 * ASCII and with short lines. */
void pst_reply_append(const PstReply *reply, GString *wire);
/* One line for people and history: "550 5.7.30 text text". Caller frees. */
char *pst_reply_to_text(const PstReply *reply);
/* Text lines joined with a space, no codes. Caller frees. */
char *pst_reply_words(const PstReply *reply);

static inline gboolean
pst_reply_is_positive(const PstReply *reply)
{
  return reply->code >= 200 && reply->code < 400;
}
static inline gboolean
pst_reply_is_temporary(const PstReply *reply)
{
  return reply->code >= 400 && reply->code < 500;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstReply, pst_reply_free)

G_END_DECLS
