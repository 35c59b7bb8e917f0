#include "relay/policy/decision.h"
#include <string.h>

#define ANY        G_MAXUINT /* no assessment */
#define DANE       PST_POLICY_DANE
#define STS        PST_POLICY_MTA_STS
#define BOTH       (DANE | STS)
#define LOCKED     1
#define REMEMBERED 2

typedef struct {
  const char *name;
  PstRequirement requirement;
  guint outlook; /* PstOutlook, or ANY */
  guint policies, honours;
  guint flags;
  PstVerdict verdict;
  guint code; /* expected of the refusal; 0: none */
  const char *enhanced;
  PstReasonCode reason; /* of the recipient, where it fails */
  PstAssurance assurance;
} Row;

#define R               PST_REQUIREMENT_REQUIRED
#define V               PST_REQUIREMENT_VERIFIED
#define E               PST_REQUIREMENT_ENCRYPTED
#define U               PST_REQUIREMENT_USUAL
#define A               PST_REQUIREMENT_ANYWAY
#define PASS(assurance) PST_VERDICT_PASS, 0, NULL, 0, PST_ASSURANCE_##assurance
#define REFUSE(reason)  PST_VERDICT_REFUSE, 550, "5.7.10", PST_REASON_##reason, PST_ASSURANCE_UNKNOWN
#define DEFER           PST_VERDICT_DEFER, 451, "4.7.5", PST_REASON_NOT_ASSESSED, PST_ASSURANCE_UNKNOWN

