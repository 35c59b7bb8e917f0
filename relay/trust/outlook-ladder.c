#include "relay/trust/outlook-ladder.h"
#include "relay/trust/host-verdict.h"
#include "relay/trust/outlook-reason.h"

#define SHORTEST_LIFETIME 60
#define LONGEST_LIFETIME  (24 * 60 * 60)

/* What a kind of policy makes of the domain as a whole. */
typedef enum {
  BINDING_NONE, /* not published, or it does not bind every host */
  BINDING_UNSEEN,
  BINDING_MET,
  BINDING_FAILED,
} Binding;

typedef struct {
  const PstDomainFacts *facts;
  PstHostVerdict *verdicts;
  PstFinding *finding;
} Ladder;

static const PstHostFacts *
host_at(const Ladder *ladder, guint i)
{
  return ladder->facts->hosts->pdata[i];
}

static guint
count_hosts(const Ladder *ladder)
{
  return ladder->facts->hosts->len;
}

static void
conclude(Ladder *ladder, PstOutlook outlook, PstReason *reason)
{
  ladder->finding->outlook = outlook;
  ladder->finding->reason = reason;
}

static PstReason *
domain_reason(const Ladder *ladder, PstReasonCode code)
{
  const char *domain = ladder->facts->route->domain;
  return pst_reason_new(code, "domain", domain, "name", domain, NULL);
}

/* Every host that can be reached fails DANE: whatever the MX answer's standing, nobody who looks delivers
 * there. */
static gboolean
is_every_host_failing(const Ladder *ladder)
{
  guint failing = 0;
  for (guint i = 0; i < count_hosts(ladder); i++) {
    if (ladder->verdicts[i].dane == PST_COVER_VIOLATES)
      failing++;
    else if (ladder->verdicts[i].sight != PST_SIGHT_ABSENT)
      return FALSE;
  }
  return failing > 0 && !ladder->facts->route->truncated;
}

static gboolean
dane_holds_every_host(const Ladder *ladder)
{
  guint usable = 0;
  for (guint i = 0; i < count_hosts(ladder); i++) {
    if (!ladder->verdicts[i].dane_holds)
      return FALSE;
    if (ladder->verdicts[i].sight != PST_SIGHT_ABSENT)
      usable++;
  }
  return usable > 0 && !ladder->facts->route->truncated;
}

static Binding
bind_by_dane(const Ladder *ladder)
{
  if (is_every_host_failing(ladder))
    return BINDING_FAILED;
  if (!dane_holds_every_host(ladder))
    return BINDING_NONE;
  Binding binding = BINDING_UNSEEN;
  for (guint i = 0; i < count_hosts(ladder); i++) {
    if (ladder->verdicts[i].dane == PST_COVER_MEETS)
      return BINDING_MET;
    if (ladder->verdicts[i].dane == PST_COVER_VIOLATES)
      binding = BINDING_FAILED;
  }
  return binding;
}

static const PstStsPolicy *
enforced_policy(const PstDomainFacts *facts)
{
  return facts->policy != NULL && facts->policy->mode == PST_STS_ENFORCE ? facts->policy : NULL;
}

/* An enforced policy binds every host: senders pass by those it does not name. */
static Binding
bind_by_sts(const Ladder *ladder)
{
  if (enforced_policy(ladder->facts) == NULL)
    return BINDING_NONE;
  guint named = 0, met = 0, violated = 0, undecided = 0;
  for (guint i = 0; i < count_hosts(ladder); i++) {
    const PstHostVerdict *verdict = &ladder->verdicts[i];
    named += verdict->sts != PST_COVER_OUTSIDE;
    met += verdict->sts == PST_COVER_MEETS;
    violated += verdict->sts == PST_COVER_VIOLATES;
    undecided += verdict->sts_undecided;
  }
  if (named == 0)
    return ladder->facts->route->truncated ? BINDING_NONE : BINDING_FAILED;
  if (met == 0 && violated > 0)
    return BINDING_FAILED;
  if (undecided > 0)
    return BINDING_NONE;
  return met > 0 ? BINDING_MET : BINDING_UNSEEN;
}

static PstReason *
first_violation(const Ladder *ladder)
{
  for (guint i = 0; i < count_hosts(ladder); i++) {
    const PstHostVerdict *verdict = &ladder->verdicts[i];
    if (verdict->dane == PST_COVER_VIOLATES || verdict->sts == PST_COVER_VIOLATES)
      return pst_reason_for_violation(ladder->facts, host_at(ladder, i), verdict);
  }
  ladder->finding->result_types |= PST_RESULT_FLAG(PST_RESULT_VALIDATION_FAILURE);
  return domain_reason(ladder, PST_REASON_STS_MX_MISMATCH);
}

