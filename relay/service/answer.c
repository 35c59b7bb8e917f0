#include "relay/service/answer.h"
#include "relay/service/afterwards.h"
#include "relay/service/late-answer.h"
#include "relay/store/history.h"

#define ANSWER_TIMEOUT  (42 * G_USEC_PER_SEC) /* from the client's dot; it must hear within 45 s */
#define PREPARE_TIMEOUT (38 * G_USEC_PER_SEC)
#define ABORT_TIMEOUT   (2 * G_USEC_PER_SEC)

static void
check_body(PstSubmission *submission)
{
  PstBodyFlaw flaws = pst_server_engine_get_body_flaws(submission->session->engine);
  if (submission->refusal != NULL)
    return;
  if (flaws & (PST_BODY_FLAW_BARE_LF | PST_BODY_FLAW_BARE_CR))
    pst_submission_refuse(submission, pst_reason_new(PST_REASON_BARE_LINE_END, NULL), PST_STATE_REFUSED);
  else if (flaws & PST_BODY_FLAW_NUL)
    pst_submission_refuse(submission, pst_reason_new(PST_REASON_NUL_OCTET, NULL), PST_STATE_REFUSED);
  if (submission->refusal != NULL || submission->upstream == NULL)
    return;
  PstReason *limit = (flaws & PST_BODY_HAS_8BIT) ? pst_carriage_8bit_limit(submission->upstream) : NULL;
  if (limit == NULL)
    limit = pst_carriage_limit(submission->upstream, submission->envelope, submission->size);
  if (limit != NULL)
    pst_submission_refuse(submission, limit, PST_STATE_REFUSED);
}

/* Hands the connection back when the next message may use it. */
static void
release_upstream(PstSubmission *submission, gboolean clean)
{
  PstSession *session = submission->session;
  PstUpstream *upstream = g_steal_pointer(&submission->upstream);
  g_clear_pointer(&submission->transfer, pst_transfer_free);
  if (upstream == NULL)
    return;
  if (clean && session->pool_key != NULL)
    pst_upstream_pool_give(submission->relay->pool, session->pool_key, upstream);
  else
    pst_upstream_close(upstream);
}

/* The row in its final state is committed before the client hears of it. */
static void
save_told(PstSubmission *submission, const PstReply *reply)
{
  g_free(submission->record->reply);
  submission->record->reply = pst_reply_to_text(reply);
  pst_message_log_save(submission->relay, submission->record);
}

static PstReply *
answer_refused(PstSubmission *submission)
{
  gboolean clean = TRUE;
  if (submission->transfer != NULL)
    clean = pst_transfer_abort(submission->transfer, g_get_monotonic_time() + ABORT_TIMEOUT);
  release_upstream(submission, clean);
  PstReply *reply = pst_session_reply_of(submission->refusal);
  save_told(submission, reply);
  return reply;
}

/* The same octets, sent again while the answer to the first try is awaited or came late. NULL: not so, send
 * them. */
static PstReply *
join_first_try(PstSubmission *submission, gint64 deadline)
{
  g_autoptr(PstReply) reply = NULL;
  const char *host = submission->account->host;
  GBytes *digest = submission->record->digest;
  g_autoptr(PstReason) uncertain = pst_reason_new(PST_REASON_UNCERTAIN, "host", host, NULL);
  g_autoptr(PstRefusal) refusal = pst_refusal_for_reason(uncertain);
  if (digest == NULL)
    return NULL;
  switch (pst_pending_join(submission->relay->pending, digest, deadline, &reply)) {
  case PST_JOIN_ANSWERED:
    return pst_carriage_answer(reply, host, NULL);
  case PST_JOIN_TIMEOUT:
    return pst_session_reply_of(refusal);
  case PST_JOIN_NONE:
  case PST_JOIN_LOST:
    break;
  }
  if (!pst_late_answer_was_sent(submission->relay, digest))
    return NULL;
  return pst_reply_new(250, "2.0.0", "This message had been taken already");
}

/* The first try's row tells it all: the second leaves none. */
static void
forget_second_try(PstSubmission *submission)
{
  release_upstream(submission,
                   pst_transfer_abort(submission->transfer, g_get_monotonic_time() + ABORT_TIMEOUT));
  if (submission->record->id != 0)
    pst_history_delete(submission->relay->database, submission->record->id, NULL);
}

static PstReply *
reply_of_server(const PstSubmission *submission)
{
  const PstTransfer *transfer = submission->transfer;
  g_autoptr(GPtrArray) refused = g_ptr_array_new();
  for (guint i = 0; i < submission->envelope->recipients->len; i++) {
    if (pst_transfer_is_recipient_refused(transfer, i))
      g_ptr_array_add(
          refused, (gpointer)pst_mailbox_get_wire(pst_envelope_recipient(submission->envelope, i)->mailbox));
  }
  return pst_carriage_answer(pst_transfer_get_reply(transfer), submission->account->host, refused);
}

