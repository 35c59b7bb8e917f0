#include "relay/policy/decision.h"
#include <string.h>

/* What must hold of a decision whatever the facts are. The conditions are written down anew here, from the
 * contract, and not in the way the decision finds its answer. */

#define CASES          100000
#define MAX_RECIPIENTS 6

static const char *const addresses[] = { "a@a.example", "b@b.example", "c@a.example", "d@[127.0.0.1]",
                                         "m\303\274ller@b\303\274cher.example" };

typedef struct {
  GRand *rand;
  PstMailbox *sender;
  PstMailbox *mailboxes[G_N_ELEMENTS(addresses)];
} World;

typedef struct {
  PstChoice choice;
  PstEnvelope *envelope;
  PstAssessment *assessments[MAX_RECIPIENTS];
  PstDecisionFacts facts;
} Case;

static guint
pick(World *world, guint n)
{
  return g_rand_int_range(world->rand, 0, n);
}

static PstReason *
pick_reason(World *world)
{
  static const PstReasonCode codes[] = { PST_REASON_NULL_MX, PST_REASON_NO_SUCH_DOMAIN,
                                         PST_REASON_DNS_TIMEOUT, PST_REASON_DOWNGRADED };
  guint i = pick(world, G_N_ELEMENTS(codes) + 1);
  return i < G_N_ELEMENTS(codes) ? pst_reason_new(codes[i], "domain", "a.example", NULL) : NULL;
}

static PstAssessment *
pick_assessment(World *world, const PstMailbox *mailbox)
{
  if (pick(world, 10) == 0)
    return NULL;
  const char *domain = pst_mailbox_get_domain(mailbox);
  gboolean another = domain == NULL || pick(world, 20) == 0;
  /* Good outlooks come often, so that messages to several recipients pass at times. */
  guint outlook = pick(world, 2) == 0 ? pick(world, 2) : pick(world, PST_OUTLOOK_UNKNOWN + 1);
  PstAssessment *assessment =
      pst_assessment_new(another ? "other.example" : domain, outlook, pick_reason(world));
  assessment->dnssec = pick(world, PST_DNSSEC_UNAVAILABLE + 1);
  assessment->policies = pick(world, 4);
  assessment->downgraded = pick(world, 8) == 0;
  assessment->good_remembered = pick(world, 2);
  return assessment;
}

static void
case_init(Case *c, World *world)
{
  memset(c, 0, sizeof *c);
  c->choice.requirement = pick(world, PST_REQUIREMENT_REQUIRED + 1);
  c->choice.source = pick(world, PST_SOURCE_FLOOR + 1);
  c->choice.pattern = pick(world, 2) == 0 ? (char *)"b\xc3\xbc"
                                                    "cher.example"
                                          : NULL;
  c->choice.tag_removed = pick(world, 2);
  c->choice.refusal = pick(world, 20) == 0
                          ? pst_reason_new(PST_REASON_HEADER_REPEATED, "header", "TLS-Required", NULL)
                          : NULL;
  c->envelope = pst_envelope_new(world->sender);
  guint n = 1 + pick(world, MAX_RECIPIENTS);
  for (guint i = 0; i < n; i++) {
    PstMailbox *mailbox = world->mailboxes[pick(world, G_N_ELEMENTS(addresses))];
    pst_envelope_add(c->envelope, mailbox);
    c->assessments[i] = pick_assessment(world, mailbox);
  }
  c->facts =
      (PstDecisionFacts){ &c->choice,     c->envelope,    "smtp.example.org",
                          pick(world, 2), pick(world, 4), (const PstAssessment *const *)c->assessments };
  if (pick(world, 20) == 0)
    c->facts.assessments = NULL;
}

static void
case_clear(Case *c)
{
  for (guint i = 0; i < MAX_RECIPIENTS; i++)
    pst_assessment_unref(c->assessments[i]);
  pst_reason_unref(c->choice.refusal);
  pst_envelope_free(c->envelope);
}

