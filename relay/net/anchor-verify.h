/* Anchor verify: the one question of the DANE rules that needs a TLS library (RFC 7672 section 3.1.2): does a
 * server's chain verify up to one of its own certificates as the only trust anchor, dates and a reference
 * name included.
 *
 * The anchor need not be self-signed. It is a PstAnchorVerify. */
#pragma once
#include "relay/trust/certificate-facts.h"

G_BEGIN_DECLS

PstCertificateResult pst_anchor_verify(GPtrArray *chain, guint anchor, const char *const *names,
                                       gpointer unused);

G_END_DECLS