static const Row rows[] = {
  { "verified", V, PST_OUTLOOK_VERIFIED, DANE, DANE, 0, PASS(POLICY) },
  { "verified, policy", V, PST_OUTLOOK_POLICY, STS, STS, 0, PASS(POLICY) },
  { "verified, one kind of two honoured", V, PST_OUTLOOK_VERIFIED, BOTH, STS, 0, PASS(POLICY) },
  { "verified, other kind honoured", V, PST_OUTLOOK_VERIFIED, DANE, STS, 0, REFUSE(POLICY_NOT_HONOURED) },
  { "verified, nothing honoured", V, PST_OUTLOOK_POLICY, BOTH, 0, 0, REFUSE(POLICY_NOT_HONOURED) },
  { "verified, by no policy", V, PST_OUTLOOK_VERIFIED, 0, BOTH, 0, REFUSE(POLICY_NOT_HONOURED) },
  { "verified, certified", V, PST_OUTLOOK_CERTIFIED, 0, BOTH, 0, REFUSE(NAME_NOT_PROVEN) },
  { "verified, certified with a policy", V, PST_OUTLOOK_CERTIFIED, DANE, BOTH, 0, REFUSE(NAME_NOT_PROVEN) },
  { "verified, encrypted", V, PST_OUTLOOK_ENCRYPTED, 0, BOTH, 0, REFUSE(CERTIFICATE_DOUBTFUL) },
  { "verified, cleartext", V, PST_OUTLOOK_CLEARTEXT, 0, BOTH, 0, REFUSE(NO_ENCRYPTION) },
  { "verified, failing", V, PST_OUTLOOK_FAILING, DANE, DANE, 0, REFUSE(POLICY_VIOLATED) },
  { "verified, unroutable", V, PST_OUTLOOK_UNROUTABLE, 0, BOTH, 0, PST_VERDICT_REFUSE, 550, "5.1.2",
    PST_REASON_UNROUTABLE, PST_ASSURANCE_UNKNOWN },
  { "verified, unknown", V, PST_OUTLOOK_UNKNOWN, 0, BOTH, 0, DEFER },
  { "verified, unknown and remembered", V, PST_OUTLOOK_UNKNOWN, BOTH, BOTH, REMEMBERED, DEFER },
  { "verified, not assessed", V, ANY, 0, BOTH, 0, DEFER },
  { "verified, locked", V, PST_OUTLOOK_VERIFIED, DANE, DANE, LOCKED, REFUSE(DOWNGRADED) },
  { "verified, cleartext and locked", V, PST_OUTLOOK_CLEARTEXT, 0, DANE, LOCKED, REFUSE(DOWNGRADED) },
  { "verified, unknown and locked", V, PST_OUTLOOK_UNKNOWN, 0, DANE, LOCKED, REFUSE(DOWNGRADED) },
  { "verified, unroutable and locked", V, PST_OUTLOOK_UNROUTABLE, 0, BOTH, LOCKED, PST_VERDICT_REFUSE, 550,
    "5.1.2", PST_REASON_UNROUTABLE, PST_ASSURANCE_UNKNOWN },

  { "encrypted, verified and honoured", E, PST_OUTLOOK_VERIFIED, DANE, DANE, 0, PASS(POLICY) },
  { "encrypted, verified", E, PST_OUTLOOK_VERIFIED, DANE, STS, 0, PASS(OBSERVED) },
  { "encrypted, policy and honoured", E, PST_OUTLOOK_POLICY, STS, BOTH, 0, PASS(POLICY) },
  { "encrypted, policy nobody looked at", E, PST_OUTLOOK_POLICY, STS, 0, 0, PASS(UNKNOWN) },
  { "encrypted, certified", E, PST_OUTLOOK_CERTIFIED, 0, BOTH, 0, PASS(OBSERVED) },
  { "encrypted", E, PST_OUTLOOK_ENCRYPTED, 0, 0, 0, PASS(OBSERVED) },
  { "encrypted, cleartext", E, PST_OUTLOOK_CLEARTEXT, 0, BOTH, 0, REFUSE(NO_ENCRYPTION) },
  { "encrypted, cleartext but remembered", E, PST_OUTLOOK_CLEARTEXT, 0, BOTH, REMEMBERED,
    REFUSE(NO_ENCRYPTION) },
  { "encrypted, failing", E, PST_OUTLOOK_FAILING, DANE, BOTH, REMEMBERED, REFUSE(POLICY_VIOLATED) },
  { "encrypted, unroutable", E, PST_OUTLOOK_UNROUTABLE, 0, 0, REMEMBERED, PST_VERDICT_REFUSE, 550, "5.1.2",
    PST_REASON_UNROUTABLE, PST_ASSURANCE_UNKNOWN },
  { "encrypted, unknown", E, PST_OUTLOOK_UNKNOWN, 0, BOTH, 0, DEFER },
  { "encrypted, unknown and remembered", E, PST_OUTLOOK_UNKNOWN, 0, BOTH, REMEMBERED, PASS(UNKNOWN) },
  { "encrypted, not assessed", E, ANY, 0, BOTH, 0, DEFER },
  { "encrypted, locked", E, PST_OUTLOOK_ENCRYPTED, 0, 0, LOCKED, REFUSE(DOWNGRADED) },
  { "encrypted, remembered and locked", E, PST_OUTLOOK_UNKNOWN, 0, 0, LOCKED | REMEMBERED,
    REFUSE(DOWNGRADED) },

  { "usual, not assessed", U, ANY, 0, 0, 0, PASS(UNKNOWN) },
  { "usual, verified and honoured", U, PST_OUTLOOK_VERIFIED, DANE, DANE, 0, PASS(POLICY) },
  { "usual, verified", U, PST_OUTLOOK_VERIFIED, DANE, 0, 0, PASS(OBSERVED) },
  { "usual, policy nobody looked at", U, PST_OUTLOOK_POLICY, DANE, 0, 0, PASS(UNKNOWN) },
  { "usual, encrypted", U, PST_OUTLOOK_ENCRYPTED, 0, 0, 0, PASS(OBSERVED) },
  { "usual, cleartext", U, PST_OUTLOOK_CLEARTEXT, 0, 0, 0, PASS(NONE) },
  { "usual, failing", U, PST_OUTLOOK_FAILING, DANE, DANE, 0, PASS(UNKNOWN) },
  { "usual, unroutable", U, PST_OUTLOOK_UNROUTABLE, 0, 0, 0, PASS(UNKNOWN) },
  { "usual, unknown", U, PST_OUTLOOK_UNKNOWN, 0, 0, 0, PASS(UNKNOWN) },
  { "usual, locked", U, PST_OUTLOOK_CLEARTEXT, 0, 0, LOCKED, PASS(NONE) },
  { "anyway, not assessed", A, ANY, 0, 0, 0, PASS(UNKNOWN) },
  { "anyway, verified and honoured", A, PST_OUTLOOK_VERIFIED, DANE, DANE, 0, PASS(OBSERVED) },
  { "anyway, policy and honoured", A, PST_OUTLOOK_POLICY, DANE, DANE, 0, PASS(UNKNOWN) },
  { "anyway, cleartext", A, PST_OUTLOOK_CLEARTEXT, 0, 0, 0, PASS(NONE) },

  { "required, not assessed", R, ANY, 0, 0, 0, PASS(PROMISED) },
  { "required, cleartext", R, PST_OUTLOOK_CLEARTEXT, 0, 0, LOCKED, PASS(PROMISED) },
};

