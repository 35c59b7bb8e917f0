#include "relay/trust/host-verdict.h"

/* What a probe showed of a demand for TLS that the certificate either fits or not. */
static PstCover
cover_by_probe(const PstProbeFacts *probe, gboolean fits)
{
  switch (probe->result) {
  case PST_PROBE_TLS:
    return fits ? PST_COVER_MEETS : PST_COVER_VIOLATES;
  case PST_PROBE_NO_STARTTLS:
  case PST_PROBE_TLS_FAILED:
  case PST_PROBE_INJECTION:
    return PST_COVER_VIOLATES;
  case PST_PROBE_NOT_TRIED:
  case PST_PROBE_SILENT:
  case PST_PROBE_TURNED_AWAY:
  case PST_PROBE_STARTTLS_LATER:
    return PST_COVER_UNSEEN;
  }
  return PST_COVER_UNSEEN;
}

static gboolean
fits_dane(const PstProbeFacts *probe)
{
  return probe->dane == PST_DANE_MATCH;
}

/* Records that prove nothing still demand TLS (RFC 7672 section 2.2). */
static gboolean
fits_any(const PstProbeFacts *probe)
{
  return TRUE;
}

static gboolean
fits_sts(const PstProbeFacts *probe)
{
  return probe->certificate == PST_CERTIFICATE_VALID && probe->dane != PST_DANE_MISMATCH;
}

/* The first probe that meets it, else the first that violates it. */
static PstCover
best_cover(const PstHostFacts *facts, gboolean (*fits)(const PstProbeFacts *), PstHostVerdict *verdict)
{
  PstCover best = PST_COVER_UNSEEN;
  for (guint i = 0; i < facts->probes->len; i++) {
    const PstProbeFacts *probe = facts->probes->pdata[i];
    PstCover cover = cover_by_probe(probe, fits(probe));
    if (cover == PST_COVER_UNSEEN || (cover == PST_COVER_VIOLATES && best == PST_COVER_VIOLATES))
      continue;
    best = cover;
    verdict->cover_probe = probe;
    if (cover == PST_COVER_MEETS)
      break;
  }
  return best;
}

static PstCover
judge_dane(const PstHostFacts *facts, PstHostVerdict *verdict)
{
  if (verdict->bogus)
    return PST_COVER_VIOLATES;
  switch (facts->tlsa) {
  case PST_TLSA_USABLE:
    return best_cover(facts, fits_dane, verdict);
  case PST_TLSA_UNUSABLE:
    return best_cover(facts, fits_any, verdict) == PST_COVER_VIOLATES ? PST_COVER_VIOLATES
                                                                      : PST_COVER_OUTSIDE;
  case PST_TLSA_NONE:
  case PST_TLSA_UNKNOWN:
    return PST_COVER_OUTSIDE;
  case PST_TLSA_BOGUS:
    return PST_COVER_VIOLATES;
  }
  return PST_COVER_VIOLATES;
}

static PstCover
judge_sts(const PstHostFacts *facts, const PstStsPolicy *enforced, PstHostVerdict *verdict)
{
  if (enforced == NULL || !facts->is_host_name || pst_host_facts_is_absent(facts) ||
      !pst_sts_policy_allows(enforced, facts->name))
    return PST_COVER_OUTSIDE;
  if (verdict->dane == PST_COVER_VIOLATES)
    return PST_COVER_VIOLATES;
  verdict->sts_undecided = facts->tlsa == PST_TLSA_UNUSABLE;
  PstCover cover = best_cover(facts, fits_sts, verdict);
  return verdict->sts_undecided && cover == PST_COVER_MEETS ? PST_COVER_UNSEEN : cover;
}

/* FALSE: the probe tells nothing of how mail gets in. An opportunistic sender whom STARTTLS fails goes on in
 * the clear, so such a failure never counts as good. */
static gboolean
sight_of_probe(const PstProbeFacts *probe, PstSight *sight)
{
  switch (probe->result) {
  case PST_PROBE_TLS:
    *sight = probe->certificate == PST_CERTIFICATE_VALID && probe->dane != PST_DANE_MISMATCH
                 ? PST_SIGHT_CERTIFIED
                 : PST_SIGHT_ENCRYPTED;
    return TRUE;
  case PST_PROBE_NO_STARTTLS:
    *sight = PST_SIGHT_CLEARTEXT;
    return TRUE;
  case PST_PROBE_STARTTLS_LATER:
  case PST_PROBE_INJECTION:
  case PST_PROBE_TLS_FAILED:
    *sight = PST_SIGHT_UNKNOWN;
    return TRUE;
  case PST_PROBE_NOT_TRIED:
  case PST_PROBE_SILENT:
  case PST_PROBE_TURNED_AWAY:
    return FALSE;
  }
  return FALSE;
}

static PstSight
weakest_sight(const PstHostFacts *facts, const PstProbeFacts **weakest_probe)
{
  PstSight weakest = PST_SIGHT_ABSENT, sight;
  for (guint i = 0; i < facts->probes->len; i++) {
    const PstProbeFacts *probe = facts->probes->pdata[i];
    if (!sight_of_probe(probe, &sight) || (*weakest_probe != NULL && sight <= weakest))
      continue;
    weakest = sight;
    *weakest_probe = probe;
  }
  if (*weakest_probe == NULL && facts->probes->len > 0)
    *weakest_probe = facts->probes->pdata[0];
  return weakest == PST_SIGHT_ABSENT ? PST_SIGHT_UNKNOWN : weakest;
}

static PstSight
judge_sight(const PstHostFacts *facts, const PstHostVerdict *verdict, const PstProbeFacts **probe)
{
  if (facts->is_host_name && pst_host_facts_is_absent(facts))
    return PST_SIGHT_ABSENT;
  PstSight sight = weakest_sight(facts, probe);
  if (sight < PST_SIGHT_UNKNOWN && (verdict->bogus || !facts->is_host_name))
    return PST_SIGHT_UNKNOWN;
  return sight;
}

/* A DANE sender passes by a host that provably has no address. An unproven absence may be forged for us
 * alone, and so may a bogus or failed answer: the host may well be open, and uncovered, to others. */
static gboolean
is_held_by_dane(const PstHostFacts *facts, PstStanding mx)
{
  if (mx != PST_STANDING_SECURE || !facts->is_host_name)
    return FALSE;
  if (pst_host_facts_is_absent(facts))
    return facts->addresses == PST_STANDING_SECURE;
  return facts->tlsa == PST_TLSA_USABLE && facts->has_address && facts->addresses <= PST_STANDING_INSECURE;
}

void
pst_host_verdict_find(const PstHostFacts *facts, PstStanding mx, const PstStsPolicy *enforced,
                      PstHostVerdict *verdict)
{
  *verdict = (PstHostVerdict){ 0 };
  verdict->bogus = facts->addresses == PST_STANDING_BOGUS || facts->tlsa == PST_TLSA_BOGUS;
  verdict->dane = judge_dane(facts, verdict);
  if (verdict->dane == PST_COVER_OUTSIDE)
    verdict->cover_probe = NULL;
  verdict->dane_holds = is_held_by_dane(facts, mx);
  const PstProbeFacts *dane_probe = verdict->cover_probe;
  verdict->sts = judge_sts(facts, enforced, verdict);
  if (dane_probe != NULL)
    verdict->cover_probe = dane_probe;
  verdict->sight = judge_sight(facts, verdict, &verdict->sight_probe);
}
