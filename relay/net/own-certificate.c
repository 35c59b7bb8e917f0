#include "relay/net/own-certificate.h"
#include "relay/contract/error.h"
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <string.h>

#define LIFETIME_S (10 * 365 * 24 * 3600)
#define BACKDATE_S (24 * 3600) /* a clock that was set back a little must not void it */

G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)

static int
add_names(gnutls_x509_crt_t certificate)
{
  const guint8 ipv4[4] = { 127, 0, 0, 1 };
  const char *name = "localhost";
  int result = gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name, strlen(name),
                                                    GNUTLS_FSAN_SET);
  if (result >= 0)
    result = gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, ipv4, sizeof ipv4,
                                                  GNUTLS_FSAN_APPEND);
  if (result >= 0)
    result = gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, &in6addr_loopback,
                                                  sizeof in6addr_loopback, GNUTLS_FSAN_APPEND);
  return result;
}

static int
set_validity(gnutls_x509_crt_t certificate)
{
  guint8 serial[16];
  time_t now = g_get_real_time() / G_USEC_PER_SEC;
  int result = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
  serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and no leading zero octet */
  if (result >= 0)
    result = gnutls_x509_crt_set_serial(certificate, serial, sizeof serial);
  if (result >= 0)
    result = gnutls_x509_crt_set_activation_time(certificate, now - BACKDATE_S);
  if (result >= 0)
    result = gnutls_x509_crt_set_expiration_time(certificate, now + LIFETIME_S);
  return result;
}

static int
describe(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  int result;
  if ((result = gnutls_x509_crt_set_version(certificate, 3)) < 0 ||
      (result = set_validity(certificate)) < 0 || (result = gnutls_x509_crt_set_key(certificate, key)) < 0 ||
      (result = gnutls_x509_crt_set_dn(certificate, "CN=Postern on this computer", NULL)) < 0 ||
      (result = gnutls_x509_crt_set_basic_constraints(certificate, 0, -1)) < 0 ||
      (result = gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0 ||
      (result = gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0)
    return result;
  return add_names(certificate);
}

static gboolean
write_pem(const char *file, const gnutls_datum_t *pem, int mode, GError **error)
{
  return g_file_set_contents_full(file, (const char *)pem->data, pem->size,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, error);
}

static gboolean export(gnutls_x509_privkey_t key, gnutls_x509_crt_t certificate, const char *key_file,
                       const char *certificate_file, GError **error)
{
  gnutls_datum_t key_pem = { 0 }, certificate_pem = { 0 };
  gboolean written = FALSE;
  if (gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_pem) < 0 ||
      gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &certificate_pem) < 0)
    g_set_error(error, PST_ERROR, PST_ERROR_TLS,
                "the certificate of the local port could not be written out");
  else
    written = write_pem(key_file, &key_pem, 0600, error) &&
              write_pem(certificate_file, &certificate_pem, 0644, error);
  gnutls_free(key_pem.data);
  gnutls_free(certificate_pem.data);
  return written;
}

gboolean
pst_own_certificate_make(const char *key_file, const char *certificate_file, GError **error)
{
  g_auto(gnutls_x509_privkey_t) key = NULL;
  g_auto(gnutls_x509_crt_t) certificate = NULL;
  int result;
  if ((result = gnutls_x509_privkey_init(&key)) < 0 ||
      (result = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                             GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0)) < 0 ||
      (result = gnutls_x509_crt_init(&certificate)) < 0 || (result = describe(certificate, key)) < 0 ||
      (result = gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0)) < 0) {
    g_set_error(error, PST_ERROR, PST_ERROR_TLS, "the certificate of the local port could not be made: %s",
                gnutls_strerror(result));
    return FALSE;
  }
  return export(key, certificate, key_file, certificate_file, error);
}
