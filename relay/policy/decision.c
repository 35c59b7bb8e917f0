#include "relay/policy/decision.h"

/* What stands between a recipient and the requirement, weakest recipient first: the first one found speaks
 * for the message. */
typedef enum {
  OBSTACLE_NULL_MX,
  OBSTACLE_UNROUTABLE,
  OBSTACLE_REQUIRETLS,
  OBSTACLE_LITERAL,
  OBSTACLE_DOWNGRADED,
  OBSTACLE_CLEARTEXT,
  OBSTACLE_FAILING,
  OBSTACLE_ENCRYPTED,
  OBSTACLE_CERTIFIED,
  OBSTACLE_NOT_HONOURED,
  OBSTACLE_UNKNOWN,
  OBSTACLE_NONE,
} Obstacle;

typedef struct {
  PstVerdict verdict;
  guint code;
  const char *enhanced;
  PstReasonCode reason; /* where the assessment gives none */
} Answer;

static const Answer answers[] = {
  [OBSTACLE_NULL_MX] = { PST_VERDICT_REFUSE, 556, "5.1.10", PST_REASON_NULL_MX },
  [OBSTACLE_UNROUTABLE] = { PST_VERDICT_REFUSE, 550, "5.1.2", PST_REASON_UNROUTABLE },
  [OBSTACLE_REQUIRETLS] = { PST_VERDICT_REFUSE, 550, "5.7.30", PST_REASON_REQUIRETLS_NOT_OFFERED },
  [OBSTACLE_LITERAL] = { PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_LITERAL_DOMAIN },
  [OBSTACLE_DOWNGRADED] = { PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_DOWNGRADED },
  [OBSTACLE_CLEARTEXT] = { PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_NO_ENCRYPTION },
  [OBSTACLE_FAILING] = { PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_POLICY_VIOLATED },
  [OBSTACLE_ENCRYPTED] = { PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_CERTIFICATE_DOUBTFUL },
  [OBSTACLE_CERTIFIED] = { PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_NAME_NOT_PROVEN },
  [OBSTACLE_NOT_HONOURED] = { PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_POLICY_NOT_HONOURED },
  [OBSTACLE_UNKNOWN] = { PST_VERDICT_DEFER, 451, "4.7.5", PST_REASON_NOT_ASSESSED },
};

static gboolean
says_null_mx(const PstAssessment *assessment)
{
  return assessment->outlook == PST_OUTLOOK_UNROUTABLE && assessment->reason != NULL &&
         pst_reason_get_code(assessment->reason) == PST_REASON_NULL_MX;
}

static gboolean
is_honoured(const PstDecisionFacts *facts, const PstAssessment *assessment)
{
  return (assessment->policies & facts->honours) != 0;
}

static Obstacle
obstacle_of_outlook(const PstAssessment *assessment)
{
  switch (assessment->outlook) {
  case PST_OUTLOOK_VERIFIED:
  case PST_OUTLOOK_POLICY:
    return OBSTACLE_NONE;
  case PST_OUTLOOK_CERTIFIED:
    return OBSTACLE_CERTIFIED;
  case PST_OUTLOOK_ENCRYPTED:
    return OBSTACLE_ENCRYPTED;
  case PST_OUTLOOK_CLEARTEXT:
    return OBSTACLE_CLEARTEXT;
  case PST_OUTLOOK_FAILING:
    return OBSTACLE_FAILING;
  case PST_OUTLOOK_UNROUTABLE:
    return says_null_mx(assessment) ? OBSTACLE_NULL_MX : OBSTACLE_UNROUTABLE;
  case PST_OUTLOOK_UNKNOWN:
    return OBSTACLE_UNKNOWN;
  }
  g_return_val_if_reached(OBSTACLE_UNKNOWN);
}

/* The lock holds also while the outlook is unknown, or good again and not yet accepted. An assessment of
 * another domain says nothing of this one. */
static Obstacle
obstacle_to_assessing(const PstMailbox *mailbox, const PstAssessment *assessment)
{
  if (pst_mailbox_get_domain(mailbox) == NULL)
    return OBSTACLE_LITERAL;
  if (assessment == NULL)
    return OBSTACLE_UNKNOWN;
  return assessment->downgraded && assessment->outlook != PST_OUTLOOK_UNROUTABLE ? OBSTACLE_DOWNGRADED
                                                                                 : OBSTACLE_NONE;
}

static Obstacle
obstacle_to_verified(const PstDecisionFacts *facts, const PstMailbox *mailbox,
                     const PstAssessment *assessment)
{
  Obstacle obstacle = obstacle_to_assessing(mailbox, assessment);
  if (obstacle == OBSTACLE_NONE)
    obstacle = obstacle_of_outlook(assessment);
  if (obstacle == OBSTACLE_NONE && !is_honoured(facts, assessment))
    return OBSTACLE_NOT_HONOURED;
  return obstacle;
}

