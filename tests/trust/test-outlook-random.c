#include "tests/trust/domain-in-short.h"
#include <string.h>

/* A second opinion on the ladder, by another way: it plays the senders. What a sender may do at a host,
 * whatever is not known turning out badly, is a set of ends; a word is earned when the ends of all hosts
 * together allow it. Slow, plain, and without a line in common with the code under test. */
enum {
  END_PROVEN = 1,    /* delivers over TLS to a proven server */
  END_NAMED = 2,     /* delivers over TLS, certificate valid for the host's name */
  END_TLS = 4,       /* delivers over TLS, anybody's */
  END_CLEAR = 8,     /* delivers in the clear */
  END_STOP = 16,     /* does not deliver here */
  END_ANYTHING = 32, /* cannot be told */
};

typedef struct {
  guint rounds, verified, policy, certified, encrypted, cleartext, failing, unroutable, unknown;
} Tally;

static gboolean
says_gone(const PstHostFacts *host)
{
  return !host->has_address && host->addresses != PST_STANDING_FAILED &&
         host->addresses != PST_STANDING_BOGUS;
}

static guint
probe_ends(const PstProbeFacts *probe, gboolean proven)
{
  static const guint ends[] = {
    [PST_PROBE_NOT_TRIED] = 0,          [PST_PROBE_SILENT] = 0,         [PST_PROBE_TURNED_AWAY] = 0,
    [PST_PROBE_NO_STARTTLS] = END_STOP, [PST_PROBE_STARTTLS_LATER] = 0, [PST_PROBE_INJECTION] = END_STOP,
    [PST_PROBE_TLS_FAILED] = END_STOP,  [PST_PROBE_TLS] = END_STOP
  };
  return probe->result == PST_PROBE_TLS && proven ? END_PROVEN : ends[probe->result];
}

/* A sender that does DANE and nothing else. */
static guint
dane_sender(const PstDomainFacts *facts, const PstHostFacts *host)
{
  guint ends = 0;
  if (facts->route->standing != PST_STANDING_SECURE || !host->is_host_name)
    return END_ANYTHING;
  if (says_gone(host))
    return host->addresses == PST_STANDING_SECURE ? 0 : END_ANYTHING;
  if (host->tlsa != PST_TLSA_USABLE || !host->has_address)
    return END_ANYTHING;
  if (host->addresses != PST_STANDING_SECURE && host->addresses != PST_STANDING_INSECURE)
    return END_ANYTHING;
  for (guint i = 0; i < host->probes->len; i++) {
    const PstProbeFacts *probe = host->probes->pdata[i];
    ends |= probe_ends(probe, probe->dane == PST_DANE_MATCH);
  }
  return ends;
}

static gboolean
named_by_policy(const PstStsPolicy *policy, const char *name)
{
  for (guint i = 0; policy->mx[i] != NULL; i++) {
    g_autofree char *pattern = g_strdup(policy->mx[i]);
    if (g_str_equal(pattern, name))
      return TRUE;
    const char *rest = g_strstr_len(name, -1, ".");
    if (pattern[0] == '*' && rest != NULL && g_str_equal(pattern + 1, rest))
      return TRUE;
  }
  return FALSE;
}

static gboolean
fails_dane(const PstHostFacts *host)
{
  gboolean fails = FALSE;
  if (host->addresses == PST_STANDING_BOGUS || host->tlsa == PST_TLSA_BOGUS)
    return TRUE;
  if (host->tlsa != PST_TLSA_USABLE && host->tlsa != PST_TLSA_UNUSABLE)
    return FALSE;
  for (guint i = 0; i < host->probes->len; i++) {
    const PstProbeFacts *probe = host->probes->pdata[i];
    guint ends = probe_ends(probe, probe->dane == PST_DANE_MATCH || host->tlsa == PST_TLSA_UNUSABLE);
    if (ends == END_PROVEN)
      return FALSE;
    fails = fails || ends == END_STOP;
  }
  return fails;
}

/* A sender that does MTA-STS, and DANE first where there is any. */
static guint
sts_sender(const PstDomainFacts *facts, const PstHostFacts *host)
{
  guint ends = 0;
  if (facts->policy == NULL || facts->policy->mode != PST_STS_ENFORCE)
    return END_ANYTHING;
  if (!host->is_host_name || says_gone(host) || !named_by_policy(facts->policy, host->name))
    return 0;
  if (fails_dane(host))
    return END_STOP;
  for (guint i = 0; i < host->probes->len; i++) {
    const PstProbeFacts *probe = host->probes->pdata[i];
    ends |=
        probe_ends(probe, probe->certificate == PST_CERTIFICATE_VALID && probe->dane != PST_DANE_MISMATCH);
  }
  if (host->tlsa == PST_TLSA_UNUSABLE)
    ends = END_ANYTHING | (ends & END_PROVEN ? 0 : ends);
  return ends;
}

