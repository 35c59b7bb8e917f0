#include "relay/net/tls-server.h"
#include "relay/contract/error.h"
#include "relay/net/own-certificate.h"
#include <glib/gstdio.h>
#include <gnutls/x509.h>

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

struct PstTlsServer {
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priorities;
  char *fingerprint;
};

void
pst_tls_server_free(PstTlsServer *server)
{
  if (server == NULL)
    return;
  g_clear_pointer(&server->credentials, gnutls_certificate_free_credentials);
  g_clear_pointer(&server->priorities, gnutls_priority_deinit);
  g_free(server->fingerprint);
  g_free(server);
}

static gboolean
load_credentials(PstTlsServer *server, const char *key_file, const char *certificate_file)
{
  g_clear_pointer(&server->credentials, gnutls_certificate_free_credentials);
  return gnutls_certificate_allocate_credentials(&server->credentials) >= 0 &&
         gnutls_certificate_set_x509_key_file(server->credentials, certificate_file, key_file,
                                              GNUTLS_X509_FMT_PEM) >= 0;
}

static char *
fingerprint_of(gnutls_x509_crt_t certificate)
{
  guint8 digest[32];
  size_t size = sizeof digest;
  if (gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, digest, &size) < 0)
    return NULL;
  GString *text = g_string_new(NULL);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf(text, "%s%02X", i > 0 ? ":" : "", digest[i]);
  return g_string_free(text, FALSE);
}

/* Reads what a client will be shown; FALSE when it is past its time. */
static gboolean
examine(PstTlsServer *server)
{
  gnutls_x509_crt_t *chain = NULL;
  unsigned int n = 0;
  if (gnutls_certificate_get_x509_crt(server->credentials, 0, &chain, &n) < 0 || n == 0)
    return FALSE;
  gboolean current = gnutls_x509_crt_get_expiration_time(chain[0]) > g_get_real_time() / G_USEC_PER_SEC;
  server->fingerprint = current ? fingerprint_of(chain[0]) : NULL;
  for (guint i = 0; i < n; i++)
    gnutls_x509_crt_deinit(chain[i]);
  gnutls_free(chain);
  return server->fingerprint != NULL;
}

PstTlsServer *
pst_tls_server_new(const char *folder, GError **error)
{
  g_autoptr(PstTlsServer) server = g_new0(PstTlsServer, 1);
  g_autofree char *key_file = g_build_filename(folder, "key.pem", NULL);
  g_autofree char *certificate_file = g_build_filename(folder, "certificate.pem", NULL);
  if (g_mkdir_with_parents(folder, 0700) < 0 ||
      gnutls_priority_init(&server->priorities, PRIORITIES, NULL) < 0) {
    g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s cannot be used for the certificate of the local port",
                folder);
    return NULL;
  }
  if (load_credentials(server, key_file, certificate_file) && examine(server))
    return g_steal_pointer(&server);
  if (!pst_own_certificate_make(key_file, certificate_file, error))
    return NULL;
  if (load_credentials(server, key_file, certificate_file) && examine(server))
    return g_steal_pointer(&server);
  g_set_error(error, PST_ERROR, PST_ERROR_TLS, "the certificate in %s cannot be used", folder);
  return NULL;
}

gnutls_session_t
pst_tls_server_session(PstTlsServer *server)
{
  static const gnutls_datum_t smtp = { (unsigned char *)"smtp", 4 };
  gnutls_session_t session;
  if (gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
    return NULL;
  if (gnutls_priority_set(session, server->priorities) < 0 ||
      gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, server->credentials) < 0 ||
      gnutls_alpn_set_protocols(session, &smtp, 1, GNUTLS_ALPN_MANDATORY) < 0) {
    gnutls_deinit(session);
    return NULL;
  }
  return session;
}

const char *
pst_tls_server_get_fingerprint(const PstTlsServer *server)
{
  return server->fingerprint;
}
