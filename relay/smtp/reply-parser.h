/* Reply parser: reads a server's replies (RFC 5321 section 4.2) from a stream, octet by octet if need be.
 *
 * Takes "250" without a space; a line over PST_REPLY_MAX_LINE octets, more than PST_REPLY_MAX_LINES lines,
 * lines of one reply with different codes, a code outside 200 to 599, or a line that is no reply at all break
 * it for good. Only CRLF ends a line: a bare LF in a server's text cannot start a second reply. Text comes
 * out as PstReply promises. Not thread-safe. */
#pragma once
#include "relay/smtp/reply.h"

G_BEGIN_DECLS

typedef struct PstReplyParser PstReplyParser;

typedef enum {
  PST_REPLY_MORE,     /* everything was taken, the reply is not complete */
  PST_REPLY_COMPLETE, /* fetch it with take() */
  PST_REPLY_BROKEN,   /* not SMTP or too large; stays so */
} PstReplyStatus;

PstReplyParser *pst_reply_parser_new(void);
void pst_reply_parser_free(PstReplyParser *parser);

/* Sets @taken to the octets used: with COMPLETE up to the end of the reply, what is behind belongs to the
 * next. */
PstReplyStatus pst_reply_parser_feed(PstReplyParser *parser, const guint8 *data, gsize length, gsize *taken);
/* The complete reply; caller frees. NULL when there is none. */
PstReply *pst_reply_parser_take(PstReplyParser *parser);
/* TRUE when no part of a reply is held. */
gboolean pst_reply_parser_is_idle(const PstReplyParser *parser);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstReplyParser, pst_reply_parser_free)

G_END_DECLS
