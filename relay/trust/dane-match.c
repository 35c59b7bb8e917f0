#include "relay/trust/dane-match.h"
#include "relay/contract/nick.h"
#include "relay/trust/spki.h"
#include <string.h>

static const char *const dane_result_nicks[] = { "none", "unknown", "unusable", "match", "mismatch", NULL };

const char *
pst_dane_result_nick(PstDaneResult result)
{
  return pst_nick_of(dane_result_nicks, result);
}

static gboolean
digest_is(GChecksumType type, GBytes *octets, GBytes *expected)
{
  guint8 digest[64];
  gsize length = sizeof digest, expected_length;
  const void *expected_digest = g_bytes_get_data(expected, &expected_length);
  g_autoptr(GChecksum) checksum = g_checksum_new(type);
  g_checksum_update(checksum, g_bytes_get_data(octets, NULL), g_bytes_get_size(octets));
  g_checksum_get_digest(checksum, digest, &length);
  return length == expected_length && memcmp(digest, expected_digest, length) == 0;
}

static gboolean
octets_fit(const PstTlsa *tlsa, GBytes *octets)
{
  switch ((PstTlsaMatching)tlsa->matching) {
  case PST_TLSA_MATCHING_FULL:
    return g_bytes_equal(octets, tlsa->data);
  case PST_TLSA_MATCHING_SHA256:
    return digest_is(G_CHECKSUM_SHA256, octets, tlsa->data);
  case PST_TLSA_MATCHING_SHA512:
    return digest_is(G_CHECKSUM_SHA512, octets, tlsa->data);
  }
  return FALSE;
}

/* Whether any record of @usage fits @certificate. One whose key cannot be cut out fits nothing. */
static gboolean
any_record_fits(const PstTlsaSet *set, PstTlsaUsage usage, GBytes *certificate)
{
  g_autoptr(GBytes) spki = pst_spki_cut(certificate);
  if (spki == NULL)
    return FALSE;
  for (guint i = 0; i < set->records->len; i++) {
    const PstTlsa *tlsa = set->records->pdata[i];
    GBytes *octets = tlsa->selector == PST_TLSA_SELECTOR_SPKI ? spki : certificate;
    if (tlsa->usage == usage && octets_fit(tlsa, octets))
      return TRUE;
  }
  return FALSE;
}

static gboolean
chain_fits(const PstTlsaSet *set, GPtrArray *chain, const char *const *names, PstAnchorVerify verify,
           gpointer user_data, PstCertificateResult *why)
{
  if (chain->len == 0) {
    *why = PST_CERTIFICATE_NONE;
    return FALSE;
  }
  if (any_record_fits(set, PST_TLSA_USAGE_EE, chain->pdata[0]))
    return TRUE;
  for (guint i = 1; i < MIN(chain->len, PST_CHAIN_MAX); i++) {
    if (!any_record_fits(set, PST_TLSA_USAGE_TA, chain->pdata[i]))
      continue;
    *why = verify(chain, i, names, user_data);
    if (*why == PST_CERTIFICATE_VALID)
      return TRUE;
  }
  return FALSE;
}

PstDaneResult
pst_dane_match(const PstTlsaSet *set, GPtrArray *chain, const char *const *names, PstAnchorVerify verify,
               gpointer user_data, PstCertificateResult *why)
{
  PstCertificateResult unused;
  if (why == NULL)
    why = &unused;
  *why = PST_CERTIFICATE_NOT_TRUSTED;
  switch (set->state) {
  case PST_TLSA_NONE:
    return PST_DANE_NONE;
  case PST_TLSA_UNUSABLE:
    return PST_DANE_UNUSABLE;
  case PST_TLSA_UNKNOWN:
  case PST_TLSA_BOGUS:
    return PST_DANE_UNKNOWN;
  case PST_TLSA_USABLE:
    return chain_fits(set, chain, names, verify, user_data, why) ? PST_DANE_MATCH : PST_DANE_MISMATCH;
  }
  return PST_DANE_UNKNOWN;
}

static void
add_name(GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (g_ascii_strcasecmp(names->pdata[i], name) == 0)
      return;
  g_ptr_array_add(names, g_strdup(name));
}

char **
pst_dane_reference_names(const PstTlsaSet *set, const char *host, const PstMxRoute *route)
{
  GPtrArray *names = g_ptr_array_new();
  if (set->base != NULL)
    add_name(names, set->base);
  add_name(names, host);
  if (route->standing == PST_STANDING_SECURE) {
    add_name(names, route->domain);
    add_name(names, route->canonical_domain);
  }
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_free(names, FALSE);
}
