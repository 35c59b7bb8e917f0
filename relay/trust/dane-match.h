/* DANE match: does the certificate chain a server showed fit what is published for it (RFC 7672 section 3,
 * RFC 7671).
 *
 * DANE-EE(3): chain[0] alone, whatever names and dates it has. DANE-TA(2): a certificate behind it, [1] and
 * on, which then must verify chain[0] as the only anchor, dates and one of the reference names included: a
 * matching certificate that is merely sent along proves nothing. No I/O; digests are of the octets as sent.
 */
#pragma once
#include "relay/dns/mx-route.h"
#include "relay/trust/certificate-facts.h"
#include "relay/trust/tlsa.h"

G_BEGIN_DECLS

typedef enum {
  PST_DANE_NONE,     /* nothing is published */
  PST_DANE_UNKNOWN,  /* what is published, or shown, could not be found out */
  PST_DANE_UNUSABLE, /* nothing that is published can be used */
  PST_DANE_MATCH,
  PST_DANE_MISMATCH,
} PstDaneResult;

const char *pst_dane_result_nick(PstDaneResult result);

/* @why (may be NULL) says for a mismatch what verifying from a matching anchor showed, else NOT_TRUSTED. */
PstDaneResult pst_dane_match(const PstTlsaSet *set, GPtrArray *chain, const char *const *names,
                             PstAnchorVerify verify, gpointer user_data, PstCertificateResult *why);

/* The names a certificate under DANE-TA may be for: the TLSA base, the host, and under a signed MX the domain
 * and where its aliases end (RFC 7672 section 3.2.2). A new string vector. */
char **pst_dane_reference_names(const PstTlsaSet *set, const char *host, const PstMxRoute *route);

G_END_DECLS
