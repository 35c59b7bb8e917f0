#include "relay/net/certificate-check.h"
#include <gio/gio.h>

#define MAX_CHAIN 16
#define MAX_NAMES 1000

typedef struct {
  gnutls_x509_crt_t certificates[MAX_CHAIN];
  guint n;
} Chain;

static void
chain_clear(Chain *chain)
{
  for (guint i = 0; i < chain->n; i++)
    gnutls_x509_crt_deinit(chain->certificates[i]);
  chain->n = 0;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chain, chain_clear)

static gboolean
chain_read(Chain *chain, gnutls_session_t session)
{
  guint n = 0;
  const gnutls_datum_t *shown = gnutls_certificate_get_peers(session, &n);
  for (guint i = 0; shown != NULL && i < MIN(n, MAX_CHAIN); i++) {
    if (gnutls_x509_crt_init(&chain->certificates[i]) < 0)
      return FALSE;
    chain->n++;
    if (gnutls_x509_crt_import(chain->certificates[i], &shown[i], GNUTLS_X509_FMT_DER) < 0)
      return FALSE;
  }
  return TRUE;
}

/* GnuTLS's name check falls back to the common name where no subjectAltName is: look for one of the right
 * kind first. */
static gboolean
has_alternative_name(gnutls_x509_crt_t certificate, gnutls_x509_subject_alt_name_t kind)
{
  for (guint i = 0; i < MAX_NAMES; i++) {
    char name[512];
    size_t size = sizeof name;
    int result = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &size, NULL);
    if (result == (int)kind)
      return TRUE;
    if (result < 0 && result != GNUTLS_E_SHORT_MEMORY_BUFFER)
      return FALSE;
  }
  return FALSE;
}

PstCertificateResult
pst_certificate_check_name(gnutls_x509_crt_t leaf, const char *host)
{
  g_autoptr(GInetAddress) literal = g_inet_address_new_from_string(host);
  if (literal != NULL) {
    const guint8 *octets = g_inet_address_to_bytes(literal);
    gboolean match = has_alternative_name(leaf, GNUTLS_SAN_IPADDRESS) &&
                     gnutls_x509_crt_check_ip(leaf, octets, g_inet_address_get_native_size(literal), 0);
    return match ? PST_CERTIFICATE_VALID : PST_CERTIFICATE_HOST_MISMATCH;
  }
  if (!has_alternative_name(leaf, GNUTLS_SAN_DNSNAME))
    return PST_CERTIFICATE_NO_NAMES;
  return gnutls_x509_crt_check_hostname2(leaf, host, 0) ? PST_CERTIFICATE_VALID
                                                        : PST_CERTIFICATE_HOST_MISMATCH;
}

PstCertificateResult
pst_certificate_result_of_status(guint status)
{
  if (status == 0)
    return PST_CERTIFICATE_VALID;
  if (status & GNUTLS_CERT_REVOKED)
    return PST_CERTIFICATE_REVOKED;
  if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA | GNUTLS_CERT_SIGNATURE_FAILURE))
    return PST_CERTIFICATE_NOT_TRUSTED;
  if (status & GNUTLS_CERT_EXPIRED)
    return PST_CERTIFICATE_EXPIRED;
  if (status & GNUTLS_CERT_NOT_ACTIVATED)
    return PST_CERTIFICATE_NOT_YET_VALID;
  if (status & GNUTLS_CERT_INSECURE_ALGORITHM)
    return PST_CERTIFICATE_WEAK;
  return PST_CERTIFICATE_NOT_TRUSTED;
}

PstCertificateResult
pst_certificate_check(gnutls_session_t session, const char *host, PstTrustStore *store)
{
  g_auto(Chain) chain = { 0 };
  guint status = 0;
  if (gnutls_certificate_type_get(session) != GNUTLS_CRT_X509 || !chain_read(&chain, session))
    return PST_CERTIFICATE_MALFORMED;
  if (chain.n == 0)
    return PST_CERTIFICATE_NONE;
  if (pst_trust_store_verify(store, chain.certificates, chain.n, &status) < 0)
    return PST_CERTIFICATE_NOT_TRUSTED;
  PstCertificateResult result = pst_certificate_result_of_status(status);
  return result == PST_CERTIFICATE_VALID ? pst_certificate_check_name(chain.certificates[0], host) : result;
}
