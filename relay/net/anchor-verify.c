#include "relay/net/anchor-verify.h"
#include "relay/net/certificate-check.h"

typedef struct {
  gnutls_x509_crt_t certificates[PST_CHAIN_MAX];
  guint n;
} Chain;

static void
chain_clear(Chain *chain)
{
  for (guint i = 0; i < chain->n; i++)
    gnutls_x509_crt_deinit(chain->certificates[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chain, chain_clear)

/* All of the chain, since servers send it in any order; what cannot be read ends it. */
static void
chain_read(Chain *chain, GPtrArray *octets)
{
  for (guint i = 0; i < MIN(octets->len, PST_CHAIN_MAX); i++) {
    gsize length;
    const void *data = g_bytes_get_data(octets->pdata[i], &length);
    gnutls_datum_t der = { (guint8 *)data, length };
    if (gnutls_x509_crt_init(&chain->certificates[i]) < 0)
      return;
    chain->n++;
    if (gnutls_x509_crt_import(chain->certificates[i], &der, GNUTLS_X509_FMT_DER) < 0) {
      gnutls_x509_crt_deinit(chain->certificates[--chain->n]);
      return;
    }
  }
}

static PstCertificateResult
verify(Chain *chain, guint anchor)
{
  gnutls_x509_trust_list_t list;
  guint status = 0;
  if (gnutls_x509_trust_list_init(&list, 0) < 0)
    return PST_CERTIFICATE_NOT_TRUSTED;
  int result = gnutls_x509_trust_list_add_cas(list, &chain->certificates[anchor], 1, 0);
  if (result == 1)
    result =
        gnutls_x509_trust_list_verify_crt2(list, chain->certificates, chain->n, NULL, 0,
                                           GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), &status, NULL);
  gnutls_x509_trust_list_deinit(list, 0);
  return result < 0 ? PST_CERTIFICATE_NOT_TRUSTED : pst_certificate_result_of_status(status);
}

PstCertificateResult
pst_anchor_verify(GPtrArray *octets, guint anchor, const char *const *names, gpointer unused)
{
  g_auto(Chain) chain = { 0 };
  chain_read(&chain, octets);
  if (anchor == 0 || anchor >= chain.n)
    return PST_CERTIFICATE_MALFORMED;
  PstCertificateResult result = verify(&chain, anchor);
  if (result != PST_CERTIFICATE_VALID)
    return result;
  for (guint i = 0; names[i] != NULL; i++) {
    result = pst_certificate_check_name(chain.certificates[0], names[i]);
    if (result == PST_CERTIFICATE_VALID)
      return result;
  }
  return PST_CERTIFICATE_HOST_MISMATCH;
}
