#include "relay/net/unbound-resolver.h"
#include "relay/service/domain-survey.h"
#include "tests/net/world-process.h"

#define SECONDS(n) (g_get_monotonic_time() + (n) * (gint64)G_USEC_PER_SEC)
#define THREADS    24

/* Every domain of the test world that has no MTA-STS record must get the outlook the world's table names. */
typedef struct {
  WorldProcess *world;
  PstUnboundResolver *resolver;
  PstProber *prober;
  gint judged, wrong;
} Judge;

static gboolean
is_accepted(JsonObject *row, PstOutlook outlook)
{
  const char *nick = pst_outlook_nick(outlook);
  JsonArray *accept = json_object_get_array_member(row, "accept");
  if (g_str_equal(json_object_get_string_member(row, "outlook"), nick))
    return TRUE;
  for (guint i = 0; i < json_array_get_length(accept); i++)
    if (g_str_equal(json_array_get_string_element(accept, i), nick))
      return TRUE;
  return FALSE;
}

/* Of each reason that must be told, "a|b" is either. */
static gboolean
tells(guint types, const char *wanted)
{
  g_auto(GStrv) choices = g_strsplit(wanted, "|", -1);
  for (guint i = 0; i < PST_RESULT_COUNT; i++)
    if ((types & PST_RESULT_FLAG(i)) &&
        g_strv_contains((const char *const *)choices, pst_result_type_nick(i)))
      return TRUE;
  return FALSE;
}

static gboolean
tells_all(JsonObject *row, guint types)
{
  JsonArray *wanted = json_object_get_array_member(row, "reasons");
  for (guint i = 0; i < json_array_get_length(wanted); i++)
    if (!tells(types, json_array_get_string_element(wanted, i)))
      return FALSE;
  return TRUE;
}

static gboolean
is_requiretls_right(JsonObject *row, PstMaybe requiretls)
{
  if (!json_object_has_member(row, "requiretls"))
    return TRUE;
  if (json_object_get_null_member(row, "requiretls"))
    return requiretls == PST_MAYBE_UNKNOWN;
  return requiretls == (json_object_get_boolean_member(row, "requiretls") ? PST_MAYBE_YES : PST_MAYBE_NO);
}

static gboolean
is_dnssec_right(JsonObject *row, const PstFinding *finding)
{
  if (json_object_get_null_member(row, "dnssec"))
    return TRUE;
  return finding->dnssec_known &&
         g_str_equal(json_object_get_string_member(row, "dnssec"), pst_dnssec_nick(finding->dnssec));
}

static gboolean
is_right(JsonObject *row, const PstFinding *finding)
{
  return is_accepted(row, finding->outlook) && tells_all(row, finding->result_types) &&
         is_requiretls_right(row, finding->requiretls) && is_dnssec_right(row, finding);
}

static void
judge(gpointer data, gpointer user_data)
{
  JsonObject *row = data;
  Judge *judge = user_data;
  const char *domain = json_object_get_string_member(row, "domain"), *id;
  g_autoptr(PstDomainSurvey) survey =
      pst_domain_survey_new(pst_unbound_resolver_get_resolver(judge->resolver), domain, SECONDS(20), NULL);
  if (pst_domain_survey_get_sts_record(survey, &id) != PST_STS_RECORD_NONE)
    return;
  PstDomainFacts facts = pst_domain_survey_get_facts(survey);
  if (judge->prober != NULL)
    pst_domain_survey_probe(survey, judge->prober, world_process_get_mx_port(judge->world), SECONDS(12),
                            NULL);
  g_autoptr(PstFinding) finding = pst_finding_new(&facts);
  g_atomic_int_inc(&judge->judged);
  if (is_right(row, finding))
    return;
  g_autofree char *why = finding->reason != NULL ? pst_reason_to_english(finding->reason) : g_strdup("-");
  g_test_message("%s: %s (%s), types %x, requiretls %d, dnssec %d; it must be %s: %s", domain,
                 pst_outlook_nick(finding->outlook), why, finding->result_types, finding->requiretls,
                 finding->dnssec, json_object_get_string_member(row, "outlook"),
                 json_object_get_string_member(row, "why"));
  g_atomic_int_inc(&judge->wrong);
}

static void
test_world(void)
{
  WorldProcess *world = world_process_start();
  g_autofree char *anchor = world_process_get_file(world, "root.key");
  g_autofree char *ca_file = world_process_get_file(world, "ca.pem");
  const char *servers[] = { world_process_get_dns(world, "recursor"), NULL };
  PstUnboundOptions options = { servers, anchor };
  g_autoptr(PstTrustStore) store = pst_trust_store_new(ca_file);
  Judge judged = { .world = world };
  judged.resolver = pst_unbound_resolver_new(&options);
  judged.prober = pst_prober_new(store, TRUE);
  JsonArray *rows = json_object_get_array_member(
      json_object_get_object_member(world_process_get_facts(world), "phases"), "1");
  GThreadPool *pool = g_thread_pool_new(judge, &judged, THREADS, FALSE, NULL);
  for (guint i = 0; i < json_array_get_length(rows); i++)
    g_thread_pool_push(pool, json_array_get_object_element(rows, i), NULL);
  g_thread_pool_free(pool, FALSE, TRUE);
  g_test_message("%d domains judged", judged.judged);
  pst_prober_free(judged.prober);
  pst_unbound_resolver_free(judged.resolver);
  world_process_stop(world);
  g_assert_cmpint(judged.judged, >, 150);
  g_assert_cmpint(judged.wrong, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/survey/world", test_world);
  return g_test_run();
}