static guint
flags_of(Binding dane, Binding sts, Binding wanted)
{
  return (dane == wanted ? PST_POLICY_DANE : 0) | (sts == wanted ? PST_POLICY_MTA_STS : 0);
}

/* FALSE: no policy decides. A failure of either outweighs one that was merely not seen to fail. */
static gboolean
conclude_by_policy(Ladder *ladder)
{
  Binding dane = bind_by_dane(ladder), sts = bind_by_sts(ladder);
  PstFinding *finding = ladder->finding;
  if (dane == BINDING_MET || sts == BINDING_MET) {
    finding->policies = flags_of(dane, sts, BINDING_MET);
    conclude(ladder, PST_OUTLOOK_VERIFIED, NULL);
  } else if (dane == BINDING_FAILED || sts == BINDING_FAILED) {
    conclude(ladder, PST_OUTLOOK_FAILING, first_violation(ladder));
  } else if (dane == BINDING_UNSEEN || sts == BINDING_UNSEEN) {
    finding->policies = flags_of(dane, sts, BINDING_UNSEEN);
    conclude(ladder, PST_OUTLOOK_POLICY, NULL);
  } else {
    return FALSE;
  }
  return TRUE;
}

/* The first of the weakest hosts. */
static guint
find_weakest(const Ladder *ladder)
{
  guint weakest = 0;
  for (guint i = 1; i < count_hosts(ladder); i++)
    if (ladder->verdicts[i].sight > ladder->verdicts[weakest].sight)
      weakest = i;
  return weakest;
}

static PstOutlook
outlook_of_sight(PstSight sight)
{
  switch (sight) {
  case PST_SIGHT_ABSENT:
    return PST_OUTLOOK_UNROUTABLE;
  case PST_SIGHT_CERTIFIED:
    return PST_OUTLOOK_CERTIFIED;
  case PST_SIGHT_ENCRYPTED:
    return PST_OUTLOOK_ENCRYPTED;
  case PST_SIGHT_UNKNOWN:
    return PST_OUTLOOK_UNKNOWN;
  case PST_SIGHT_CLEARTEXT:
    return PST_OUTLOOK_CLEARTEXT;
  }
  return PST_OUTLOOK_UNKNOWN;
}

static void
conclude_by_sight(Ladder *ladder)
{
  guint i = find_weakest(ladder);
  const PstHostVerdict *verdict = &ladder->verdicts[i];
  if (ladder->facts->route->truncated && verdict->sight != PST_SIGHT_CLEARTEXT)
    conclude(ladder, PST_OUTLOOK_UNKNOWN, domain_reason(ladder, PST_REASON_MX_TOO_MANY));
  else if (verdict->sight == PST_SIGHT_CLEARTEXT && verdict->dane == PST_COVER_VIOLATES && !verdict->bogus)
    conclude(ladder, PST_OUTLOOK_CLEARTEXT,
             pst_reason_for_violation(ladder->facts, host_at(ladder, i), verdict));
  else
    conclude(ladder, outlook_of_sight(verdict->sight),
             pst_reason_for_sight(ladder->facts, host_at(ladder, i), verdict));
}

static gboolean
is_every_host_absent(const Ladder *ladder)
{
  for (guint i = 0; i < count_hosts(ladder); i++)
    if (ladder->verdicts[i].sight != PST_SIGHT_ABSENT)
      return FALSE;
  return !ladder->facts->route->truncated;
}

static PstMaybe
host_requiretls(const PstHostFacts *host)
{
  PstMaybe answer = PST_MAYBE_UNKNOWN;
  for (guint i = 0; i < host->probes->len; i++) {
    const PstProbeFacts *probe = host->probes->pdata[i];
    if (probe->result == PST_PROBE_NO_STARTTLS || (probe->result == PST_PROBE_TLS && !probe->requiretls))
      return PST_MAYBE_NO;
    if (probe->result == PST_PROBE_TLS)
      answer = PST_MAYBE_YES;
  }
  return answer;
}