static Obstacle
obstacle_to_encrypted(const PstMailbox *mailbox, const PstAssessment *assessment)
{
  Obstacle obstacle = obstacle_to_assessing(mailbox, assessment);
  if (obstacle != OBSTACLE_NONE)
    return obstacle;
  obstacle = obstacle_of_outlook(assessment);
  gboolean remembered = obstacle == OBSTACLE_UNKNOWN && assessment->good_remembered;
  gboolean encrypted = obstacle == OBSTACLE_CERTIFIED || obstacle == OBSTACLE_ENCRYPTED;
  return remembered || encrypted ? OBSTACLE_NONE : obstacle;
}

/* The table of the route `provider`, the only one there is: the route `direct` has conditions of its own
 * (what an MX host itself shows), so it will be a second function beside this one. */
static Obstacle
obstacle_by_provider(const PstDecisionFacts *facts, const PstMailbox *mailbox,
                     const PstAssessment *assessment)
{
  /* RFC 7505: nothing sent there can arrive, however it travels; an unsigned answer may be anybody's. */
  if (assessment != NULL && says_null_mx(assessment) && assessment->dnssec == PST_DNSSEC_SECURE)
    return OBSTACLE_NULL_MX;
  switch (facts->choice->requirement) {
  case PST_REQUIREMENT_REQUIRED:
    return facts->host_requiretls ? OBSTACLE_NONE : OBSTACLE_REQUIRETLS;
  case PST_REQUIREMENT_VERIFIED:
    return obstacle_to_verified(facts, mailbox, assessment);
  case PST_REQUIREMENT_ENCRYPTED:
    return obstacle_to_encrypted(mailbox, assessment);
  case PST_REQUIREMENT_USUAL:
  case PST_REQUIREMENT_ANYWAY:
    return OBSTACLE_NONE;
  }
  g_return_val_if_reached(OBSTACLE_UNKNOWN);
}

static const char *
policies_word(guint policies)
{
  static const char *const words[] = {
    [0] = "none",
    [PST_POLICY_DANE] = "DANE",
    [PST_POLICY_MTA_STS] = "MTA-STS",
    [PST_POLICY_DANE | PST_POLICY_MTA_STS] = "DANE, MTA-STS",
  };
  return words[policies & (PST_POLICY_DANE | PST_POLICY_MTA_STS)];
}

/* The assessment knows best why a domain is no better than it is, but not what else stands in the way. */
static PstReason *
reason_of(const PstDecisionFacts *facts, const PstMailbox *mailbox, const PstAssessment *assessment,
          Obstacle obstacle)
{
  const char *domain = pst_mailbox_get_domain(mailbox);
  gboolean elsewhere = obstacle == OBSTACLE_REQUIRETLS || obstacle == OBSTACLE_LITERAL ||
                       obstacle == OBSTACLE_DOWNGRADED || obstacle == OBSTACLE_NOT_HONOURED;
  if (!elsewhere && assessment != NULL && assessment->reason != NULL)
    return pst_reason_ref(assessment->reason);
  return pst_reason_new(answers[obstacle].reason, "domain",
                        domain != NULL ? domain : pst_mailbox_get_literal(mailbox), "host", facts->host,
                        "policies", assessment != NULL ? policies_word(assessment->policies) : NULL, NULL);
}

/* Never more than is known. `anyway` tells the provider to pass over policies, so they bind nobody. */
static PstAssurance
assurance_of(const PstDecisionFacts *facts, const PstAssessment *assessment)
{
  PstRequirement requirement = facts->choice->requirement;
  if (requirement == PST_REQUIREMENT_REQUIRED)
    return PST_ASSURANCE_PROMISED;
  if (assessment == NULL)
    return PST_ASSURANCE_UNKNOWN;
  switch (assessment->outlook) {
  case PST_OUTLOOK_VERIFIED:
  case PST_OUTLOOK_POLICY:
    if (requirement != PST_REQUIREMENT_ANYWAY && is_honoured(facts, assessment))
      return PST_ASSURANCE_POLICY;
    /* `policy` is `verified` without a look at any host. */
    return assessment->outlook == PST_OUTLOOK_VERIFIED ? PST_ASSURANCE_OBSERVED : PST_ASSURANCE_UNKNOWN;
  case PST_OUTLOOK_CERTIFIED:
  case PST_OUTLOOK_ENCRYPTED:
    return PST_ASSURANCE_OBSERVED;
  case PST_OUTLOOK_CLEARTEXT:
    return PST_ASSURANCE_NONE;
  case PST_OUTLOOK_FAILING:
  case PST_OUTLOOK_UNROUTABLE:
  case PST_OUTLOOK_UNKNOWN:
    return PST_ASSURANCE_UNKNOWN;
  }
  g_return_val_if_reached(PST_ASSURANCE_UNKNOWN);
}

