#include "relay/service/submission.h"
#include "relay/service/answer.h"
#include "relay/service/login.h"
#include "relay/service/requirement-of.h"
#include "relay/service/submission-state.h"

#define CONNECT_TIMEOUT (30 * G_USEC_PER_SEC)
#define ASSESS_TIMEOUT  (20 * G_USEC_PER_SEC)
#define LONG_MESSAGE    (64 * 1024) /* from here on a message being sent is worth a row of its own */

static void
refuse_as(PstSubmission *submission, PstRefusal *refusal, PstReason *reason, PstState state)
{
  submission->refusal = refusal;
  pst_message_log_refused(submission->record, submission->decision, reason, state);
}

/* Takes ownership of @reason. */
void
pst_submission_refuse(PstSubmission *submission, PstReason *reason, PstState state)
{
  g_autoptr(PstReason) owned = reason;
  refuse_as(submission, pst_refusal_for_reason(owned), owned, state);
}

static void
refuse_upstream(PstSubmission *submission, PstReason *reason)
{
  g_autoptr(PstReason) owned = reason;
  PstRefusal *refusal = pst_refusal_for_upstream(owned, submission->choice->requirement);
  refuse_as(submission, refusal, owned, refusal->code >= 500 ? PST_STATE_REFUSED : PST_STATE_FAILED);
}

static void
connect_upstream(PstSubmission *submission, gboolean fresh, gint64 deadline)
{
  g_autoptr(PstReply) reply = NULL;
  PstReason *reason = NULL;
  submission->upstream =
      pst_login_connect(submission->session, submission->account, fresh, deadline, &reply, &reason);
  if (submission->upstream != NULL) {
    pst_message_log_hop(submission->record, submission->account, submission->upstream);
    return;
  }
  if (reply != NULL) {
    g_autofree char *words = pst_reply_words(reply);
    reason = pst_reason_new(PST_REASON_AUTH_REFUSED, "host", submission->account->host, "reply", words, NULL);
  }
  refuse_upstream(submission, reason);
}

static void
decide(PstSubmission *submission)
{
  guint flags = 0;
  if (submission->upstream != NULL)
    flags = pst_client_engine_get_extensions(pst_upstream_get_engine(submission->upstream))->flags;
  submission->assessments = pst_requirement_assess(
      submission->relay, submission->choice, submission->envelope, g_get_monotonic_time() + ASSESS_TIMEOUT);
  PstDecisionFacts facts = {
    .choice = submission->choice,
    .envelope = submission->envelope,
    .host = submission->account->host,
    .host_requiretls = submission->upstream != NULL && (flags & PST_EXT_REQUIRETLS) != 0 &&
                       pst_upstream_get_tls_facts(submission->upstream)->version != NULL,
    .honours = submission->account->honours,
    .assessments = (const PstAssessment *const *)submission->assessments->pdata,
  };
  submission->decision = pst_decision_make(&facts);
  pst_message_log_decision(submission->record, submission->decision, submission->assessments,
                           submission->account);
  if (submission->decision->verdict == PST_VERDICT_PASS)
    return;
  gboolean temporary = submission->decision->verdict == PST_VERDICT_DEFER;
  PstRefusal *refusal = g_steal_pointer(&submission->decision->refusal);
  refuse_as(submission, refusal, NULL, temporary ? PST_STATE_FAILED : PST_STATE_REFUSED);
}

/* @growth: of the header by being rewritten, octets. */
static void
begin_transfer(PstSubmission *submission, gint64 growth)
{
  const PstExtensions *extensions =
      pst_client_engine_get_extensions(pst_upstream_get_engine(submission->upstream));
  PstClientTransaction transaction;
  pst_carriage_fill(&transaction, submission->envelope, extensions, submission->decision->requiretls, growth,
                    submission->own_envid);
  g_free(submission->record->envid);
  submission->record->envid = submission->own_envid[0] != '\0' ? g_strdup(submission->own_envid) : NULL;
  gboolean tagged = submission->choice->requirement >= PST_REQUIREMENT_ENCRYPTED;
  if (transaction.requiretls)
    pst_message_log_requiretls(submission->record);
  submission->transfer = pst_transfer_new(submission->upstream, submission->envelope, &transaction, tagged,
                                          submission->relay->stopping);
}

