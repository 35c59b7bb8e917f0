/* Certificate check: what the chain a TLS server showed proves about a host name (PKIX, RFC 6125, RFC
 * 8314 5.3).
 *
 * Chain, dates, key strength and subjectAltName are examined; a common name alone proves nothing. Every
 * failing aspect has its own result, the gravest first. */
#pragma once
#include "relay/contract/certificate-result.h"
#include "relay/net/trust-store.h"
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* @host: an A-label name, or an IP address literal, which then must stand as such in the certificate. */
PstCertificateResult pst_certificate_check(gnutls_session_t session, const char *host, PstTrustStore *store);

/* The two halves of it: what a chain's verification status means, and the name of a leaf. */
PstCertificateResult pst_certificate_result_of_status(guint status);
PstCertificateResult pst_certificate_check_name(gnutls_x509_crt_t leaf, const char *host);

G_END_DECLS