/* Why a copy that may go has no better assurance; NULL where the sender wants none. */
static PstReason *
reason_for_assurance(const PstDecisionFacts *facts, const PstMailbox *mailbox,
                     const PstAssessment *assessment)
{
  Obstacle obstacle = assessment != NULL ? obstacle_of_outlook(assessment) : OBSTACLE_UNKNOWN;
  if (obstacle == OBSTACLE_NONE && facts->choice->requirement == PST_REQUIREMENT_ANYWAY)
    return NULL;
  return reason_of(facts, mailbox, assessment, obstacle != OBSTACLE_NONE ? obstacle : OBSTACLE_NOT_HONOURED);
}

/* NULL: nothing is known. An assessment of another domain says nothing of this one. */
static const PstAssessment *
assessment_of(const PstDecisionFacts *facts, guint i)
{
  const char *domain = pst_mailbox_get_domain(pst_envelope_recipient(facts->envelope, i)->mailbox);
  const PstAssessment *assessment = facts->assessments != NULL ? facts->assessments[i] : NULL;
  return domain != NULL && assessment != NULL && g_strcmp0(assessment->domain, domain) == 0 ? assessment
                                                                                            : NULL;
}

/* Obstacles of all recipients; assurance and reason of each go to @decision. Caller frees. */
static Obstacle *
judge_recipients(const PstDecisionFacts *facts, PstDecision *decision)
{
  guint n = facts->envelope->recipients->len;
  Obstacle *obstacles = g_new(Obstacle, n);
  for (guint i = 0; i < n; i++) {
    const PstMailbox *mailbox = pst_envelope_recipient(facts->envelope, i)->mailbox;
    const PstAssessment *assessment = assessment_of(facts, i);
    obstacles[i] = obstacle_by_provider(facts, mailbox, assessment);
    PstRecipientDecision recipient = { PST_ASSURANCE_UNKNOWN, NULL, obstacles[i] != OBSTACLE_NONE };
    if (recipient.failing)
      recipient.reason = reason_of(facts, mailbox, assessment, obstacles[i]);
    else
      recipient.assurance = assurance_of(facts, assessment);
    if (!recipient.failing && recipient.assurance > PST_ASSURANCE_POLICY)
      recipient.reason = reason_for_assurance(facts, mailbox, assessment);
    g_array_append_val(decision->recipients, recipient);
  }
  return obstacles;
}

/* One recipient that fails refuses the message: the weakest speaks, and is named first. */
static void
refuse(const PstDecisionFacts *facts, PstDecision *decision, const Obstacle *obstacles)
{
  g_autoptr(GPtrArray) addresses = g_ptr_array_new();
  const PstReason *reason = NULL;
  Obstacle weakest = OBSTACLE_NONE;
  for (Obstacle obstacle = 0; obstacle < OBSTACLE_NONE; obstacle++)
    for (guint i = 0; i < decision->recipients->len; i++) {
      if (obstacles[i] != obstacle)
        continue;
      if (reason == NULL) {
        weakest = obstacle;
        reason = g_array_index(decision->recipients, PstRecipientDecision, i).reason;
      }
      g_ptr_array_add(addresses,
                      (gpointer)pst_mailbox_get_wire(pst_envelope_recipient(facts->envelope, i)->mailbox));
    }
  if (reason == NULL)
    return;
  const Answer *answer = &answers[weakest];
  decision->verdict = answer->verdict;
  decision->refusal = pst_refusal_for_recipients(answer->code, answer->enhanced, reason, facts->choice,
                                                 (const char *const *)addresses->pdata, addresses->len);
}

static void
recipient_clear(gpointer data)
{
  PstRecipientDecision *recipient = data;
  pst_reason_unref(recipient->reason);
}

PstDecision *
pst_decision_make(const PstDecisionFacts *facts)
{
  const PstChoice *choice = facts->choice;
  PstDecision *decision = g_new0(PstDecision, 1);
  decision->recipients = g_array_new(FALSE, FALSE, sizeof(PstRecipientDecision));
  g_array_set_clear_func(decision->recipients, recipient_clear);
  g_autofree Obstacle *obstacles = judge_recipients(facts, decision);
  if (choice->refusal != NULL) {
    decision->verdict = PST_VERDICT_REFUSE;
    decision->refusal = pst_refusal_for_reason(choice->refusal);
  } else
    refuse(facts, decision, obstacles);
  decision->requiretls =
      decision->verdict == PST_VERDICT_PASS && choice->requirement == PST_REQUIREMENT_REQUIRED;
  decision->edit.remove_tls_required = TRUE;
  decision->edit.insert_tls_required_no = choice->requirement == PST_REQUIREMENT_ANYWAY;
  decision->edit.remove_subject_tag = choice->tag_removed;
  return decision;
}

void
pst_decision_free(PstDecision *decision)
{
  if (decision == NULL)
    return;
  pst_refusal_free(decision->refusal);
  g_array_unref(decision->recipients);
  g_free(decision);
}