static void
start_transfer(PstSubmission *submission)
{
  gsize length;
  g_autoptr(GBytes) header = pst_header_scanner_rewrite(submission->scanner, &submission->decision->edit);
  const guint8 *data = g_bytes_get_data(header, &length);
  begin_transfer(submission, (gint64)length - (gint64)submission->header_size);
  pst_transfer_write(submission->transfer, data, length);
}

/* What was decided for the first connection must hold on the second, which may announce less. */
static PstReason *
limit_of_second_connection(PstSubmission *submission)
{
  PstUpstream *upstream = submission->upstream;
  guint announced = pst_client_engine_get_extensions(pst_upstream_get_engine(upstream))->flags;
  PstBodyFlaw flaws = pst_server_engine_get_body_flaws(submission->session->engine);
  if (submission->decision->requiretls && (announced & PST_EXT_REQUIRETLS) == 0)
    return pst_reason_new(PST_REASON_REQUIRETLS_NOT_OFFERED, "host", pst_upstream_get_host(upstream), NULL);
  PstReason *limit = (flaws & PST_BODY_HAS_8BIT) ? pst_carriage_8bit_limit(upstream) : NULL;
  return limit != NULL ? limit : pst_carriage_limit(upstream, submission->envelope, submission->size);
}

gboolean
pst_submission_retry(PstSubmission *submission, gint64 deadline)
{
  gsize length;
  const guint8 *unsent = pst_transfer_get_unsent(submission->transfer, &length);
  if (unsent == NULL || !pst_upstream_is_reused(submission->upstream))
    return FALSE;
  g_autoptr(GBytes) message = g_bytes_new(unsent, length);
  g_clear_pointer(&submission->transfer, pst_transfer_free);
  g_clear_pointer(&submission->upstream, pst_upstream_close);
  connect_upstream(submission, TRUE, deadline);
  PstReason *limit = submission->refusal == NULL ? limit_of_second_connection(submission) : NULL;
  if (limit != NULL)
    pst_submission_refuse(submission, limit, PST_STATE_REFUSED);
  if (submission->refusal != NULL)
    return FALSE;
  begin_transfer(submission, (gint64)length - submission->size);
  pst_transfer_write(submission->transfer, g_bytes_get_data(message, NULL), length);
  return TRUE;
}

/* Everything that is known once the header is: which requirement holds, whether it can be met, and the way
 * upstream. */
void
pst_submission_header_complete(PstSubmission *submission)
{
  submission->header_done = TRUE;
  gint64 deadline = g_get_monotonic_time() + CONNECT_TIMEOUT;
  const PstHeaderFacts *facts = pst_header_scanner_get_facts(submission->scanner);
  pst_message_log_header(submission->record, facts, submission->configuration->history_subjects);
  submission->record->grant_key =
      pst_requirement_message_key(submission->relay, submission->envelope, facts->subject);
  submission->choice =
      pst_requirement_choose(submission->session, submission->configuration, submission->account, facts,
                             submission->record->grant_key, &submission->claims);
  pst_message_log_choice(submission->record, submission->choice);
  if (submission->choice->refusal != NULL) {
    pst_submission_refuse(submission, pst_reason_ref(submission->choice->refusal), PST_STATE_REFUSED);
    return;
  }
  /* Only `required` needs to know what the server says before the decision can be made. */
  if (submission->choice->requirement == PST_REQUIREMENT_REQUIRED)
    connect_upstream(submission, FALSE, deadline);
  if (submission->refusal == NULL)
    decide(submission);
  if (submission->refusal == NULL && submission->upstream == NULL)
    connect_upstream(submission, FALSE, deadline);
  if (submission->refusal != NULL)
    return;
  submission->record->removed_tls_required = facts->n_tls_required > 0 &&
                                             submission->decision->edit.remove_tls_required &&
                                             !submission->decision->edit.insert_tls_required_no;
  PstReason *limit =
      pst_carriage_limit(submission->upstream, submission->envelope, submission->envelope->size);
  if (limit != NULL)
    pst_submission_refuse(submission, limit, PST_STATE_REFUSED);
  else
    start_transfer(submission);
}

