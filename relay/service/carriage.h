/* Carriage: fitting a client's transaction to what the account's server announced, and that server's answer
 * to what the client is told. */
#pragma once
#include "relay/contract/reason.h"
#include "relay/net/upstream.h"

G_BEGIN_DECLS

#define PST_ENVID_SIZE 33

/* @growth: by how many octets the rewritten header is longer than the client's. @own_envid: PST_ENVID_SIZE
 * octets for an identifier of ours where the client gave none (DESIGN 3.8), "" when unused; must live until
 * the transaction begins. */
void pst_carriage_fill(PstClientTransaction *transaction, const PstEnvelope *envelope,
                       const PstExtensions *extensions, gboolean requiretls, gint64 growth, char *own_envid);

/* Why this server cannot carry the message, or NULL: addresses beyond ASCII, size (octets, -1: not known). */
PstReason *pst_carriage_limit(PstUpstream *upstream, const PstEnvelope *envelope, gint64 size);
/* The same for 8-bit text. */
PstReason *pst_carriage_8bit_limit(PstUpstream *upstream);

/* What the client is told for the server's answer to its message. @refused: the recipients the server would
 * not take (of const char *), or NULL. */
PstReply *pst_carriage_answer(const PstReply *reply, const char *host, const GPtrArray *refused);

G_END_DECLS