static guint
any_ends(const PstProbeFacts *probe)
{
  gboolean named = probe->certificate == PST_CERTIFICATE_VALID && probe->dane != PST_DANE_MISMATCH;
  if (probe->result == PST_PROBE_NO_STARTTLS)
    return END_CLEAR;
  if (probe->result == PST_PROBE_TLS)
    return named ? END_NAMED : END_TLS;
  return probe->result >= PST_PROBE_STARTTLS_LATER ? END_ANYTHING : 0;
}

/* A sender that takes what it gets, at any address of the host that talks. */
static guint
any_sender(const PstHostFacts *host)
{
  guint ends = 0;
  if (host->is_host_name && says_gone(host))
    return 0;
  for (guint i = 0; i < host->probes->len; i++)
    ends |= any_ends(host->probes->pdata[i]);
  if (ends == 0 || !host->is_host_name || host->addresses == PST_STANDING_BOGUS ||
      host->tlsa == PST_TLSA_BOGUS)
    ends |= END_ANYTHING;
  return ends;
}

typedef struct {
  guint dane, sts, any; /* ends at all hosts together */
  guint present, named, failing, dane_kept;
} Ends;

static void
play(const PstDomainFacts *facts, Ends *ends)
{
  memset(ends, 0, sizeof *ends);
  for (guint i = 0; i < facts->hosts->len; i++) {
    const PstHostFacts *host = facts->hosts->pdata[i];
    gboolean present = !(host->is_host_name && says_gone(host));
    ends->dane |= dane_sender(facts, host);
    ends->sts |= sts_sender(facts, host);
    ends->any |= any_sender(host);
    ends->present += present;
    ends->failing += fails_dane(host);
    ends->named +=
        present && host->is_host_name && facts->policy != NULL && named_by_policy(facts->policy, host->name);
  }
  if (facts->route->truncated) {
    ends->dane |= END_ANYTHING;
    ends->any |= END_ANYTHING;
  }
}

typedef enum {
  SAYS_NOTHING,
  SAYS_UNSEEN,
  SAYS_FAILED,
  SAYS_MET,
} Says;

static Says
dane_says(const PstDomainFacts *facts, const Ends *ends)
{
  if (ends->present > 0 && ends->failing == ends->present && !facts->route->truncated)
    return SAYS_FAILED;
  if (ends->dane & END_ANYTHING)
    return SAYS_NOTHING;
  if (ends->dane & END_PROVEN)
    return SAYS_MET;
  return ends->dane & END_STOP ? SAYS_FAILED : SAYS_UNSEEN;
}

static Says
sts_says(const PstDomainFacts *facts, const Ends *ends)
{
  if (facts->policy == NULL || facts->policy->mode != PST_STS_ENFORCE)
    return SAYS_NOTHING;
  if (ends->named == 0)
    return facts->route->truncated ? SAYS_NOTHING : SAYS_FAILED;
  if ((ends->sts & END_STOP) && !(ends->sts & END_PROVEN))
    return SAYS_FAILED;
  if (ends->sts & END_ANYTHING)
    return SAYS_NOTHING;
  return ends->sts & END_PROVEN ? SAYS_MET : SAYS_UNSEEN;
}

static PstOutlook
second_opinion(const PstDomainFacts *facts, guint *policies)
{
  Ends ends;
  play(facts, &ends);
  *policies = 0;
  if (ends.present == 0 && !facts->route->truncated)
    return PST_OUTLOOK_UNROUTABLE;
  Says dane = dane_says(facts, &ends), sts = sts_says(facts, &ends), best = MAX(dane, sts);
  if (best == SAYS_MET || best == SAYS_UNSEEN) {
    *policies = (dane == best ? PST_POLICY_DANE : 0) | (sts == best ? PST_POLICY_MTA_STS : 0);
    return best == SAYS_MET ? PST_OUTLOOK_VERIFIED : PST_OUTLOOK_POLICY;
  }
  if (best == SAYS_FAILED)
    return PST_OUTLOOK_FAILING;
  if (ends.any & END_CLEAR)
    return PST_OUTLOOK_CLEARTEXT;
  if (ends.any & END_ANYTHING)
    return PST_OUTLOOK_UNKNOWN;
  return ends.any & END_TLS ? PST_OUTLOOK_ENCRYPTED : PST_OUTLOOK_CERTIFIED;
}

