#include "relay/service/transfer.h"

#define CHUNK_SIZE (64 * 1024)
/* How long the server may refuse to take more octets in the middle of a message. */
#define STALL_TIMEOUT (34 * G_USEC_PER_SEC)

struct PstTransfer {
  PstUpstream *upstream;
  PstClientEngine *engine;
  const PstEnvelope *envelope; /* until begun */
  guint n_recipients;
  PstClientTransaction transaction;
  gboolean no_forwarding;
  GCancellable *cancellable;

  GByteArray *chunk;
  PstTransferState state;
  gboolean begun, sender_accepted, envelope_answered, go, idle;
  gboolean streamed; /* octets went out that are no longer in the chunk */
  PstReply *reply;
  GPtrArray *recipient_replies; /* of PstReply or NULL */
  PstReason *reason;
};

PstTransfer *
pst_transfer_new(PstUpstream *upstream, const PstEnvelope *envelope, const PstClientTransaction *transaction,
                 gboolean no_forwarding, GCancellable *cancellable)
{
  PstTransfer *transfer = g_new0(PstTransfer, 1);
  transfer->upstream = upstream;
  transfer->engine = pst_upstream_get_engine(upstream);
  transfer->envelope = envelope;
  transfer->n_recipients = envelope->recipients->len;
  transfer->transaction = *transaction;
  transfer->no_forwarding = no_forwarding;
  transfer->cancellable = cancellable;
  transfer->chunk = g_byte_array_new();
  transfer->recipient_replies = g_ptr_array_new_with_free_func((GDestroyNotify)pst_reply_free);
  g_ptr_array_set_size(transfer->recipient_replies, envelope->recipients->len);
  return transfer;
}

void
pst_transfer_free(PstTransfer *transfer)
{
  if (transfer == NULL)
    return;
  g_byte_array_unref(transfer->chunk);
  g_clear_pointer(&transfer->reply, pst_reply_free);
  g_ptr_array_unref(transfer->recipient_replies);
  pst_reason_unref(transfer->reason);
  g_free(transfer);
}

static void
keep_reply(PstTransfer *transfer)
{
  if (transfer->reply == NULL)
    transfer->reply = pst_reply_copy(pst_client_engine_get_reply(transfer->engine));
}

static void
refuse(PstTransfer *transfer)
{
  keep_reply(transfer);
  transfer->state = PST_TRANSFER_REFUSED;
}

static void
lose(PstTransfer *transfer)
{
  PstReason *failure = pst_upstream_get_failure(transfer->upstream);
  pst_reason_unref(transfer->reason);
  transfer->reason = failure != NULL ? pst_reason_ref(failure) : NULL;
  /* An answer stays an answer. After a refused MAIL or RCPT, whatever became of the octets behind it, nobody
   * has it. */
  if (transfer->state == PST_TRANSFER_REFUSED || transfer->state == PST_TRANSFER_SENT)
    return;
  /* A server that said 421 before it took MAIL has processed nothing of what was pipelined behind it. */
  gboolean closing = pst_client_engine_get_fault(transfer->engine) == PST_CLIENT_FAULT_CLOSING;
  gboolean past_end = pst_client_engine_is_past_end(transfer->engine);
  transfer->state =
      past_end && !(closing && !transfer->sender_accepted) ? PST_TRANSFER_UNCERTAIN : PST_TRANSFER_LOST;
}

static gboolean
is_refusal(const PstTransfer *transfer, const PstReply *reply)
{
  return !pst_reply_is_positive(reply) || (reply->code == PST_REPLY_WILL_FORWARD && transfer->no_forwarding);
}

static void
take_recipient(PstTransfer *transfer)
{
  const PstReply *reply = pst_client_engine_get_reply(transfer->engine);
  guint index = pst_client_engine_get_recipient(transfer->engine);
  if (!transfer->sender_accepted)
    return; /* what follows a refused MAIL says nothing about the recipient */
  if (index < transfer->recipient_replies->len && transfer->recipient_replies->pdata[index] == NULL)
    transfer->recipient_replies->pdata[index] = pst_reply_copy(reply);
  if (is_refusal(transfer, reply))
    refuse(transfer);
}

