/* TLS server: the relay's own certificate for loopback, made once, and server-side sessions with it.
 *
 * EC P-256, self-signed, not a CA, names 127.0.0.1, ::1 and localhost, valid for ten years. Kept as
 * tls/key.pem (0600) and tls/certificate.pem in the state folder; made anew only when missing or expired.
 * Thread-safe once made. */
#pragma once
#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

typedef struct PstTlsServer PstTlsServer;

PstTlsServer *pst_tls_server_new(const char *folder, GError **error);
void pst_tls_server_free(PstTlsServer *server);

/* A session to handshake with: TLS ≥ 1.2; a client that speaks ALPN must speak "smtp" (ALPACA: T39). NULL:
 * out of memory. */
gnutls_session_t pst_tls_server_session(PstTlsServer *server);

/* "AB:CD:…" of the certificate (SHA-256), for people to compare. */
const char *pst_tls_server_get_fingerprint(const PstTlsServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstTlsServer, pst_tls_server_free)

G_END_DECLS
