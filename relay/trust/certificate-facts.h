/* Certificate facts: what a server showed in its handshake, as the trust rules need it.
 *
 * The chain is DER exactly as sent, [0] the server's own. Whoever holds a TLS library fills these in and
 * answers the one question that needs it: does this chain verify up to a given certificate of its own. Both
 * are values here. */
#pragma once
#include "relay/contract/certificate-result.h"

G_BEGIN_DECLS

#define PST_CHAIN_MAX 16 /* certificates; what is behind is not looked at */

typedef struct {
  GPtrArray *chain; /* of GBytes; empty when the server showed none */
  PstCertificateResult
      pkix; /* against the trusted roots and the MX host's own name (DNS names only, never a CN) */
} PstCertificateFacts;

PstCertificateFacts *pst_certificate_facts_new(PstCertificateResult pkix);
/* Copies; ignored beyond PST_CHAIN_MAX. */
void pst_certificate_facts_add(PstCertificateFacts *facts, const void *der, gsize length);
void pst_certificate_facts_free(PstCertificateFacts *facts);

/* VALID when chain[0] verifies with chain[@anchor] as the only trust anchor, its dates included, and its DNS
 * names hold one of @names (NULL-terminated; a wildcard stands for one whole left-most label). Anything that
 * cannot be decided is not VALID. */
typedef PstCertificateResult (*PstAnchorVerify)(GPtrArray *chain, guint anchor, const char *const *names,
                                                gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstCertificateFacts, pst_certificate_facts_free)

G_END_DECLS
