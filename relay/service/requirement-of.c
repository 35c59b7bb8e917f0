#include "relay/service/requirement-of.h"
#include "relay/service/message-digest.h"

GBytes *
pst_requirement_message_key(PstRelay *relay, const PstEnvelope *envelope, const char *subject)
{
  g_autofree char *key = pst_ledger_message_key(envelope, subject);
  return pst_message_digest_text(relay->digest_key, key);
}

char *
pst_requirement_ledger_key(GBytes *message_key)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(message_key, &length);
  return g_base64_encode(data, length);
}

PstChoice *
pst_requirement_choose(PstSession *session, const PstConfiguration *configuration,
                       const PstAccountConfig *account, const PstHeaderFacts *header, GBytes *message_key,
                       PstClaims *claims)
{
  PstRelay *relay = session->relay;
  PstHeaderChoice asked = { 0 };
  gboolean has_asked = header->postern_tls != NULL && pst_header_choice_parse(header->postern_tls, &asked);
  g_autofree char *token = asked.token;
  g_autofree char *key = message_key != NULL ? pst_requirement_ledger_key(message_key) : NULL;
  pst_choices_claim(relay->choices, key, has_asked ? &asked : NULL, claims);
  PstChoiceFacts facts = {
    .grant = claims->grant,
    .envelope = pst_server_engine_get_envelope(session->engine),
    .header = header,
    .token_valid = claims->token_valid,
    .header_may_lower = configuration->header_may_lower,
    .subject_tags = configuration->subject_tags,
    .once = claims->once,
    .rules = configuration->rules,
    .listener = session->listener->requirement,
    .listener_floor = session->listener->floor,
    .account = account->requirement,
    .mode = pst_choices_get_mode(relay->choices, configuration->mode),
  };
  PstChoice *choice = pst_choice_make(&facts);
  pst_choices_keep(relay->choices, choice, claims);
  return choice;
}

GPtrArray *
pst_requirement_assess(const PstChoice *choice, const PstEnvelope *envelope)
{
  if (choice->requirement != PST_REQUIREMENT_ENCRYPTED && choice->requirement != PST_REQUIREMENT_VERIFIED)
    return NULL;
  GPtrArray *assessments = g_ptr_array_new_with_free_func((GDestroyNotify)pst_assessment_unref);
  for (guint i = 0; i < envelope->recipients->len; i++) {
    const PstMailbox *mailbox = pst_envelope_recipient(envelope, i)->mailbox;
    const char *domain = pst_mailbox_get_domain(mailbox);
    const char *shown = domain != NULL ? domain : pst_mailbox_get_literal(mailbox);
    PstReason *reason = pst_reason_new(PST_REASON_NOT_ASSESSED, "domain", shown, NULL);
    g_ptr_array_add(assessments, pst_assessment_new(shown, PST_OUTLOOK_UNKNOWN, reason));
  }
  return assessments;
}