static void
take_final(PstTransfer *transfer)
{
  const PstReply *reply = pst_client_engine_get_reply(transfer->engine);
  if (transfer->state == PST_TRANSFER_REFUSED)
    return; /* the answer to data behind a refused RCPT */
  if (!pst_reply_is_positive(reply)) {
    refuse(transfer);
    return;
  }
  keep_reply(transfer);
  transfer->state = PST_TRANSFER_SENT;
}

static void
take_event(PstTransfer *transfer, PstClientEvent event)
{
  switch (event) {
  case PST_CLIENT_SENDER:
    transfer->sender_accepted = pst_reply_is_positive(pst_client_engine_get_reply(transfer->engine));
    if (!transfer->sender_accepted)
      refuse(transfer);
    break;
  case PST_CLIENT_RECIPIENT:
    take_recipient(transfer);
    break;
  case PST_CLIENT_ENVELOPE:
    transfer->envelope_answered = TRUE;
    break;
  case PST_CLIENT_GO:
    transfer->go = TRUE;
    break;
  case PST_CLIENT_NO_GO:
    refuse(transfer);
    break;
  case PST_CLIENT_FINAL:
    take_final(transfer);
    break;
  case PST_CLIENT_IDLE:
    transfer->idle = TRUE;
    break;
  case PST_CLIENT_NONE:
    break;
  case PST_CLIENT_FAULT:
  case PST_CLIENT_STARTTLS:
  case PST_CLIENT_READY:
  case PST_CLIENT_AUTH:
    lose(transfer);
    break;
  }
}

/* Takes what the engine has, without waiting. */
static void
take_ready_events(PstTransfer *transfer)
{
  PstClientEvent event;
  while ((event = pst_upstream_ready_event(transfer->upstream)) != PST_CLIENT_NONE) {
    take_event(transfer, event);
    if (event == PST_CLIENT_FAULT)
      return;
  }
}

static void
begin(PstTransfer *transfer)
{
  if (transfer->begun)
    return;
  transfer->begun = TRUE;
  pst_client_engine_begin(transfer->engine, transfer->envelope, &transfer->transaction);
  transfer->envelope = NULL;
  take_ready_events(transfer);
}

static void
wait_event(PstTransfer *transfer, gint64 deadline)
{
  take_event(transfer, pst_upstream_next_event(transfer->upstream, deadline, transfer->cancellable));
}

static void
wait_go(PstTransfer *transfer, gint64 deadline)
{
  while (transfer->state == PST_TRANSFER_OPEN && !transfer->go)
    wait_event(transfer, deadline);
}

/* Until the engine takes @wanted octets more: it counts what is queued and what is not yet answered. */
static void
make_room(PstTransfer *transfer, gsize wanted, gint64 deadline)
{
  while (transfer->state == PST_TRANSFER_OPEN && pst_client_engine_can_take_body(transfer->engine) < wanted) {
    if (pst_byte_queue_get_length(pst_client_engine_get_output(transfer->engine)) == 0)
      wait_event(transfer, deadline);
    else if (!pst_upstream_flush(transfer->upstream, 0, deadline, transfer->cancellable))
      lose(transfer);
    take_ready_events(transfer);
  }
}

static void
send_chunk(PstTransfer *transfer)
{
  gint64 deadline = g_get_monotonic_time() + STALL_TIMEOUT;
  begin(transfer);
  wait_go(transfer, deadline);
  make_room(transfer, transfer->chunk->len, deadline);
  if (transfer->state == PST_TRANSFER_OPEN) {
    pst_client_engine_body(transfer->engine, transfer->chunk->data, transfer->chunk->len);
    if (!pst_upstream_flush(transfer->upstream, CHUNK_SIZE, deadline, transfer->cancellable))
      lose(transfer);
    take_ready_events(transfer);
  }
  g_byte_array_set_size(transfer->chunk, 0);
  transfer->streamed = TRUE;
}

