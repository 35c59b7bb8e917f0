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

gboolean
pst_requirement_needs_outlooks(PstRequirement requirement)
{
  return requirement == PST_REQUIREMENT_ENCRYPTED || requirement == PST_REQUIREMENT_VERIFIED;
}

static const char *
domain_of(const PstEnvelope *envelope, guint index)
{
  return pst_mailbox_get_domain(pst_envelope_recipient(envelope, index)->mailbox);
}

GPtrArray *
pst_requirement_assess(PstRelay *relay, const PstChoice *choice, const PstEnvelope *envelope, gint64 deadline)
{
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(relay);
  gboolean needed = pst_requirement_needs_outlooks(choice->requirement);
  GPtrArray *assessments = g_ptr_array_new_with_free_func((GDestroyNotify)pst_assessment_unref);
  for (guint i = 0; i < envelope->recipients->len && needed; i++)
    if (domain_of(envelope, i) != NULL)
      pst_assessor_start(assessor, domain_of(envelope, i));
  for (guint i = 0; i < envelope->recipients->len; i++) {
    const char *domain = domain_of(envelope, i);
    PstAssessment *assessment = NULL;
    if (domain != NULL)
      assessment =
          needed ? pst_assessor_get(assessor, domain, deadline) : pst_assessor_peek(assessor, domain);
    g_ptr_array_add(assessments, assessment);
  }
  return assessments;
}

void
pst_requirement_foresee(PstSession *session)
{
  PstRelay *relay = session->relay;
  const PstEnvelope *envelope = pst_server_engine_get_envelope(session->engine);
  const char *domain = domain_of(envelope, envelope->recipients->len - 1);
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(relay);
  const PstAccountConfig *account = pst_configuration_account(configuration, session->account);
  gint64 left;
  PstChoiceFacts facts = {
    .envelope = envelope,
    .once = pst_choices_get_once(relay->choices, &left),
    .rules = configuration->rules,
    .listener = session->listener->requirement,
    .listener_floor = session->listener->floor,
    .account = account != NULL ? account->requirement : (PstMaybeRequirement){ 0 },
    .mode = pst_choices_get_mode(relay->choices, configuration->mode),
  };
  g_autoptr(PstChoice) choice = pst_choice_make(&facts);
  if (domain == NULL || !pst_requirement_needs_outlooks(choice->requirement))
    return;
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(relay);
  pst_assessor_start(assessor, domain);
}
