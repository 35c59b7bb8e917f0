#include "relay/trust/host-facts.h"

PstHostFacts *
pst_host_facts_new(const PstMxHost *host, const PstTlsaBases *bases, const PstTlsaSet *set)
{
  PstHostFacts *facts = g_new0(PstHostFacts, 1);
  facts->name = g_strdup(host->name);
  facts->preference = host->preference;
  facts->is_host_name = host->is_host_name;
  facts->addresses = bases != NULL ? bases->addresses : PST_STANDING_FAILED;
  facts->has_address = bases != NULL && bases->has_address;
  facts->tlsa = set != NULL ? set->state : PST_TLSA_UNKNOWN;
  facts->probes = g_ptr_array_new_with_free_func((GDestroyNotify)pst_probe_facts_free);
  return facts;
}

void
pst_host_facts_free(PstHostFacts *facts)
{
  if (facts == NULL)
    return;
  g_free(facts->name);
  g_ptr_array_unref(facts->probes);
  g_free(facts);
}

PstProbeFacts *
pst_probe_facts_new(PstProbeResult result)
{
  PstProbeFacts *facts = g_new0(PstProbeFacts, 1);
  facts->result = result;
  facts->certificate = PST_CERTIFICATE_NONE;
  facts->dane = PST_DANE_UNKNOWN;
  facts->dane_why = PST_CERTIFICATE_NOT_TRUSTED;
  return facts;
}

void
pst_probe_facts_free(PstProbeFacts *facts)
{
  if (facts == NULL)
    return;
  g_free(facts->address);
  g_free(facts->tls);
  g_free(facts->cipher);
  pst_reason_unref(facts->reason);
  g_free(facts);
}

gboolean
pst_host_facts_is_absent(const PstHostFacts *facts)
{
  if (facts->has_address)
    return FALSE;
  switch (facts->addresses) {
  case PST_STANDING_SECURE:
  case PST_STANDING_INSECURE:
  case PST_STANDING_UNCHECKED:
    return TRUE;
  case PST_STANDING_FAILED:
  case PST_STANDING_BOGUS:
    return FALSE;
  }
  return FALSE;
}
