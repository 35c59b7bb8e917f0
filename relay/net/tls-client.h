/* TLS client: verified TLS to a named server over a channel (TLS ≥ 1.2, SNI, PKIX, host name), and what it
 * showed.
 *
 * A client certificate that the server asks for is not sent; the handshake goes on without. */
#pragma once
#include "relay/contract/certificate-result.h"
#include "relay/contract/reason.h"
#include "relay/net/channel.h"
#include "relay/net/trust-store.h"

G_BEGIN_DECLS

typedef struct {
  const char *version; /* "TLS1.3", static */
  char *cipher;        /* "TLS_AES_256_GCM_SHA384" or GnuTLS's description */
  PstCertificateResult certificate;
} PstTlsFacts;

void pst_tls_facts_clear(PstTlsFacts *facts);

/* The handshake alone: @facts get version and cipher, nothing is verified. GNUTLS_E_SUCCESS, or the error of
 * pst_channel_handshake() and @reason. @name: the one to ask for (SNI), or an IP address literal. */
int pst_tls_client_handshake(PstChannel *channel, const char *name, gint64 deadline,
                             GCancellable *cancellable, PstTlsFacts *facts, PstReason **reason);

/* Handshake and certificate check. NULL: verified TLS is up and @facts are filled. Else the reason, owned by
 * the caller; the channel is then of no further use. */
PstReason *pst_tls_client_start(PstChannel *channel, const char *host, PstTrustStore *store, gint64 deadline,
                                GCancellable *cancellable, PstTlsFacts *facts);

/* The reason for a certificate that does not verify. */
PstReason *pst_tls_certificate_reason(PstCertificateResult result, const char *host);

G_END_DECLS
