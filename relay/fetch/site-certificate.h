/* Site certificate: whether what a policy site showed proves its name (RFC 8461 section 3.3, RFC 6125).
 *
 * A DNS name of the subjectAltName must match, whole or with a wildcard for exactly the left-most label: a
 * common name alone proves nothing, whatever GLib makes of it. */
#pragma once
#include "relay/contract/certificate-result.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* @flags: what GLib's verification has against @certificate; none still leaves the names. */
PstCertificateResult pst_site_certificate_judge(GTlsCertificate *certificate, GTlsCertificateFlags flags,
                                                const char *host);

G_END_DECLS
