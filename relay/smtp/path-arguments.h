/* Path arguments: what follows MAIL and RCPT, read into an envelope (RFC 5321 section 4.1.2 with the
 * parameters of RFC 1870, 3461, 4954, 6152, 6531 and 8689).
 *
 * Returns PST_STOCK_NONE and changes the envelope, or what to answer and changes nothing. Unknown parameters
 * are refused, known ones with a bad value or given twice too. @argument has no control characters
 * (PstCommand.has_control). */
#pragma once
#include "relay/mail/envelope.h"
#include "relay/smtp/stock-reply.h"

G_BEGIN_DECLS

/* "FROM:<a@b> SIZE=5": *@envelope is a new one, caller frees. */
PstStockReply pst_mail_argument_parse(const char *argument, gsize length, PstEnvelope **envelope);
/* "TO:<a@b> NOTIFY=NEVER": adds the recipient to @envelope. */
PstStockReply pst_rcpt_argument_parse(const char *argument, gsize length, PstEnvelope *envelope);

G_END_DECLS
