#include "relay/contract/assessment.h"

PstAssessment *
pst_assessment_new(const char *domain, PstOutlook outlook, PstReason *reason)
{
  PstAssessment *assessment = g_atomic_rc_box_new0(PstAssessment);
  assessment->domain = g_strdup(domain);
  assessment->outlook = outlook;
  assessment->dnssec = PST_DNSSEC_UNAVAILABLE;
  assessment->reason = reason;
  return assessment;
}

PstAssessment *
pst_assessment_ref(PstAssessment *assessment)
{
  return g_atomic_rc_box_acquire(assessment);
}

static void
assessment_clear(gpointer data)
{
  PstAssessment *assessment = data;
  g_free(assessment->domain);
  pst_reason_unref(assessment->reason);
  g_clear_pointer(&assessment->facts, g_variant_unref);
}

void
pst_assessment_unref(PstAssessment *assessment)
{
  if (assessment != NULL)
    g_atomic_rc_box_release_full(assessment, assessment_clear);
}