static char
pick(GRand *random, const char *letters)
{
  return letters[g_rand_int_range(random, 0, strlen(letters))];
}

static char *
random_host(GRand *random, const char *name)
{
  g_autoptr(GString) host = g_string_new(name);
  char standing = pick(random, "SSSSSSIIUFB");
  gboolean found = standing != 'B' && g_rand_int_range(random, 0, 6) > 0;
  char tlsa = found && standing == 'S' ? pick(random, "nnuuuuux?b") : pick(random, "nu?");
  g_string_append_printf(host, " %c%c %c ", standing, found ? '+' : '-', tlsa);
  guint probes = found ? g_rand_int_range(random, 0, 4) : 0;
  for (guint i = 0; i < probes; i++) {
    char probe = pick(random, "TTTTTTTTqqaclif-");
    g_string_append_c(host, probe);
    if (probe == 'T')
      g_string_append_printf(host, "%c%c%c", pick(random, "vvvveyhsrwnb0"), pick(random, "mmmmxun?"),
                             pick(random, "r."));
  }
  return g_string_free(g_steal_pointer(&host), FALSE);
}

static void
count(Tally *tally, PstOutlook outlook)
{
  guint *const counters[] = { &tally->verified,  &tally->policy,  &tally->certified,  &tally->encrypted,
                              &tally->cleartext, &tally->failing, &tally->unroutable, &tally->unknown };
  (*counters[outlook])++;
  tally->rounds++;
}

static void
check_one(GRand *random, Tally *tally)
{
  static const char *const names[] = { "m1.a.test",  "m2.a.test", "m1.b.test",
                                       "x.m.a.test", "a.test",    "localhost" };
  static const char *const policies[] = {
    NULL, NULL, NULL, "enforce *.a.test", "enforce m1.a.test", "enforce *.b.test", "testing *.a.test", "none"
  };
  static const char *const routes[] = { "S", "S", "S", "S", "I", "I", "U", "St", "It" };
  g_auto(GStrv) hosts = g_new0(char *, 4);
  guint n = g_rand_int_range(random, 1, 4), first = g_rand_int(random);
  for (guint i = 0; i < n; i++)
    hosts[i] = random_host(random, names[(first + i) % G_N_ELEMENTS(names)]);
  Domain domain;
  domain_make(&domain, routes[g_rand_int_range(random, 0, G_N_ELEMENTS(routes))],
              policies[g_rand_int_range(random, 0, G_N_ELEMENTS(policies))], g_rand_int_range(random, 0, 3),
              (const char *const *)hosts, n);
  g_autoptr(PstFinding) finding = pst_finding_new(&domain.facts);
  guint expected_policies;
  PstOutlook expected = second_opinion(&domain.facts, &expected_policies);
  if (finding->outlook != expected || finding->policies != expected_policies)
    g_error("%s (%u) instead of %s (%u): mx %d%s, policy %s, hosts %s | %s | %s",
            pst_outlook_nick(finding->outlook), finding->policies, pst_outlook_nick(expected),
            expected_policies, domain.route->standing, domain.route->truncated ? " truncated" : "",
            domain.policy != NULL ? domain.policy->mx[0] : "none", hosts[0], hosts[1], hosts[2]);
  count(tally, expected);
  domain_clear(&domain);
}

static void
test_second_opinion(void)
{
  GRand *random = g_rand_new_with_seed(7672);
  Tally tally = { 0 };
  for (guint i = 0; i < 50000; i++)
    check_one(random, &tally);
  g_rand_free(random);
  g_test_message(
      "verified %u, policy %u, certified %u, encrypted %u, cleartext %u, failing %u, unroutable %u, "
      "unknown %u",
      tally.verified, tally.policy, tally.certified, tally.encrypted, tally.cleartext, tally.failing,
      tally.unroutable, tally.unknown);
  g_assert_cmpuint(MIN(MIN(tally.verified, tally.policy), MIN(tally.certified, tally.encrypted)), >, 150);
  g_assert_cmpuint(MIN(MIN(tally.cleartext, tally.failing), MIN(tally.unroutable, tally.unknown)), >, 150);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ladder/second-opinion", test_second_opinion);
  return g_test_run();
}