/* One message under test, made step by step. */
typedef struct {
  PstChoice choice;
  PstEnvelope *envelope;
  GPtrArray *assessments;
  PstDecisionFacts facts;
} Case;

static void
case_init(Case *c, PstRequirement requirement, guint honours)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_address("me@example.org");
  memset(c, 0, sizeof *c);
  c->choice.requirement = requirement;
  c->choice.source = PST_SOURCE_HEADER;
  c->envelope = pst_envelope_new(sender);
  c->assessments = g_ptr_array_new_with_free_func((GDestroyNotify)pst_assessment_unref);
  c->facts.host = "smtp.example.org";
  c->facts.host_requiretls = TRUE;
  c->facts.honours = honours;
}

static PstAssessment *
case_add(Case *c, const char *address, guint outlook)
{
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address(address);
  const char *domain = pst_mailbox_get_domain(mailbox);
  PstAssessment *assessment = outlook != ANY ? pst_assessment_new(domain, outlook, NULL) : NULL;
  pst_envelope_add(c->envelope, mailbox);
  g_ptr_array_add(c->assessments, assessment);
  return assessment;
}

static PstDecision *
case_decide(Case *c)
{
  c->facts.choice = &c->choice;
  c->facts.envelope = c->envelope;
  c->facts.assessments = (const PstAssessment *const *)c->assessments->pdata;
  return pst_decision_make(&c->facts);
}

static void
case_clear(Case *c)
{
  pst_envelope_free(c->envelope);
  g_ptr_array_unref(c->assessments);
}

static const PstRecipientDecision *
recipient(const PstDecision *decision, guint i)
{
  return &g_array_index(decision->recipients, PstRecipientDecision, i);
}

static void
check_row(const Row *row)
{
  Case c;
  g_test_message("%s", row->name);
  case_init(&c, row->requirement, row->honours);
  PstAssessment *assessment = case_add(&c, "anna@example.net", row->outlook);
  if (assessment != NULL) {
    assessment->policies = row->policies;
    assessment->downgraded = (row->flags & LOCKED) != 0;
    assessment->good_remembered = (row->flags & REMEMBERED) != 0;
  }
  g_autoptr(PstDecision) decision = case_decide(&c);
  gboolean failing = row->verdict != PST_VERDICT_PASS;
  g_assert_cmpint(decision->verdict, ==, row->verdict);
  g_assert_cmpuint(decision->refusal != NULL ? decision->refusal->code : 0, ==, row->code);
  g_assert_cmpstr(decision->refusal != NULL ? decision->refusal->enhanced : NULL, ==, row->enhanced);
  g_assert_cmpint(recipient(decision, 0)->failing, ==, failing);
  g_assert_cmpstr(pst_assurance_nick(recipient(decision, 0)->assurance), ==,
                  pst_assurance_nick(row->assurance));
  if (failing)
    g_assert_cmpstr(pst_reason_code_nick(pst_reason_get_code(recipient(decision, 0)->reason)), ==,
                    pst_reason_code_nick(row->reason));
  case_clear(&c);
}

static void
test_rows(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    check_row(&rows[i]);
}

static void
test_no_assessments(void)
{
  for (guint requirement = A; requirement <= R; requirement++) {
    Case c;
    case_init(&c, requirement, BOTH);
    case_add(&c, "anna@example.net", ANY);
    c.facts.choice = &c.choice;
    c.facts.envelope = c.envelope;
    g_autoptr(PstDecision) decision = pst_decision_make(&c.facts);
    gboolean needs_one = requirement == V || requirement == E;
    g_assert_cmpint(decision->verdict, ==, needs_one ? PST_VERDICT_DEFER : PST_VERDICT_PASS);
    case_clear(&c);
  }
}

static void
test_required(void)
{
  Case c;
  case_init(&c, R, 0);
  case_add(&c, "anna@example.net", ANY);
  case_add(&c, "x@[127.0.0.1]", ANY);
  g_autoptr(PstDecision) promised = case_decide(&c);
  g_assert_cmpint(promised->verdict, ==, PST_VERDICT_PASS);
  g_assert_true(promised->requiretls);
  c.facts.host_requiretls = FALSE;
  g_autoptr(PstDecision) refused = case_decide(&c);
  g_assert_cmpint(refused->verdict, ==, PST_VERDICT_REFUSE);
  g_assert_false(refused->requiretls);
  g_assert_cmpuint(refused->refusal->code, ==, 550);
  g_assert_cmpstr(refused->refusal->enhanced, ==, "5.7.30");
  g_assert_cmpstr(refused->refusal->text, ==,
                  "Not sent: smtp.example.org does not promise encryption on every hop (no REQUIRETLS)\n"
                  "You asked for Required on every hop\n"
                  "Concerns anna@example.net, x@[127.0.0.1]. This attempt sent it to nobody");
  g_assert_cmpint(recipient(refused, 0)->assurance, ==, PST_ASSURANCE_UNKNOWN);
  case_clear(&c);
}

