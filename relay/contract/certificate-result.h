/* What verifying a server's certificate showed; names follow RFC 8460 section 4.3 where it has one. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_CERTIFICATE_VALID, /* chain and name verified (PKIX) */
  PST_CERTIFICATE_EXPIRED,
  PST_CERTIFICATE_NOT_YET_VALID,
  PST_CERTIFICATE_HOST_MISMATCH,
  PST_CERTIFICATE_NOT_TRUSTED, /* no chain to a trusted root; self-signed too */
  PST_CERTIFICATE_REVOKED,
  PST_CERTIFICATE_WEAK,     /* signature or key below today's minimum */
  PST_CERTIFICATE_NO_NAMES, /* no subjectAltName: a common name alone proves nothing */
  PST_CERTIFICATE_MALFORMED,
  PST_CERTIFICATE_NONE, /* the peer showed no certificate */
} PstCertificateResult;

const char *pst_certificate_result_nick(PstCertificateResult value);
gboolean pst_certificate_result_parse(const char *nick, PstCertificateResult *value);

G_END_DECLS
