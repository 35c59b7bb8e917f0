/* Transaction commands: the MAIL and RCPT lines of a message, with the parameters the server announced (RFC
 * 5321, 1870, 3461, 6152, 6531, 8689).
 *
 * Parameters that only inform are left out where they were not announced. Where the message cannot go without
 * one (REQUIRETLS, SMTPUTF8), or an argument holds what no command line may hold, there are no commands at
 * all. */
#pragma once
#include "relay/smtp/client-engine.h"

G_BEGIN_DECLS

/* Lines (char*, with CRLF): MAIL first, then RCPT in the order of the envelope. NULL: the message cannot be
 * sent so. */
GPtrArray *pst_transaction_commands_new(const PstEnvelope *envelope, const PstClientTransaction *transaction,
                                        const PstExtensions *extensions);

G_END_DECLS