/* RFC 7505: only a signed null MX stops what would pass; under `verified` and `encrypted` any does. */
static void
test_null_mx(void)
{
  for (guint requirement = A; requirement <= R; requirement++)
    for (guint dnssec = PST_DNSSEC_SECURE; dnssec <= PST_DNSSEC_UNAVAILABLE; dnssec++) {
      Case c;
      case_init(&c, requirement, BOTH);
      PstAssessment *assessment = case_add(&c, "anna@example.net", PST_OUTLOOK_UNROUTABLE);
      assessment->reason = pst_reason_new(PST_REASON_NULL_MX, "domain", "example.net", NULL);
      assessment->dnssec = dnssec;
      g_autoptr(PstDecision) decision = case_decide(&c);
      gboolean refused = dnssec == PST_DNSSEC_SECURE || requirement == V || requirement == E;
      g_assert_cmpint(decision->verdict, ==, refused ? PST_VERDICT_REFUSE : PST_VERDICT_PASS);
      if (refused) {
        g_assert_cmpuint(decision->refusal->code, ==, 556);
        g_assert_cmpstr(decision->refusal->enhanced, ==, "5.1.10");
      }
      case_clear(&c);
    }
}

static void
test_literal(void)
{
  Case c;
  case_init(&c, E, BOTH);
  case_add(&c, "x@[127.0.0.1]", PST_OUTLOOK_VERIFIED);
  g_autoptr(PstDecision) decision = case_decide(&c);
  g_assert_cmpint(decision->verdict, ==, PST_VERDICT_REFUSE);
  g_assert_true(g_str_has_prefix(decision->refusal->text, "Not sent: [127.0.0.1] is a server's number"));
  case_clear(&c);
}

static void
test_assessment_of_another_domain(void)
{
  Case c;
  case_init(&c, V, BOTH);
  PstAssessment *assessment = case_add(&c, "anna@example.net", PST_OUTLOOK_VERIFIED);
  assessment->policies = BOTH;
  g_free(assessment->domain);
  assessment->domain = g_strdup("example.com");
  g_autoptr(PstDecision) decision = case_decide(&c);
  g_assert_cmpint(decision->verdict, ==, PST_VERDICT_DEFER);
  case_clear(&c);
}

/* The assessment's own reason says more than a general one. */
static void
test_reason_of_the_assessment(void)
{
  Case c;
  case_init(&c, V, BOTH);
  PstAssessment *assessment = case_add(&c, "anna@example.net", PST_OUTLOOK_UNKNOWN);
  assessment->reason = pst_reason_new(PST_REASON_DNS_TIMEOUT, "name", "example.net", NULL);
  g_autoptr(PstDecision) decision = case_decide(&c);
  g_assert_true(recipient(decision, 0)->reason == assessment->reason);
  g_assert_cmpstr(decision->refusal->text, ==,
                  "Not sent: the DNS did not answer in time for example.net\nYou asked for Verified\n"
                  "Concerns anna@example.net. This attempt sent it to nobody");
  case_clear(&c);
}

static const struct {
  PstRequirement requirement;
  guint outlook, policies;
  PstReasonCode reason; /* COUNT: none */
} why[] = {
  { U, ANY, 0, PST_REASON_NOT_ASSESSED },
  { U, PST_OUTLOOK_CLEARTEXT, 0, PST_REASON_NO_ENCRYPTION },
  { U, PST_OUTLOOK_CERTIFIED, 0, PST_REASON_NAME_NOT_PROVEN },
  { U, PST_OUTLOOK_VERIFIED, STS, PST_REASON_POLICY_NOT_HONOURED },
  { U, PST_OUTLOOK_VERIFIED, DANE, PST_REASON_COUNT },
  { A, PST_OUTLOOK_VERIFIED, DANE, PST_REASON_COUNT },
  { A, PST_OUTLOOK_ENCRYPTED, DANE, PST_REASON_CERTIFICATE_DOUBTFUL },
  { R, PST_OUTLOOK_CLEARTEXT, 0, PST_REASON_COUNT },
};