static PstReply *
reply_of_transfer(PstSubmission *submission)
{
  const char *host = submission->account->host;
  g_autoptr(PstReason) uncertain = pst_reason_new(PST_REASON_UNCERTAIN, "host", host, NULL);
  g_autoptr(PstRefusal) refusal = NULL;
  switch (pst_transfer_get_state(submission->transfer)) {
  case PST_TRANSFER_SENT:
  case PST_TRANSFER_REFUSED:
    return reply_of_server(submission);
  case PST_TRANSFER_UNCERTAIN:
    refusal = pst_refusal_for_reason(uncertain);
    break;
  case PST_TRANSFER_OPEN:
  case PST_TRANSFER_LOST:
    refusal = pst_refusal_for_reason(pst_transfer_get_reason(submission->transfer));
    break;
  }
  return pst_session_reply_of(refusal);
}

/* What needed outlooks has them already, and a promise needs none. */
static gboolean
wants_look(const PstSubmission *submission)
{
  const PstConfiguration *configuration = submission->configuration;
  return configuration->probe_enabled && configuration->probe_for_usual &&
         submission->choice->requirement <= PST_REQUIREMENT_USUAL;
}

static PstReply *
answer_transfer(PstSubmission *submission)
{
  PstReply *reply = reply_of_transfer(submission);
  PstTransferState state = pst_transfer_get_state(submission->transfer);
  pst_message_log_transfer(submission->record, submission->decision, submission->transfer,
                           submission->account->host);
  save_told(submission, reply);
  if (state == PST_TRANSFER_UNCERTAIN && pst_upstream_is_silent(submission->upstream)) {
    PstUpstream *upstream = g_steal_pointer(&submission->upstream);
    pst_late_answer_await(submission->relay, upstream, g_steal_pointer(&submission->transfer),
                          g_steal_pointer(&submission->decision), g_steal_pointer(&submission->record));
    return reply;
  }
  gboolean clean = pst_transfer_is_clean(submission->transfer) ||
                   (state == PST_TRANSFER_REFUSED &&
                    pst_transfer_abort(submission->transfer, g_get_monotonic_time() + ABORT_TIMEOUT));
  release_upstream(submission, clean);
  if (state == PST_TRANSFER_SENT && wants_look(submission))
    pst_afterwards_look(submission->relay, g_steal_pointer(&submission->record), submission->envelope,
                        submission->choice, submission->account);
  return reply;
}

static void
send_end(PstSubmission *submission, gint64 dot)
{
  if (pst_transfer_prepare(submission->transfer, dot + PREPARE_TIMEOUT) != PST_TRANSFER_OPEN)
    return;
  submission->record->past_end = TRUE;
  if (pst_message_log_save(submission->relay, submission->record))
    pst_transfer_finish(submission->transfer, dot + ANSWER_TIMEOUT);
  else
    pst_submission_refuse(submission, pst_reason_new(PST_REASON_HISTORY_UNAVAILABLE, NULL), PST_STATE_FAILED);
}

/* Since when the client waits: its dot may have lain there all the while that the decision took. */
static gint64
time_of_dot(const PstSubmission *submission)
{
  gboolean was_sending = submission->session->waited_at > submission->decided_at;
  return g_get_monotonic_time() - (was_sending ? 0 : submission->decision_took);
}

/* The end of the client's data was read: what it is told. */
PstReply *
pst_answer_end_of_data(PstSubmission *submission)
{
  gint64 dot = time_of_dot(submission);
  if (submission->refusal == NULL && !submission->header_done) {
    pst_header_scanner_finish(submission->scanner);
    pst_submission_header_complete(submission);
  }
  submission->record->size = submission->size;
  submission->record->digest = pst_message_digest_end(submission->digest);
  check_body(submission);
  if (submission->refusal != NULL)
    return answer_refused(submission);
  PstReply *joined = join_first_try(submission, dot + ANSWER_TIMEOUT);
  if (joined != NULL) {
    forget_second_try(submission);
    return joined;
  }
  send_end(submission, dot);
  /* A connection that lay idle may die under the first command of the next message, which then nobody has. */
  if (submission->refusal == NULL && pst_submission_retry(submission, dot + PREPARE_TIMEOUT))
    send_end(submission, dot);
  return submission->refusal != NULL ? answer_refused(submission) : answer_transfer(submission);
}

void
pst_answer_client_left(PstSubmission *submission)
{
  release_upstream(submission,
                   submission->transfer == NULL ||
                       pst_transfer_abort(submission->transfer, g_get_monotonic_time() + ABORT_TIMEOUT));
  submission->record->size = submission->size;
  if (submission->refusal == NULL)
    pst_submission_refuse(submission, pst_reason_new(PST_REASON_CLIENT_GONE, NULL), PST_STATE_FAILED);
  pst_message_log_save(submission->relay, submission->record);
}
