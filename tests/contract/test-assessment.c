#include "relay/contract/assessment.h"

static void
test_new(void)
{
  PstReason *reason = pst_reason_new(PST_REASON_NOT_ASSESSED, "domain", "example.net", NULL);
  g_autoptr(PstAssessment) assessment = pst_assessment_new("example.net", PST_OUTLOOK_UNKNOWN, reason);
  g_assert_cmpstr(assessment->domain, ==, "example.net");
  g_assert_cmpint(assessment->outlook, ==, PST_OUTLOOK_UNKNOWN);
  g_assert_cmpint(assessment->dnssec, ==, PST_DNSSEC_UNAVAILABLE);
  g_assert_cmpuint(assessment->policies, ==, 0);
  g_assert_true(assessment->reason == reason);
  g_assert_false(assessment->downgraded);
  g_assert_false(assessment->good_remembered);
}

static void
test_counted(void)
{
  PstAssessment *first = pst_assessment_new("example.net", PST_OUTLOOK_VERIFIED, NULL);
  first->facts = g_variant_ref_sink(g_variant_new("a{sv}", NULL));
  g_autoptr(PstAssessment) second = pst_assessment_ref(first);
  pst_assessment_unref(first);
  g_assert_cmpstr(second->domain, ==, "example.net");
  pst_assessment_unref(NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/assessment/new", test_new);
  g_test_add_func("/assessment/counted", test_counted);
  return g_test_run();
}
