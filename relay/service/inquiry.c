#include "relay/service/inquiry.h"
#include "relay/mail/domain-name.h"
#include "relay/service/domain-survey.h"
#include "relay/trust/check-facts.h"

/* The policy site and the mail hosts are asked at the same time: either may take all there is. */
typedef struct {
  const PstInquiryTools *tools;
  const char *domain;
  PstStsRecordState record;
  const char *id;
  gint64 deadline;
  GCancellable *cancellable;
  PstPolicyFound found;
} PolicyJob;

static gpointer
run_policy_job(gpointer data)
{
  PolicyJob *job = data;
  pst_policy_search_run(&job->tools->policy, job->domain, job->record, job->id, job->deadline,
                        job->cancellable, &job->found);
  return NULL;
}

static PstProbing
probe(const PstInquiryTools *tools, PstDomainSurvey *survey, gint64 deadline, GCancellable *cancellable)
{
  if (tools->prober == NULL)
    return PST_PROBING_OFF;
  pst_domain_survey_probe(survey, tools->prober, tools->probe_port, deadline, cancellable);
  return pst_prober_is_blocked(tools->prober) ? PST_PROBING_BLOCKED : PST_PROBING_ON;
}

static PstAssessment *
assessment_of(const PstDomainFacts *facts, PstFinding *finding, const char *domain)
{
  PstReason *reason = finding->reason != NULL ? pst_reason_ref(finding->reason) : NULL;
  PstAssessment *assessment = pst_assessment_new(domain, finding->outlook, reason);
  g_autofree char *display = pst_domain_name_display(domain);
  assessment->dnssec = finding->dnssec;
  assessment->policies = finding->policies;
  assessment->checked_at = g_get_real_time();
  assessment->facts =
      g_variant_ref_sink(pst_check_facts_new(facts, finding, display, assessment->checked_at, FALSE));
  return assessment;
}

PstAssessment *
pst_inquiry_run(const PstInquiryTools *tools, const char *domain, GCancellable *cancellable, guint *lifetime)
{
  PolicyJob job = { tools, domain, .cancellable = cancellable };
  g_autoptr(PstDomainSurvey) survey = pst_domain_survey_new(
      tools->policy.resolver, domain, g_get_monotonic_time() + PST_INQUIRY_DNS_TIME, cancellable);
  gint64 now = g_get_monotonic_time();
  job.deadline = now + PST_INQUIRY_POLICY_TIME;
  job.record = pst_domain_survey_get_sts_record(survey, &job.id);
  GThread *thread = g_thread_try_new("policy", run_policy_job, &job, NULL);
  PstProbing probing = probe(tools, survey, now + tools->probe_time, cancellable);
  if (thread != NULL)
    g_thread_join(thread);
  else
    run_policy_job(&job);
  PstDomainFacts facts = pst_domain_survey_get_facts(survey);
  facts.probing = probing;
  facts.policy = job.found.policy;
  facts.policy_id = job.found.policy != NULL ? job.found.id : NULL;
  facts.policy_faults = job.found.faults;
  g_autoptr(PstFinding) finding = pst_finding_new(&facts);
  guint ttl = pst_domain_survey_get_ttl(survey);
  *lifetime = pst_finding_lifetime(finding, facts.policy != NULL ? MIN(ttl, job.found.time_left) : ttl);
  PstAssessment *assessment = assessment_of(&facts, finding, domain);
  pst_policy_found_clear(&job.found);
  return assessment;
}
