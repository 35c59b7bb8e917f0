/* Message digest: keyed digests of a message (HMAC-SHA-256), so that a second try can be recognised without
 * keeping what was written. */
#pragma once
#include "relay/mail/envelope.h"

G_BEGIN_DECLS

typedef struct PstMessageDigest PstMessageDigest;

/* Begins with sender and recipients. */
PstMessageDigest *pst_message_digest_new(GBytes *key, const PstEnvelope *envelope);
void pst_message_digest_free(PstMessageDigest *digest);
void pst_message_digest_update(PstMessageDigest *digest, const guint8 *data, gsize length);
/* Ends it; NULL when it could not be computed. */
GBytes *pst_message_digest_end(PstMessageDigest *digest);

/* The digest of a short text under the same key; NULL when it could not be computed. */
GBytes *pst_message_digest_text(GBytes *key, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstMessageDigest, pst_message_digest_free)

G_END_DECLS