/* The assessment that may speak for recipient @i, or NULL. */
static const PstAssessment *
evidence(const Case *c, guint i)
{
  const char *domain = pst_mailbox_get_domain(pst_envelope_recipient(c->envelope, i)->mailbox);
  const PstAssessment *assessment = c->facts.assessments != NULL ? c->assessments[i] : NULL;
  return assessment != NULL && domain != NULL && g_str_equal(assessment->domain, domain) ? assessment : NULL;
}

static gboolean
is_bound(const Case *c, const PstAssessment *assessment)
{
  return (assessment->outlook == PST_OUTLOOK_VERIFIED || assessment->outlook == PST_OUTLOOK_POLICY) &&
         (assessment->policies & c->facts.honours) != 0;
}

static gboolean
may_pass_verified(const Case *c, guint i)
{
  const PstAssessment *assessment = evidence(c, i);
  return assessment != NULL && !assessment->downgraded && is_bound(c, assessment);
}

static gboolean
may_pass_encrypted(const Case *c, guint i)
{
  const PstAssessment *assessment = evidence(c, i);
  if (assessment == NULL || assessment->downgraded)
    return FALSE;
  return assessment->outlook <= PST_OUTLOOK_ENCRYPTED ||
         (assessment->outlook == PST_OUTLOOK_UNKNOWN && assessment->good_remembered);
}

static gboolean
is_known_null_mx(const Case *c, guint i)
{
  const PstAssessment *assessment = evidence(c, i);
  return assessment != NULL && assessment->outlook == PST_OUTLOOK_UNROUTABLE &&
         assessment->dnssec == PST_DNSSEC_SECURE && assessment->reason != NULL &&
         pst_reason_get_code(assessment->reason) == PST_REASON_NULL_MX;
}

static gboolean
may_pass(const Case *c, guint i)
{
  switch (c->choice.requirement) {
  case PST_REQUIREMENT_REQUIRED:
    return c->facts.host_requiretls && !is_known_null_mx(c, i);
  case PST_REQUIREMENT_VERIFIED:
    return may_pass_verified(c, i);
  case PST_REQUIREMENT_ENCRYPTED:
    return may_pass_encrypted(c, i);
  case PST_REQUIREMENT_USUAL:
  case PST_REQUIREMENT_ANYWAY:
    return !is_known_null_mx(c, i);
  }
  g_assert_not_reached();
}

/* Whether nothing but the want of knowledge stands in recipient @i's way. */
static gboolean
is_only_unknown(const Case *c, guint i)
{
  const PstAssessment *assessment = evidence(c, i);
  if (pst_mailbox_get_domain(pst_envelope_recipient(c->envelope, i)->mailbox) == NULL)
    return FALSE;
  return assessment == NULL || (assessment->outlook == PST_OUTLOOK_UNKNOWN && !assessment->downgraded);
}

static const PstRecipientDecision *
recipient(const PstDecision *decision, guint i)
{
  return &g_array_index(decision->recipients, PstRecipientDecision, i);
}

static void
check_assurance(const Case *c, guint i, PstAssurance assurance)
{
  const PstAssessment *assessment = evidence(c, i);
  switch (assurance) {
  case PST_ASSURANCE_PROMISED:
    g_assert_true(c->choice.requirement == PST_REQUIREMENT_REQUIRED && c->facts.host_requiretls);
    return;
  case PST_ASSURANCE_POLICY:
    g_assert_true(assessment != NULL && is_bound(c, assessment) &&
                  c->choice.requirement != PST_REQUIREMENT_ANYWAY);
    return;
  case PST_ASSURANCE_OBSERVED:
    g_assert_true(assessment != NULL && assessment->outlook <= PST_OUTLOOK_ENCRYPTED);
    g_assert_cmpint(assessment->outlook, !=, PST_OUTLOOK_POLICY);
    return;
  case PST_ASSURANCE_NONE:
    g_assert_true(assessment != NULL && assessment->outlook == PST_OUTLOOK_CLEARTEXT);
    g_assert_cmpint(c->choice.requirement, <=, PST_REQUIREMENT_USUAL);
    return;
  case PST_ASSURANCE_UNKNOWN:
    return;
  case PST_ASSURANCE_DELIVERED:
  case PST_ASSURANCE_DELIVERED_ENCRYPTED:
    break; /* nothing goes to an MX host */
  }
  g_assert_not_reached();
}