static void
take_header(PstSubmission *submission, const guint8 **data, gsize *length)
{
  gsize taken = 0;
  PstHeaderStatus status = pst_header_scanner_feed(submission->scanner, *data, *length, &taken);
  *data += taken;
  *length -= taken;
  submission->header_size += taken;
  if (status == PST_HEADER_DONE) {
    gint64 began = g_get_monotonic_time();
    pst_submission_header_complete(submission);
    submission->decided_at = g_get_monotonic_time();
    submission->decision_took = submission->decided_at - began;
  }
  if (status != PST_HEADER_TOO_LARGE)
    return;
  g_autofree char *limit = g_strdup_printf("%d", PST_HEADER_MAX / 1024);
  pst_submission_refuse(submission, pst_reason_new(PST_REASON_HEADER_TOO_LARGE, "limit", limit, NULL),
                        PST_STATE_REFUSED);
}

static void
take_body(PstSubmission *submission)
{
  gsize length;
  const guint8 *data = pst_server_engine_get_body(submission->session->engine, &length);
  submission->size += length;
  pst_message_digest_update(submission->digest, data, length);
  if (submission->refusal == NULL && !submission->header_done)
    take_header(submission, &data, &length);
  /* A message with a bare line end or NUL will be refused at its end: no more of it goes anywhere. */
  gboolean flawed = (pst_server_engine_get_body_flaws(submission->session->engine) & ~PST_BODY_HAS_8BIT) != 0;
  if (submission->transfer == NULL || submission->refusal != NULL || flawed)
    return;
  if (submission->size > LONG_MESSAGE && submission->record->id == 0)
    pst_message_log_save(submission->relay, submission->record);
  pst_transfer_write(submission->transfer, data, length);
}

static void
submission_clear(PstSubmission *submission)
{
  g_clear_pointer(&submission->configuration, pst_configuration_unref);
  g_clear_pointer(&submission->scanner, pst_header_scanner_free);
  g_clear_pointer(&submission->digest, pst_message_digest_free);
  g_clear_pointer(&submission->choice, pst_choice_free);
  g_clear_pointer(&submission->decision, pst_decision_free);
  g_clear_pointer(&submission->assessments, g_ptr_array_unref);
  g_clear_pointer(&submission->refusal, pst_refusal_free);
  g_clear_pointer(&submission->transfer, pst_transfer_free);
  g_clear_pointer(&submission->upstream, pst_upstream_close);
  g_clear_pointer(&submission->record, pst_message_record_free);
}

/* FALSE: the account is no longer configured. */
static gboolean
submission_init(PstSubmission *submission, PstSession *session)
{
  *submission = (PstSubmission){ .session = session, .relay = session->relay };
  submission->configuration = pst_relay_ref_configuration(session->relay);
  submission->account = pst_configuration_account(submission->configuration, session->account);
  submission->envelope = pst_server_engine_get_envelope(session->engine);
  if (submission->account == NULL)
    return FALSE;
  submission->scanner = pst_header_scanner_new();
  submission->digest = pst_message_digest_new(session->relay->digest_key, submission->envelope);
  submission->record = pst_message_log_begin(session);
  return TRUE;
}

static void
run_data(PstSubmission *submission)
{
  PstSession *session = submission->session;
  PstServerEvent event;
  while ((event = pst_session_next_event(session)) == PST_SERVER_BODY)
    take_body(submission);
  if (event != PST_SERVER_BODY_END) {
    session->gone = TRUE;
    pst_answer_client_left(submission);
    pst_choices_settle(session->relay->choices, &submission->claims, FALSE);
    return;
  }
  g_autoptr(PstReply) reply = pst_answer_end_of_data(submission);
  pst_choices_settle(session->relay->choices, &submission->claims, pst_reply_is_positive(reply));
  pst_server_engine_reply(session->engine, reply);
}

void
pst_submission_run(PstSession *session)
{
  PstSubmission submission;
  if (submission_init(&submission, session)) {
    pst_server_engine_accept(session->engine);
    run_data(&submission);
  } else {
    pst_session_refuse_reason(session,
                              pst_reason_new(PST_REASON_NO_ACCOUNT, "sender",
                                             pst_mailbox_get_wire(submission.envelope->sender), NULL));
  }
  submission_clear(&submission);
}
