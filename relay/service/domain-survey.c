#include "relay/service/domain-survey.h"
#include "relay/dns/rdata.h"
#include <string.h>

#define MAX_ADDRESSES 8   /* of one host that are looked at */
#define MAX_PROBES    128 /* of one domain */

/* What the DNS says of one host. */
typedef struct {
  const PstMxHost *listed;
  PstAnswer *a, *aaaa, *cname;
  PstAnswer *tlsa[PST_TLSA_MAX_BASES];
  PstTlsaBases *bases;
  PstTlsaSet *set;
  char **names;
} HostAnswers;

struct PstDomainSurvey {
  PstMxRoute *route;
  GPtrArray *answers; /* of HostAnswers, one per host */
  GPtrArray *hosts;   /* of PstHostFacts, one per host */
  PstStsRecordState sts_record;
  char sts_id[PST_STS_MAX_ID + 1];
  guint ttl;
};

/* Questions of one step and where their answers go. */
typedef struct {
  GArray *questions;  /* of PstQuestion */
  GPtrArray *places;  /* of PstAnswer ** */
  GPtrArray *strings; /* names made for the questions */
} Step;

static void
host_answers_free(gpointer data)
{
  HostAnswers *answers = data;
  pst_answer_unref(answers->a);
  pst_answer_unref(answers->aaaa);
  pst_answer_unref(answers->cname);
  for (guint i = 0; i < PST_TLSA_MAX_BASES; i++)
    pst_answer_unref(answers->tlsa[i]);
  pst_tlsa_bases_free(answers->bases);
  pst_tlsa_set_free(answers->set);
  g_strfreev(answers->names);
  g_free(answers);
}

static void
step_init(Step *step)
{
  step->questions = g_array_new(FALSE, TRUE, sizeof(PstQuestion));
  step->places = g_ptr_array_new();
  step->strings = g_ptr_array_new_with_free_func(g_free);
}

/* @name is taken. */
static void
step_add(Step *step, char *name, PstDnsType type, PstAnswer **place)
{
  PstQuestion question = { .name = name, .type = type };
  g_ptr_array_add(step->strings, name);
  g_ptr_array_add(step->places, place);
  g_array_append_val(step->questions, question);
}

static void
step_run(Step *step, PstResolver *resolver, gint64 deadline, GCancellable *cancellable)
{
  PstQuestion *questions = (PstQuestion *)(void *)step->questions->data;
  if (step->questions->len > 0)
    pst_resolver_ask(resolver, questions, step->questions->len, deadline, cancellable);
  for (guint i = 0; i < step->questions->len; i++)
    *(PstAnswer **)step->places->pdata[i] = questions[i].answer;
  g_array_unref(step->questions);
  g_ptr_array_unref(step->places);
  g_ptr_array_unref(step->strings);
}

static HostAnswers *
answers_at(const PstDomainSurvey *survey, guint i)
{
  return survey->answers->pdata[i];
}

static void
ask_route(PstDomainSurvey *survey, PstResolver *resolver, const char *domain, gint64 deadline,
          GCancellable *cancellable)
{
  g_autoptr(PstAnswer) mx = NULL;
  g_autoptr(PstAnswer) txt = NULL;
  Step step;
  step_init(&step);
  step_add(&step, g_strdup(domain), PST_DNS_MX, &mx);
  step_add(&step, g_strconcat("_mta-sts.", domain, NULL), PST_DNS_TXT, &txt);
  step_run(&step, resolver, deadline, cancellable);
  survey->route = pst_mx_route_new(mx);
  survey->ttl = MIN(mx->ttl, txt->ttl);
  survey->sts_record = pst_sts_record_find(txt, survey->sts_id);
  for (guint i = 0; i < survey->route->hosts->len; i++) {
    HostAnswers *answers = g_new0(HostAnswers, 1);
    answers->listed = survey->route->hosts->pdata[i];
    g_ptr_array_add(survey->answers, answers);
  }
}

static void
ask_addresses(PstDomainSurvey *survey, PstResolver *resolver, gint64 deadline, GCancellable *cancellable)
{
  Step step;
  step_init(&step);
  for (guint i = 0; i < survey->answers->len; i++) {
    HostAnswers *answers = answers_at(survey, i);
    if (!answers->listed->is_host_name)
      continue;
    step_add(&step, g_strdup(answers->listed->name), PST_DNS_A, &answers->a);
    step_add(&step, g_strdup(answers->listed->name), PST_DNS_AAAA, &answers->aaaa);
  }
  step_run(&step, resolver, deadline, cancellable);
}

static void
ask_aliases(PstDomainSurvey *survey, PstResolver *resolver, gint64 deadline, GCancellable *cancellable)
{
  Step step;
  step_init(&step);
  for (guint i = 0; i < survey->answers->len; i++) {
    HostAnswers *answers = answers_at(survey, i);
    if (answers->a != NULL && pst_tlsa_bases_need_alias(answers->a, answers->aaaa))
      step_add(&step, g_strdup(answers->listed->name), PST_DNS_CNAME, &answers->cname);
  }
  step_run(&step, resolver, deadline, cancellable);
}