static void
check_recipients(const Case *c, const PstDecision *decision)
{
  g_assert_cmpuint(decision->recipients->len, ==, c->envelope->recipients->len);
  for (guint i = 0; i < decision->recipients->len; i++) {
    g_assert_cmpint(recipient(decision, i)->failing, ==, !may_pass(c, i));
    if (recipient(decision, i)->failing)
      g_assert_nonnull(recipient(decision, i)->reason);
    check_assurance(c, i, recipient(decision, i)->assurance);
  }
}

static PstVerdict
expected_verdict(const Case *c)
{
  gboolean all_pass = TRUE, only_unknown = TRUE;
  if (c->choice.refusal != NULL)
    return PST_VERDICT_REFUSE;
  for (guint i = 0; i < c->envelope->recipients->len; i++) {
    all_pass &= may_pass(c, i);
    only_unknown &= may_pass(c, i) || is_only_unknown(c, i);
  }
  gboolean needs_knowledge =
      c->choice.requirement == PST_REQUIREMENT_VERIFIED || c->choice.requirement == PST_REQUIREMENT_ENCRYPTED;
  if (all_pass)
    return PST_VERDICT_PASS;
  return only_unknown && needs_knowledge ? PST_VERDICT_DEFER : PST_VERDICT_REFUSE;
}

static void
check_refusal(const PstDecision *decision)
{
  const PstRefusal *refusal = decision->refusal;
  if (decision->verdict == PST_VERDICT_PASS) {
    g_assert_null(refusal);
    return;
  }
  guint class = decision->verdict == PST_VERDICT_DEFER ? 4 : 5;
  g_assert_cmpuint(refusal->code / 100, ==, class);
  g_assert_cmpint(refusal->enhanced[0] - '0', ==, class);
  g_assert_true(g_str_is_ascii(refusal->text));
  g_assert_true(g_str_has_prefix(refusal->text, "Not sent: "));
  g_assert_true(g_str_has_suffix(refusal->text, "This attempt sent it to nobody"));
}

static void
test_invariants(void)
{
  World world = { g_rand_new_with_seed(8689), pst_mailbox_parse_address("me@example.org") };
  guint passed[PST_REQUIREMENT_REQUIRED + 1] = { 0 }, stopped[PST_REQUIREMENT_REQUIRED + 1] = { 0 };
  for (guint i = 0; i < G_N_ELEMENTS(addresses); i++)
    world.mailboxes[i] = pst_mailbox_parse_address(addresses[i]);
  for (guint i = 0; i < CASES; i++) {
    Case c;
    case_init(&c, &world);
    g_autoptr(PstDecision) decision = pst_decision_make(&c.facts);
    gboolean passes = decision->verdict == PST_VERDICT_PASS;
    g_assert_cmpint(decision->verdict, ==, expected_verdict(&c));
    check_recipients(&c, decision);
    check_refusal(decision);
    g_assert_cmpint(decision->requiretls, ==, passes && c.choice.requirement == PST_REQUIREMENT_REQUIRED);
    g_assert_true(decision->edit.remove_tls_required);
    g_assert_cmpint(decision->edit.insert_tls_required_no, ==,
                    c.choice.requirement == PST_REQUIREMENT_ANYWAY);
    (passes ? passed : stopped)[c.choice.requirement]++;
    case_clear(&c);
  }
  /* Both ways must have been gone, or nothing was tested. */
  for (guint i = 0; i < G_N_ELEMENTS(passed); i++) {
    g_assert_cmpuint(passed[i], >, 300);
    g_assert_cmpuint(stopped[i], >, 300);
  }
  for (guint i = 0; i < G_N_ELEMENTS(addresses); i++)
    pst_mailbox_unref(world.mailboxes[i]);
  pst_mailbox_unref(world.sender);
  g_rand_free(world.rand);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/decision/invariants", test_invariants);
  return g_test_run();
}
