#include "tests/trust/domain-in-short.h"
#include <string.h>

static guint
index_in(const char *letters, char letter)
{
  const char *found = strchr(letters, letter);
  g_assert_true(found != NULL && letter != '\0');
  return found - letters;
}

static const char *
add_probe(PstHostFacts *host, const char *text)
{
  PstProbeFacts *probe = pst_probe_facts_new(index_in("-qaclifT", *text));
  g_ptr_array_add(host->probes, probe);
  if (*text != 'T')
    return text + 1;
  probe->certificate = index_in("veyhsrwnb0", text[1]);
  probe->dane = index_in("n?umx", text[2]);
  probe->requiretls = text[3] == 'r';
  probe->tls = g_strdup("TLS1.3");
  probe->cipher = g_strdup("AES-256-GCM");
  return text + 4;
}

static PstHostFacts *
host_make(Domain *domain, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", 4);
  PstMxHost *listed = g_new0(PstMxHost, 1);
  listed->name = g_strdup(words[0]);
  listed->preference = 10 * (domain->route->hosts->len + 1);
  listed->is_host_name = pst_mx_is_host_name(words[0]);
  g_ptr_array_add(domain->route->hosts, listed);
  PstHostFacts *host = pst_host_facts_new(listed, NULL, NULL);
  host->addresses = index_in("SIUFB", words[1][0]);
  host->has_address = words[1][1] == '+';
  host->tlsa = index_in("nux?b", words[2][0]);
  for (const char *probe = words[3] != NULL ? words[3] : ""; *probe != '\0';)
    probe = add_probe(host, probe);
  return host;
}

static void
listed_free(gpointer data)
{
  PstMxHost *host = data;
  g_free(host->name);
  g_free(host);
}

static void
route_make(Domain *domain, const char *mx)
{
  PstStanding standing = index_in("SIUFB", mx[0]);
  PstMxRoute *route = domain->route = g_new0(PstMxRoute, 1);
  route->domain = g_strdup("a.test");
  route->canonical_domain = g_strdup("a.test");
  route->standing = standing;
  route->hosts = g_ptr_array_new_with_free_func(listed_free);
  route->truncated = strchr(mx, 't') != NULL;
  route->kind = standing >= PST_STANDING_FAILED ? PST_MX_UNDETERMINED : PST_MX_HOSTS;
  if (strchr(mx, 'i') != NULL)
    route->kind = PST_MX_IMPLICIT;
  if (strchr(mx, 'n') != NULL)
    route->kind = PST_MX_NULL;
  if (strchr(mx, 'x') != NULL)
    route->kind = PST_MX_NO_DOMAIN;
}

static PstStsPolicy *
policy_make(const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  g_autoptr(GString) policy = g_string_new(NULL);
  g_string_printf(policy, "version: STSv1\nmax_age: 86400\nmode: %s\n", words[0]);
  for (guint i = 1; words[i] != NULL; i++)
    g_string_append_printf(policy, "mx: %s\n", words[i]);
  PstStsPolicy *made = pst_sts_policy_parse(policy->str, policy->len, NULL);
  g_assert_nonnull(made);
  return made;
}

void
domain_make(Domain *domain, const char *mx, const char *policy, PstProbing probing, const char *const *hosts,
            guint n_hosts)
{
  memset(domain, 0, sizeof *domain);
  route_make(domain, mx);
  domain->policy = policy != NULL ? policy_make(policy) : NULL;
  domain->facts.hosts = g_ptr_array_new_with_free_func((GDestroyNotify)pst_host_facts_free);
  for (guint i = 0; i < n_hosts; i++)
    g_ptr_array_add(domain->facts.hosts, host_make(domain, hosts[i]));
  domain->facts.route = domain->route;
  domain->facts.policy = domain->policy;
  domain->facts.policy_id = domain->policy != NULL ? "1" : NULL;
  domain->facts.probing = probing;
}

void
domain_clear(Domain *domain)
{
  g_ptr_array_unref(domain->facts.hosts);
  pst_mx_route_free(domain->route);
  pst_sts_policy_unref(domain->policy);
}
