#include "relay/trust/check-facts.h"
#include "relay/trust/host-verdict.h"

static void
add_string(GVariantBuilder *builder, const char *key, const char *value)
{
  if (value != NULL)
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(value));
}

static void
add_maybe(GVariantBuilder *builder, const char *key, PstMaybe maybe)
{
  switch (maybe) {
  case PST_MAYBE_UNKNOWN:
    return;
  case PST_MAYBE_NO:
  case PST_MAYBE_YES:
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_boolean(maybe == PST_MAYBE_YES));
    return;
  }
}

static void
add_time(GVariantBuilder *builder, const char *key, gint64 time)
{
  g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
  g_autofree char *text = date != NULL ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  add_string(builder, key, text);
}

static void
add_reason(GVariantBuilder *builder, const PstReason *reason)
{
  if (reason == NULL)
    return;
  g_autofree char *english = pst_reason_to_english(reason);
  add_string(builder, "reason", english);
  add_string(builder, "reason_code", pst_reason_code_nick(pst_reason_get_code(reason)));
  g_variant_builder_add(builder, "{sv}", "reason_args", pst_reason_arguments_to_variant(reason));
}

static GVariant *
result_types(guint flags)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < PST_RESULT_COUNT; i++)
    if (flags & PST_RESULT_FLAG(i))
      g_variant_builder_add(&builder, "s", pst_result_type_nick(i));
  return g_variant_builder_end(&builder);
}

static GVariant *
policy_facts(const PstDomainFacts *facts)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
  add_string(&builder, "mode", pst_sts_mode_nick(facts->policy->mode));
  add_string(&builder, "id", facts->policy_id);
  g_variant_builder_add(&builder, "{sv}", "max_age", g_variant_new_uint32(facts->policy->max_age));
  g_variant_builder_add(&builder, "{sv}", "mx",
                        g_variant_new_strv((const char *const *)facts->policy->mx, -1));
  return g_variant_builder_end(&builder);
}

/* By what the host's name is proven to be the domain's. */
static GVariant *
authenticated_by(const PstDomainFacts *facts, const PstHostFacts *host, const PstHostVerdict *verdict)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
  gboolean is_signed = facts->route->standing == PST_STANDING_SECURE;
  if (is_signed && host->tlsa == PST_TLSA_USABLE)
    g_variant_builder_add(&builder, "s", "dane");
  if (verdict->sts != PST_COVER_OUTSIDE && !verdict->sts_undecided)
    g_variant_builder_add(&builder, "s", "mta-sts");
  if (is_signed)
    g_variant_builder_add(&builder, "s", "dnssec");
  return g_variant_builder_end(&builder);
}

static PstDaneResult
dane_of_host(const PstHostFacts *host, const PstProbeFacts *probe)
{
  switch (host->tlsa) {
  case PST_TLSA_NONE:
    return PST_DANE_NONE;
  case PST_TLSA_UNUSABLE:
    return PST_DANE_UNUSABLE;
  case PST_TLSA_USABLE:
    return probe != NULL && probe->result == PST_PROBE_TLS ? probe->dane : PST_DANE_UNKNOWN;
  case PST_TLSA_UNKNOWN:
  case PST_TLSA_BOGUS:
    return PST_DANE_UNKNOWN;
  }
  return PST_DANE_UNKNOWN;
}

static void
add_probe(GVariantBuilder *builder, const PstProbeFacts *probe)
{
  if (probe->result == PST_PROBE_TLS) {
    add_string(builder, "tls", probe->tls);
    add_string(builder, "cipher", probe->cipher);
    add_string(builder, "certificate", pst_certificate_result_nick(probe->certificate));
    add_maybe(builder, "requiretls", probe->requiretls ? PST_MAYBE_YES : PST_MAYBE_NO);
  }
  if (probe->reason != NULL) {
    g_autofree char *english = pst_reason_to_english(probe->reason);
    add_string(builder, "error", english);
  }
}

static const PstStsPolicy *
enforced_policy(const PstDomainFacts *facts)
{
  return facts->policy != NULL && facts->policy->mode == PST_STS_ENFORCE ? facts->policy : NULL;
}

static GVariant *
host_facts(const PstDomainFacts *facts, const PstHostFacts *host)
{
  PstHostVerdict verdict;
  pst_host_verdict_find(host, facts->route->standing, enforced_policy(facts), &verdict);
  const PstProbeFacts *probe = verdict.cover_probe != NULL ? verdict.cover_probe : verdict.sight_probe;
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
  add_string(&builder, "host", host->name);
  g_variant_builder_add(&builder, "{sv}", "preference", g_variant_new_uint32(host->preference));
  g_variant_builder_add(&builder, "{sv}", "authenticated", authenticated_by(facts, host, &verdict));
  add_string(&builder, "dane", pst_dane_result_nick(dane_of_host(host, probe)));
  if (probe != NULL)
    add_probe(&builder, probe);
  return g_variant_builder_end(&builder);
}

static GVariant *
all_host_facts(const PstDomainFacts *facts)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
  for (guint i = 0; i < facts->hosts->len; i++)
    g_variant_builder_add_value(&builder, host_facts(facts, facts->hosts->pdata[i]));
  return g_variant_builder_end(&builder);
}

GVariant *
pst_check_facts_new(const PstDomainFacts *facts, const PstFinding *finding, const char *display,
                    gint64 checked_at, gboolean from_cache)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
  add_string(&builder, "domain", facts->route->domain);
  add_string(&builder, "domain_display", display);
  add_string(&builder, "outlook", pst_outlook_nick(finding->outlook));
  add_maybe(&builder, "requiretls", finding->requiretls);
  if (finding->dnssec_known)
    add_string(&builder, "dnssec", pst_dnssec_nick(finding->dnssec));
  add_reason(&builder, finding->reason);
  g_variant_builder_add(&builder, "{sv}", "reasons", result_types(finding->result_types));
  if (facts->policy != NULL)
    g_variant_builder_add(&builder, "{sv}", "mta_sts", policy_facts(facts));
  g_variant_builder_add(&builder, "{sv}", "mx", all_host_facts(facts));
  add_time(&builder, "checked_at", checked_at);
  g_variant_builder_add(&builder, "{sv}", "from_cache", g_variant_new_boolean(from_cache));
  return g_variant_builder_end(&builder);
}

GVariant *
pst_check_facts_new_without(const char *domain, PstOutlook outlook, const PstReason *reason,
                            gint64 checked_at)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
  add_string(&builder, "domain", domain);
  add_string(&builder, "outlook", pst_outlook_nick(outlook));
  add_reason(&builder, reason);
  g_variant_builder_add(&builder, "{sv}", "reasons", result_types(0));
  g_variant_builder_add(&builder, "{sv}", "mx", g_variant_new_array(G_VARIANT_TYPE_VARDICT, NULL, 0));
  add_time(&builder, "checked_at", checked_at);
  g_variant_builder_add(&builder, "{sv}", "from_cache", g_variant_new_boolean(FALSE));
  return g_variant_builder_end(&builder);
}
