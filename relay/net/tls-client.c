#include "relay/net/tls-client.h"
#include "relay/net/certificate-check.h"
#include <string.h>

/* Debian's default priorities still take TLS 1.0. */
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%PROFILE_MEDIUM"

void
pst_tls_facts_clear(PstTlsFacts *facts)
{
  g_clear_pointer(&facts->cipher, g_free);
  facts->version = NULL;
}

static const char *
version_name(gnutls_session_t session)
{
  gnutls_protocol_t version = gnutls_protocol_get_version(session);
  if (version == GNUTLS_TLS1_3)
    return "TLS1.3";
  return version == GNUTLS_TLS1_2 ? "TLS1.2" : NULL;
}

PstReason *
pst_tls_certificate_reason(PstCertificateResult result, const char *host)
{
  PstReasonCode code = PST_REASON_CERTIFICATE_BAD;
  switch (result) {
  case PST_CERTIFICATE_VALID:
    return NULL;
  case PST_CERTIFICATE_EXPIRED:
    code = PST_REASON_CERTIFICATE_EXPIRED;
    break;
  case PST_CERTIFICATE_NOT_YET_VALID:
    code = PST_REASON_CERTIFICATE_NOT_YET_VALID;
    break;
  case PST_CERTIFICATE_HOST_MISMATCH:
  case PST_CERTIFICATE_NO_NAMES:
    code = PST_REASON_CERTIFICATE_HOST_MISMATCH;
    break;
  case PST_CERTIFICATE_NOT_TRUSTED:
    code = PST_REASON_CERTIFICATE_NOT_TRUSTED;
    break;
  case PST_CERTIFICATE_REVOKED:
  case PST_CERTIFICATE_WEAK:
  case PST_CERTIFICATE_MALFORMED:
  case PST_CERTIFICATE_NONE:
    break;
  }
  return pst_reason_new(code, "host", host, NULL);
}

static PstReason *
handshake_reason(int result, gnutls_session_t session, const char *host)
{
  if (result == GNUTLS_E_TIMEDOUT)
    return pst_reason_new(PST_REASON_UPSTREAM_TIMEOUT, "host", host, NULL);
  if (result == GNUTLS_E_INTERRUPTED)
    return pst_reason_new(PST_REASON_SHUTTING_DOWN, NULL);
  gboolean old =
      result == GNUTLS_E_UNSUPPORTED_VERSION_PACKET ||
      (result == GNUTLS_E_FATAL_ALERT_RECEIVED && gnutls_alert_get(session) == GNUTLS_A_PROTOCOL_VERSION);
  return pst_reason_new(old ? PST_REASON_TLS_TOO_OLD : PST_REASON_TLS_FAILED, "host", host, NULL);
}

static gpointer
make_empty_credentials(gpointer unused)
{
  gnutls_certificate_credentials_t credentials;
  return gnutls_certificate_allocate_credentials(&credentials) < 0 ? NULL : credentials;
}

/* Chains are verified against the trust store after the handshake, so every session can share credentials
 * that hold nothing, and an idle connection keeps no trust list alive. */
static gnutls_certificate_credentials_t
empty_credentials(void)
{
  static GOnce once = G_ONCE_INIT;
  return g_once(&once, make_empty_credentials, NULL);
}

static gnutls_session_t
new_session(const char *host)
{
  gnutls_session_t session;
  if (gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
    return NULL;
  gboolean is_name = !g_hostname_is_ip_address(host);
  if (gnutls_priority_set_direct(session, PRIORITIES, NULL) < 0 ||
      gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, empty_credentials()) < 0 ||
      (is_name && gnutls_server_name_set(session, GNUTLS_NAME_DNS, host, strlen(host)) < 0)) {
    gnutls_deinit(session);
    return NULL;
  }
  return session;
}

int
pst_tls_client_handshake(PstChannel *channel, const char *name, gint64 deadline, GCancellable *cancellable,
                         PstTlsFacts *facts, PstReason **reason)
{
  gnutls_session_t session = new_session(name);
  if (session == NULL) {
    *reason = pst_reason_new(PST_REASON_TLS_FAILED, "host", name, NULL);
    return GNUTLS_E_INTERNAL_ERROR;
  }
  int result = pst_channel_handshake(channel, session, deadline, cancellable);
  if (result != GNUTLS_E_SUCCESS) {
    *reason = handshake_reason(result, session, name);
    return result;
  }
  facts->version = version_name(session);
  g_free(facts->cipher);
  facts->cipher = g_strdup(gnutls_ciphersuite_get(session));
  if (facts->version != NULL)
    return GNUTLS_E_SUCCESS;
  *reason = pst_reason_new(PST_REASON_TLS_TOO_OLD, "host", name, NULL);
  return GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
}

PstReason *
pst_tls_client_start(PstChannel *channel, const char *host, PstTrustStore *store, gint64 deadline,
                     GCancellable *cancellable, PstTlsFacts *facts)
{
  PstReason *reason = NULL;
  if (pst_tls_client_handshake(channel, host, deadline, cancellable, facts, &reason) != GNUTLS_E_SUCCESS)
    return reason;
  facts->certificate = pst_certificate_check(pst_channel_get_tls(channel), host, store);
  return pst_tls_certificate_reason(facts->certificate, host);
}
