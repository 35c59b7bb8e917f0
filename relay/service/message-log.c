#include "relay/service/message-log.h"
#include "relay/store/history.h"
#include <string.h>

static char *
describe_client(const PstSession *session)
{
  const char *name = pst_server_engine_get_client_name(session->engine);
  return g_strdup_printf("%s, %s", session->listener->name, name != NULL ? name : "?");
}

static void
add_client_hop(PstMessageRecord *record, const PstSession *session)
{
  gnutls_session_t tls = pst_channel_get_tls(session->channel);
  PstHop *hop = pst_message_record_add_hop(record, record->client, "Postern");
  hop->security = g_strdup(pst_security_nick(tls != NULL ? session->listener->security : PST_SECURITY_NONE));
  if (tls == NULL)
    return;
  hop->tls = g_strdup(gnutls_protocol_get_version(tls) == GNUTLS_TLS1_3 ? "TLS1.3" : "TLS1.2");
  hop->cipher = g_strdup(gnutls_ciphersuite_get(tls));
}

PstMessageRecord *
pst_message_log_begin(const PstSession *session)
{
  const PstEnvelope *envelope = pst_server_engine_get_envelope(session->engine);
  PstMessageRecord *record = pst_message_record_new();
  record->time = g_get_real_time();
  record->sender = g_strdup(pst_mailbox_get_wire(envelope->sender));
  record->account = g_strdup(session->account);
  record->client = describe_client(session);
  for (guint i = 0; i < envelope->recipients->len; i++) {
    const PstMailbox *mailbox = pst_envelope_recipient(envelope, i)->mailbox;
    pst_message_record_add_recipient(record, pst_mailbox_get_wire(mailbox), pst_mailbox_get_domain(mailbox));
  }
  pst_message_record_set_state(record, PST_STATE_SENDING);
  add_client_hop(record, session);
  return record;
}

void
pst_message_log_header(PstMessageRecord *record, const PstHeaderFacts *facts, gboolean keep_subject)
{
  record->message_id = g_strdup(facts->message_id);
  record->subject = keep_subject ? g_strdup(facts->subject) : NULL;
}

void
pst_message_log_choice(PstMessageRecord *record, const PstChoice *choice)
{
  record->requirement = choice->requirement;
  record->source = choice->source;
  record->header_ignored = choice->header_ignored;
}

void
pst_message_log_hop(PstMessageRecord *record, const PstAccountConfig *account, PstUpstream *upstream)
{
  const PstTlsFacts *facts = pst_upstream_get_tls_facts(upstream);
  const PstExtensions *extensions = pst_client_engine_get_extensions(pst_upstream_get_engine(upstream));
  gboolean offered = facts->version != NULL && (extensions->flags & PST_EXT_REQUIRETLS) != 0;
  g_ptr_array_set_size(record->hops,
                       1); /* a first connection that came to nothing is not the message's way */
  PstHop *hop = pst_message_record_add_hop(record, "Postern", account->host);
  hop->security = g_strdup(pst_security_nick(account->security));
  hop->tls = g_strdup(facts->version);
  hop->cipher = g_strdup(facts->cipher);
  if (facts->version != NULL)
    hop->certificate = g_strdup(facts->certificate == PST_CERTIFICATE_VALID ? "pkix" : "none");
  hop->requiretls = offered ? PST_HOP_REQUIRETLS_NOT_ASKED : PST_HOP_REQUIRETLS_NOT_OFFERED;
}

void
pst_message_log_requiretls(PstMessageRecord *record)
{
  PstHop *hop = record->hops->pdata[record->hops->len - 1];
  hop->requiretls = PST_HOP_REQUIRETLS_USED;
}

static void
set_reason(PstReason **place, PstReason *reason)
{
  pst_reason_unref(*place);
  *place = reason != NULL ? pst_reason_ref(reason) : NULL;
}

