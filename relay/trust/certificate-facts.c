#include "relay/trust/certificate-facts.h"

PstCertificateFacts *
pst_certificate_facts_new(PstCertificateResult pkix)
{
  PstCertificateFacts *facts = g_new0(PstCertificateFacts, 1);
  facts->chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  facts->pkix = pkix;
  return facts;
}

void
pst_certificate_facts_add(PstCertificateFacts *facts, const void *der, gsize length)
{
  if (facts->chain->len < PST_CHAIN_MAX)
    g_ptr_array_add(facts->chain, g_bytes_new(der, length));
}

void
pst_certificate_facts_free(PstCertificateFacts *facts)
{
  if (facts == NULL)
    return;
  g_ptr_array_unref(facts->chain);
  g_free(facts);
}