/* A copy that goes with less than a promise or a policy has a reason for that, a true one. */
static void
test_reason_for_assurance(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(why); i++) {
    Case c;
    case_init(&c, why[i].requirement, DANE);
    PstAssessment *assessment = case_add(&c, "anna@example.net", why[i].outlook);
    if (assessment != NULL)
      assessment->policies = why[i].policies;
    g_autoptr(PstDecision) decision = case_decide(&c);
    const PstReason *reason = recipient(decision, 0)->reason;
    g_test_message("row %" G_GSIZE_FORMAT, i);
    g_assert_cmpint(decision->verdict, ==, PST_VERDICT_PASS);
    g_assert_cmpint(reason != NULL ? pst_reason_get_code(reason) : PST_REASON_COUNT, ==, why[i].reason);
    case_clear(&c);
  }
}

static void
test_weakest_speaks(void)
{
  Case c;
  case_init(&c, V, DANE);
  c.choice.source = PST_SOURCE_RULE;
  c.choice.pattern = (char *)"b.example";
  case_add(&c, "a@a.example", PST_OUTLOOK_UNKNOWN);
  case_add(&c, "b@b.example", PST_OUTLOOK_VERIFIED)->policies = DANE;
  case_add(&c, "c@c.example", PST_OUTLOOK_CERTIFIED);
  case_add(&c, "d@d.example", PST_OUTLOOK_CLEARTEXT);
  case_add(&c, "e@e.example", PST_OUTLOOK_ENCRYPTED);
  g_autoptr(PstDecision) decision = case_decide(&c);
  g_assert_cmpint(decision->verdict, ==, PST_VERDICT_REFUSE);
  g_assert_cmpstr(
      decision->refusal->text, ==,
      "Not sent: d.example offered no encryption when checked from this computer\n"
      "Your rule for b.example asks for Verified\n"
      "Concerns d@d.example, e@e.example, c@c.example and 1 more. This attempt sent it to nobody");
  g_assert_false(recipient(decision, 1)->failing);
  g_assert_null(recipient(decision, 1)->reason);
  g_assert_cmpint(recipient(decision, 1)->assurance, ==, PST_ASSURANCE_POLICY);
  case_clear(&c);
}

static void
test_edit(void)
{
  for (guint requirement = A; requirement <= R; requirement++) {
    Case c;
    case_init(&c, requirement, 0);
    c.choice.tag_removed = requirement % 2;
    case_add(&c, "anna@example.net", ANY);
    g_autoptr(PstDecision) decision = case_decide(&c);
    g_assert_true(decision->edit.remove_tls_required);
    g_assert_cmpint(decision->edit.insert_tls_required_no, ==, requirement == A);
    g_assert_cmpint(decision->edit.remove_subject_tag, ==, c.choice.tag_removed);
    g_assert_cmpint(decision->requiretls, ==, requirement == R);
    case_clear(&c);
  }
}

static void
test_bad_header(void)
{
  Case c;
  g_autoptr(PstReason) reason =
      pst_reason_new(PST_REASON_HEADER_BAD, "header", "TLS-Required", "value", "Yes", NULL);
  case_init(&c, U, 0);
  c.choice.refusal = reason;
  case_add(&c, "anna@example.net", ANY);
  g_autoptr(PstDecision) decision = case_decide(&c);
  g_assert_cmpint(decision->verdict, ==, PST_VERDICT_REFUSE);
  g_assert_cmpuint(decision->refusal->code, ==, 550);
  g_assert_nonnull(strstr(decision->refusal->text, "TLS-Required"));
  g_assert_false(recipient(decision, 0)->failing);
  case_clear(&c);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/decision/rows", test_rows);
  g_test_add_func("/decision/no-assessments", test_no_assessments);
  g_test_add_func("/decision/required", test_required);
  g_test_add_func("/decision/null-mx", test_null_mx);
  g_test_add_func("/decision/literal", test_literal);
  g_test_add_func("/decision/assessment-of-another-domain", test_assessment_of_another_domain);
  g_test_add_func("/decision/reason-of-the-assessment", test_reason_of_the_assessment);
  g_test_add_func("/decision/reason-for-assurance", test_reason_for_assurance);
  g_test_add_func("/decision/weakest-speaks", test_weakest_speaks);
  g_test_add_func("/decision/edit", test_edit);
  g_test_add_func("/decision/bad-header", test_bad_header);
  return g_test_run();
}