void
pst_message_log_refused(PstMessageRecord *record, const PstDecision *decision, PstReason *reason,
                        PstState state)
{
  pst_message_record_set_state(record, state);
  set_reason(&record->reason, reason);
  for (guint i = 0; i < record->recipients->len; i++) {
    PstRecipientRecord *recipient = record->recipients->pdata[i];
    const PstRecipientDecision *own =
        decision != NULL ? &g_array_index(decision->recipients, PstRecipientDecision, i) : NULL;
    recipient->assurance = PST_ASSURANCE_UNKNOWN;
    set_reason(&recipient->reason, own != NULL ? own->reason : reason);
    if (own != NULL && own->failing && record->reason == NULL)
      set_reason(&record->reason, own->reason);
  }
}

static void
add_mechanism(GVariantDict *evidence, PstAssurance assurance, const PstAssessment *assessment,
              const PstAccountConfig *account)
{
  switch (assurance) {
  case PST_ASSURANCE_PROMISED:
    g_variant_dict_insert(evidence, "mechanism", "s", "requiretls");
    g_variant_dict_insert(evidence, "hop", "s", account->host);
    break;
  case PST_ASSURANCE_POLICY:
    g_variant_dict_insert(evidence, "mechanism", "s",
                          assessment->policies & account->honours & PST_POLICY_DANE ? "dane" : "mta-sts");
    g_variant_dict_insert(evidence, "honours", "s", account->has_honours ? "configuration" : "providers");
    break;
  case PST_ASSURANCE_OBSERVED:
    g_variant_dict_insert(evidence, "mechanism", "s", "probe");
    break;
  case PST_ASSURANCE_DELIVERED:
  case PST_ASSURANCE_DELIVERED_ENCRYPTED:
  case PST_ASSURANCE_NONE:
  case PST_ASSURANCE_UNKNOWN:
    break;
  }
}

void
pst_message_log_decision(PstMessageRecord *record, const PstDecision *decision, const GPtrArray *assessments,
                         const PstAccountConfig *account)
{
  for (guint i = 0; i < record->recipients->len; i++) {
    PstRecipientRecord *recipient = record->recipients->pdata[i];
    const PstAssessment *assessment = assessments->pdata[i];
    PstAssurance assurance = g_array_index(decision->recipients, PstRecipientDecision, i).assurance;
    GVariantDict evidence;
    g_variant_dict_init(&evidence, NULL);
    add_mechanism(&evidence, assurance, assessment, account);
    if (assessment != NULL) {
      gint64 age = MAX(0, record->time - assessment->checked_at) / G_USEC_PER_SEC;
      g_variant_dict_insert(&evidence, "outlook_age", "x", age);
      recipient->has_outlook = TRUE;
      recipient->outlook = assessment->outlook;
    }
    g_autoptr(GVariant) facts = g_variant_ref_sink(g_variant_dict_end(&evidence));
    g_clear_pointer(&recipient->evidence, g_variant_unref);
    if (g_variant_n_children(facts) > 0)
      recipient->evidence = g_steal_pointer(&facts);
  }
}

static void
log_sent(PstMessageRecord *record, const PstDecision *decision)
{
  pst_message_record_set_state(record, PST_STATE_SENT);
  for (guint i = 0; i < record->recipients->len; i++) {
    PstRecipientRecord *recipient = record->recipients->pdata[i];
    const PstRecipientDecision *own = &g_array_index(decision->recipients, PstRecipientDecision, i);
    recipient->assurance = own->assurance;
    set_reason(&recipient->reason, own->reason);
  }
}

static PstState
state_of_reply(const PstReply *reply)
{
  if (reply->code == PST_REPLY_WILL_FORWARD)
    return PST_STATE_REFUSED; /* the server would take it, to somewhere that was not checked */
  return reply->code >= 500 ? PST_STATE_REJECTED : PST_STATE_FAILED;
}