void
pst_transfer_write(PstTransfer *transfer, const guint8 *data, gsize length)
{
  while (length > 0 && transfer->state == PST_TRANSFER_OPEN) {
    gsize part = MIN(length, CHUNK_SIZE - transfer->chunk->len);
    g_byte_array_append(transfer->chunk, data, part);
    data += part;
    length -= part;
    if (transfer->chunk->len == CHUNK_SIZE)
      send_chunk(transfer);
  }
}

/* With one recipient and CHUNKING the end may go along with everything else: a refused RCPT makes the server
 * refuse the data too. With several, each must have been accepted first; and a server that says 251 takes the
 * data. */
static gboolean
needs_answers(const PstTransfer *transfer)
{
  const PstExtensions *extensions = pst_client_engine_get_extensions(transfer->engine);
  return transfer->n_recipients > 1 || transfer->no_forwarding || (extensions->flags & PST_EXT_CHUNKING) == 0;
}

PstTransferState
pst_transfer_prepare(PstTransfer *transfer, gint64 deadline)
{
  if (transfer->state != PST_TRANSFER_OPEN)
    return transfer->state;
  begin(transfer);
  wait_go(transfer, deadline);
  while (transfer->state == PST_TRANSFER_OPEN && needs_answers(transfer) && !transfer->envelope_answered)
    wait_event(transfer, deadline);
  make_room(transfer, transfer->chunk->len, deadline);
  return transfer->state;
}

static gboolean
is_over(const PstTransfer *transfer)
{
  return transfer->idle || pst_upstream_get_failure(transfer->upstream) != NULL;
}

PstTransferState
pst_transfer_await(PstTransfer *transfer, gint64 deadline)
{
  if (transfer->state == PST_TRANSFER_UNCERTAIN)
    pst_upstream_resume(transfer->upstream);
  while (!is_over(transfer))
    wait_event(transfer, deadline);
  return transfer->state;
}

PstTransferState
pst_transfer_finish(PstTransfer *transfer, gint64 deadline)
{
  if (transfer->state != PST_TRANSFER_OPEN)
    return transfer->state;
  pst_client_engine_finish(transfer->engine, transfer->chunk->data, transfer->chunk->len);
  return pst_transfer_await(transfer, deadline);
}

gboolean
pst_transfer_abort(PstTransfer *transfer, gint64 deadline)
{
  if (!transfer->begun)
    return TRUE;
  if (is_over(transfer))
    return transfer->idle;
  if (!pst_client_engine_abort(transfer->engine))
    return FALSE;
  pst_transfer_await(transfer, deadline);
  return transfer->idle;
}

PstTransferState
pst_transfer_get_state(const PstTransfer *transfer)
{
  return transfer->state;
}

gboolean
pst_transfer_is_clean(const PstTransfer *transfer)
{
  return (!transfer->begun || transfer->idle) && pst_upstream_get_failure(transfer->upstream) == NULL;
}

const PstReply *
pst_transfer_get_reply(const PstTransfer *transfer)
{
  return transfer->reply;
}

const PstReply *
pst_transfer_get_recipient_reply(const PstTransfer *transfer, guint index)
{
  return transfer->recipient_replies->pdata[index];
}

gboolean
pst_transfer_is_recipient_refused(const PstTransfer *transfer, guint index)
{
  const PstReply *reply = pst_transfer_get_recipient_reply(transfer, index);
  return reply != NULL && is_refusal(transfer, reply);
}

PstReason *
pst_transfer_get_reason(const PstTransfer *transfer)
{
  return transfer->reason;
}

const guint8 *
pst_transfer_get_unsent(const PstTransfer *transfer, gsize *length)
{
  *length = transfer->chunk->len;
  return transfer->state == PST_TRANSFER_LOST && !transfer->streamed ? transfer->chunk->data : NULL;
}
