#include "relay/service/message-digest.h"
#include <gnutls/crypto.h>
#include <string.h>

#define DIGEST_SIZE 32

struct PstMessageDigest {
  gnutls_hmac_hd_t hmac; /* NULL once it failed or ended */
};

static gnutls_hmac_hd_t
start(GBytes *key)
{
  gnutls_hmac_hd_t hmac = NULL;
  gsize length;
  const void *data = g_bytes_get_data(key, &length);
  return gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, data, length) < 0 ? NULL : hmac;
}

/* The terminating NUL parts the fields. */
static void
update_text(PstMessageDigest *digest, const char *text)
{
  pst_message_digest_update(digest, (const guint8 *)text, strlen(text) + 1);
}

PstMessageDigest *
pst_message_digest_new(GBytes *key, const PstEnvelope *envelope)
{
  PstMessageDigest *digest = g_new0(PstMessageDigest, 1);
  digest->hmac = start(key);
  update_text(digest, pst_mailbox_get_wire(envelope->sender));
  for (guint i = 0; i < envelope->recipients->len; i++)
    update_text(digest, pst_mailbox_get_wire(pst_envelope_recipient(envelope, i)->mailbox));
  update_text(digest, "");
  return digest;
}

void
pst_message_digest_free(PstMessageDigest *digest)
{
  if (digest == NULL)
    return;
  if (digest->hmac != NULL)
    gnutls_hmac_deinit(digest->hmac, NULL);
  g_free(digest);
}

void
pst_message_digest_update(PstMessageDigest *digest, const guint8 *data, gsize length)
{
  if (digest->hmac == NULL || gnutls_hmac(digest->hmac, data, length) >= 0)
    return;
  gnutls_hmac_deinit(digest->hmac, NULL);
  digest->hmac = NULL;
}

static GBytes *
finish(gnutls_hmac_hd_t hmac)
{
  guint8 result[DIGEST_SIZE];
  gnutls_hmac_deinit(hmac, result);
  return g_bytes_new(result, sizeof result);
}

GBytes *
pst_message_digest_end(PstMessageDigest *digest)
{
  gnutls_hmac_hd_t hmac = g_steal_pointer(&digest->hmac);
  return hmac != NULL ? finish(hmac) : NULL;
}

GBytes *
pst_message_digest_text(GBytes *key, const char *text)
{
  gnutls_hmac_hd_t hmac = start(key);
  if (hmac == NULL)
    return NULL;
  gnutls_hmac(hmac, text, strlen(text));
  return finish(hmac);
}