static PstMaybe
domain_requiretls(const Ladder *ladder)
{
  PstMaybe answer = ladder->facts->route->truncated ? PST_MAYBE_UNKNOWN : PST_MAYBE_YES;
  guint asked = 0;
  for (guint i = 0; i < count_hosts(ladder); i++) {
    if (ladder->verdicts[i].sight == PST_SIGHT_ABSENT)
      continue;
    PstMaybe host = host_requiretls(host_at(ladder, i));
    if (host == PST_MAYBE_NO)
      return PST_MAYBE_NO;
    if (host == PST_MAYBE_UNKNOWN)
      answer = PST_MAYBE_UNKNOWN;
    asked++;
  }
  return asked > 0 ? answer : PST_MAYBE_UNKNOWN;
}

static void
climb(Ladder *ladder)
{
  const PstDomainFacts *facts = ladder->facts;
  g_autofree PstHostVerdict *verdicts = g_new0(PstHostVerdict, facts->hosts->len);
  ladder->verdicts = verdicts;
  for (guint i = 0; i < count_hosts(ladder); i++) {
    pst_host_verdict_find(host_at(ladder, i), facts->route->standing, enforced_policy(facts), &verdicts[i]);
    ladder->finding->result_types |= pst_result_types_of_host(host_at(ladder, i), &verdicts[i]);
  }
  ladder->finding->requiretls = domain_requiretls(ladder);
  if (is_every_host_absent(ladder))
    conclude(ladder, PST_OUTLOOK_UNROUTABLE, domain_reason(ladder, PST_REASON_NO_ADDRESS));
  else if (!conclude_by_policy(ladder))
    conclude_by_sight(ladder);
}

static void
set_dnssec(PstFinding *finding, PstStanding standing)
{
  finding->dnssec_known = standing != PST_STANDING_FAILED;
  switch (standing) {
  case PST_STANDING_SECURE:
    finding->dnssec = PST_DNSSEC_SECURE;
    break;
  case PST_STANDING_INSECURE:
    finding->dnssec = PST_DNSSEC_INSECURE;
    break;
  case PST_STANDING_BOGUS:
    finding->dnssec = PST_DNSSEC_BOGUS;
    break;
  case PST_STANDING_UNCHECKED:
  case PST_STANDING_FAILED:
    finding->dnssec = PST_DNSSEC_UNAVAILABLE;
    break;
  }
}

static PstReason *
route_reason(const Ladder *ladder)
{
  PstReason *reason = ladder->facts->route->reason;
  return reason != NULL ? pst_reason_ref(reason) : domain_reason(ladder, PST_REASON_MX_LOOKUP_FAILED);
}

static void
conclude_undetermined(Ladder *ladder)
{
  gboolean bogus = ladder->facts->route->standing == PST_STANDING_BOGUS;
  if (bogus)
    ladder->finding->result_types |= PST_RESULT_FLAG(PST_RESULT_DNSSEC_INVALID);
  conclude(ladder, bogus ? PST_OUTLOOK_FAILING : PST_OUTLOOK_UNKNOWN, route_reason(ladder));
}

static void
conclude_by_route(Ladder *ladder)
{
  switch (ladder->facts->route->kind) {
  case PST_MX_UNDETERMINED:
    conclude_undetermined(ladder);
    return;
  case PST_MX_NULL:
  case PST_MX_NO_DOMAIN:
    conclude(ladder, PST_OUTLOOK_UNROUTABLE, route_reason(ladder));
    return;
  case PST_MX_HOSTS:
  case PST_MX_IMPLICIT:
    if (ladder->facts->hosts->len == ladder->facts->route->hosts->len)
      climb(ladder);
    else
      conclude(ladder, PST_OUTLOOK_UNKNOWN, domain_reason(ladder, PST_REASON_NOT_ASSESSED));
    return;
  }
}

PstFinding *
pst_finding_new(const PstDomainFacts *facts)
{
  PstFinding *finding = g_new0(PstFinding, 1);
  Ladder ladder = { .facts = facts, .finding = finding };
  finding->outlook = PST_OUTLOOK_UNKNOWN;
  finding->result_types = facts->policy_faults;
  set_dnssec(finding, facts->route->standing);
  conclude_by_route(&ladder);
  return finding;
}

void
pst_finding_free(PstFinding *finding)
{
  if (finding == NULL)
    return;
  pst_reason_unref(finding->reason);
  g_free(finding);
}

guint
pst_finding_lifetime(const PstFinding *finding, guint ttl)
{
  if (finding->outlook == PST_OUTLOOK_UNKNOWN)
    return SHORTEST_LIFETIME;
  return CLAMP(ttl, SHORTEST_LIFETIME, LONGEST_LIFETIME);
}
