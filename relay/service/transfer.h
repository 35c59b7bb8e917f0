/* Transfer: one message on its way into one upstream connection.
 *
 * The message is streamed: octets are gathered into chunks, the envelope goes out with the first of them, and
 * the end goes out only in pst_transfer_finish(). A small message to one recipient travels in a single flight
 * where the server allows. What happened is a state with the server's own words; nothing is guessed. One
 * thread at a time. */
#pragma once
#include "relay/net/upstream.h"

G_BEGIN_DECLS

typedef struct PstTransfer PstTransfer;

typedef enum {
  PST_TRANSFER_OPEN,      /* nothing speaks against it so far */
  PST_TRANSFER_REFUSED,   /* the server answered no; the message is with nobody */
  PST_TRANSFER_LOST,      /* connection or patience lost before the end of data went out; the message is with
                             nobody */
  PST_TRANSFER_UNCERTAIN, /* the end went out and no answer came (yet) */
  PST_TRANSFER_SENT,      /* the server took it */
} PstTransferState;

/* @upstream is borrowed; @envelope must live until the first chunk or prepare(). @no_forwarding: a 251 at
 * RCPT counts as a refusal, since it would leave what was checked (T32). */
PstTransfer *pst_transfer_new(PstUpstream *upstream, const PstEnvelope *envelope,
                              const PstClientTransaction *transaction, gboolean no_forwarding,
                              GCancellable *cancellable);
void pst_transfer_free(PstTransfer *transfer);

/* More of the message. Swallows it once the state is not OPEN. */
void pst_transfer_write(PstTransfer *transfer, const guint8 *data, gsize length);
/* Everything but the end: waits for the answers that must be in before it may go. */
PstTransferState pst_transfer_prepare(PstTransfer *transfer, gint64 deadline);
/* The end of data goes out; waits for the answer. */
PstTransferState pst_transfer_finish(PstTransfer *transfer, gint64 deadline);
/* After UNCERTAIN with a connection that still stands: waits on. */
PstTransferState pst_transfer_await(PstTransfer *transfer, gint64 deadline);
/* Gives up before the end. TRUE when the connection can be used again. */
gboolean pst_transfer_abort(PstTransfer *transfer, gint64 deadline);

PstTransferState pst_transfer_get_state(const PstTransfer *transfer);
/* TRUE when the connection is ready for another message. */
gboolean pst_transfer_is_clean(const PstTransfer *transfer);
/* The answer that decided (final, or the first refusal), or NULL. */
const PstReply *pst_transfer_get_reply(const PstTransfer *transfer);
/* The answer to one RCPT, or NULL. */
const PstReply *pst_transfer_get_recipient_reply(const PstTransfer *transfer, guint index);
/* The answer to it was a refusal, or a 251 that counts as one. */
gboolean pst_transfer_is_recipient_refused(const PstTransfer *transfer, guint index);
/* Why it was LOST or UNCERTAIN, or NULL. */
PstReason *pst_transfer_get_reason(const PstTransfer *transfer);

/* The whole message, when it was LOST and is still at hand: it can be sent over another connection. Else
 * NULL. */
const guint8 *pst_transfer_get_unsent(const PstTransfer *transfer, gsize *length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstTransfer, pst_transfer_free)

G_END_DECLS