static void
ask_tlsa(PstDomainSurvey *survey, PstResolver *resolver, gint64 deadline, GCancellable *cancellable)
{
  Step step;
  step_init(&step);
  for (guint i = 0; i < survey->answers->len; i++) {
    HostAnswers *answers = answers_at(survey, i);
    if (answers->a == NULL)
      continue;
    answers->bases = pst_tlsa_bases_new(answers->a, answers->aaaa, answers->cname);
    for (guint j = 0; j < answers->bases->n_names; j++) {
      char *question = pst_tlsa_question(answers->bases->names[j]);
      if (question != NULL)
        step_add(&step, question, PST_DNS_TLSA, &answers->tlsa[j]);
      else /* a name so long can have no records below it */
        answers->tlsa[j] = pst_answer_new_absent(answers->bases->names[j], PST_DNS_TLSA, PST_STANDING_SECURE,
                                                 NULL, 0, PST_PRESENCE_NO_NAME);
    }
  }
  step_run(&step, resolver, deadline, cancellable);
}

static void
note_ttl(PstDomainSurvey *survey, const PstAnswer *answer)
{
  if (answer != NULL)
    survey->ttl = MIN(survey->ttl, answer->ttl);
}

static void
conclude_host(PstDomainSurvey *survey, HostAnswers *answers)
{
  if (answers->bases != NULL) {
    answers->set = pst_tlsa_set_new(answers->bases, (const PstAnswer *const *)answers->tlsa);
    answers->names = pst_dane_reference_names(answers->set, answers->listed->name, survey->route);
  }
  g_ptr_array_add(survey->hosts, pst_host_facts_new(answers->listed, answers->bases, answers->set));
  note_ttl(survey, answers->a);
  note_ttl(survey, answers->aaaa);
  for (guint i = 0; i < PST_TLSA_MAX_BASES; i++)
    note_ttl(survey, answers->tlsa[i]);
}

PstDomainSurvey *
pst_domain_survey_new(PstResolver *resolver, const char *domain, gint64 deadline, GCancellable *cancellable)
{
  PstDomainSurvey *survey = g_new0(PstDomainSurvey, 1);
  survey->answers = g_ptr_array_new_with_free_func(host_answers_free);
  survey->hosts = g_ptr_array_new_with_free_func((GDestroyNotify)pst_host_facts_free);
  ask_route(survey, resolver, domain, deadline, cancellable);
  ask_addresses(survey, resolver, deadline, cancellable);
  ask_aliases(survey, resolver, deadline, cancellable);
  ask_tlsa(survey, resolver, deadline, cancellable);
  for (guint i = 0; i < survey->answers->len; i++)
    conclude_host(survey, answers_at(survey, i));
  return survey;
}

void
pst_domain_survey_free(PstDomainSurvey *survey)
{
  if (survey == NULL)
    return;
  g_ptr_array_unref(survey->hosts);
  g_ptr_array_unref(survey->answers);
  pst_mx_route_free(survey->route);
  g_free(survey);
}

/* Each address once: servers are not to be bothered twice for one name. */
static gboolean
is_in(GArray *addresses, const PstAddress *address)
{
  for (guint i = 0; i < addresses->len; i++)
    if (memcmp(&g_array_index(addresses, PstAddress, i), address, sizeof *address) == 0)
      return TRUE;
  return FALSE;
}

static void
add_addresses(GArray *addresses, const PstAnswer *answer)
{
  for (guint i = 0; i < answer->records->len && addresses->len < MAX_ADDRESSES; i++) {
    PstAddress address;
    if (pst_rdata_read_address(answer->records->pdata[i], answer->type, &address) &&
        !is_in(addresses, &address))
      g_array_append_val(addresses, address);
  }
}

static void
add_tasks(GArray *tasks, GArray *hosts, guint host, const HostAnswers *answers, guint16 port)
{
  g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(PstAddress));
  add_addresses(addresses, answers->a);
  add_addresses(addresses, answers->aaaa);
  for (guint i = 0; i < addresses->len && tasks->len < MAX_PROBES; i++) {
    PstProbeTask task = { .target = { .host = answers->listed->name,
                                      .address = g_array_index(addresses, PstAddress, i),
                                      .port = port,
                                      .tlsa = answers->set,
                                      .names = (const char *const *)answers->names } };
    g_array_append_val(tasks, task);
    g_array_append_val(hosts, host);
  }
}

void
pst_domain_survey_probe(PstDomainSurvey *survey, PstProber *prober, guint16 port, gint64 deadline,
                        GCancellable *cancellable)
{
  g_autoptr(GArray) tasks = g_array_new(FALSE, FALSE, sizeof(PstProbeTask));
  g_autoptr(GArray) hosts = g_array_new(FALSE, FALSE, sizeof(guint)); /* whose task it is */
  for (guint i = 0; i < survey->answers->len; i++)
    if (answers_at(survey, i)->set != NULL)
      add_tasks(tasks, hosts, i, answers_at(survey, i), port);
  pst_prober_run(prober, (PstProbeTask *)(void *)tasks->data, tasks->len, deadline, cancellable);
  for (guint i = 0; i < tasks->len; i++) {
    PstHostFacts *host = survey->hosts->pdata[g_array_index(hosts, guint, i)];
    g_ptr_array_add(host->probes, g_array_index(tasks, PstProbeTask, i).facts);
  }
}

PstStsRecordState
pst_domain_survey_get_sts_record(const PstDomainSurvey *survey, const char **id)
{
  *id = survey->sts_id;
  return survey->sts_record;
}

guint
pst_domain_survey_get_ttl(const PstDomainSurvey *survey)
{
  return survey->ttl;
}

PstDomainFacts
pst_domain_survey_get_facts(const PstDomainSurvey *survey)
{
  return (PstDomainFacts){ .route = survey->route, .hosts = survey->hosts, .probing = PST_PROBING_ON };
}
