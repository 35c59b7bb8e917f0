/* SPKI: the subject public key cut out of a certificate as it was sent (RFC 5280 section 4.1, X.690 DER).
 *
 * Strict on purpose: every element before the key must have its place, tag and shortest length, and the
 * certificate must fill its octets to the end. A reader that is more lenient than the TLS library could be
 * shown one key while the handshake used another. Nothing is copied. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* A slice of @certificate, header octets included (RFC 6698 section 1.2.2), or NULL when it is no such
 * certificate. */
GBytes *pst_spki_cut(GBytes *certificate);

/* TRUE for octets that are one SubjectPublicKeyInfo and nothing else. */
gboolean pst_spki_is_well_formed(GBytes *spki);

G_END_DECLS