static void
log_refused_by_server(PstMessageRecord *record, const PstTransfer *transfer, const char *host)
{
  const PstReply *reply = pst_transfer_get_reply(transfer);
  g_autofree char *words = pst_reply_words(reply);
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_REJECTED, "host", host, "reply", words, NULL);
  pst_message_log_refused(record, NULL, reason, state_of_reply(reply));
  gboolean named = FALSE;
  for (guint i = 0; i < record->recipients->len; i++)
    named = named || pst_transfer_is_recipient_refused(transfer, i);
  /* Where the server named the recipients it would not take, the others are not rejected: they were just not
   * sent to. */
  for (guint i = 0; i < record->recipients->len && named; i++) {
    PstRecipientRecord *recipient = record->recipients->pdata[i];
    gboolean refused = pst_transfer_is_recipient_refused(transfer, i);
    recipient->state =
        refused ? state_of_reply(pst_transfer_get_recipient_reply(transfer, i)) : PST_STATE_FAILED;
  }
}

static void
log_replies(PstMessageRecord *record, const PstTransfer *transfer)
{
  const PstReply *final = pst_transfer_get_reply(transfer);
  for (guint i = 0; i < record->recipients->len; i++) {
    PstRecipientRecord *recipient = record->recipients->pdata[i];
    const PstReply *own = pst_transfer_get_recipient_reply(transfer, i);
    const PstReply *telling = pst_transfer_is_recipient_refused(transfer, i) ? own : final;
    g_free(recipient->reply);
    recipient->reply = telling != NULL ? pst_reply_to_text(telling) : NULL;
  }
  if (record->hops->len == 0 || final == NULL)
    return;
  PstHop *hop = record->hops->pdata[record->hops->len - 1];
  g_free(hop->reply);
  hop->reply = pst_reply_to_text(final);
}

/* Servers say "queued as 4F2C…" (Postfix), "id=1a2B…" (Exim), each in its own way: where it is not clear,
 * nothing is kept. */
static char *
queue_id_of(const PstReply *reply)
{
  static const char *const markers[] = { "queued as ", "id=", NULL };
  g_autofree char *words = pst_reply_words(reply);
  for (guint i = 0; markers[i] != NULL; i++) {
    const char *start = strstr(words, markers[i]);
    if (start == NULL)
      continue;
    start += strlen(markers[i]);
    gsize length = strcspn(start, " ,;()<>");
    if (length > 0 && length <= 100)
      return g_strndup(start, length);
  }
  return NULL;
}

void
pst_message_log_transfer(PstMessageRecord *record, const PstDecision *decision, const PstTransfer *transfer,
                         const char *host)
{
  g_autoptr(PstReason) uncertain = NULL;
  switch (pst_transfer_get_state(transfer)) {
  case PST_TRANSFER_SENT:
    log_sent(record, decision);
    g_free(record->queue_id);
    record->queue_id = queue_id_of(pst_transfer_get_reply(transfer));
    break;
  case PST_TRANSFER_REFUSED:
    log_refused_by_server(record, transfer, host);
    break;
  case PST_TRANSFER_UNCERTAIN:
    uncertain = pst_reason_new(PST_REASON_UNCERTAIN, "host", host, NULL);
    pst_message_log_refused(record, NULL, uncertain, PST_STATE_UNCERTAIN);
    break;
  case PST_TRANSFER_OPEN:
  case PST_TRANSFER_LOST:
    pst_message_log_refused(record, NULL, pst_transfer_get_reason(transfer), PST_STATE_FAILED);
    break;
  }
  log_replies(record, transfer);
}

gboolean
pst_message_log_save(PstRelay *relay, PstMessageRecord *record)
{
  g_autoptr(GError) error = NULL;
  if (!pst_history_save(relay->database, record, &error)) {
    g_warning("history cannot be written: %s", error->message);
    return FALSE;
  }
  pst_relay_notify(relay, record->id, record->state);
  return TRUE;
}
