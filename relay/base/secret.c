#include "relay/base/secret.h"
#include <string.h>

struct PstSecret {
  guint8 *octets;
  gsize length;
};

PstSecret *
pst_secret_new(const void *data, gsize length)
{
  PstSecret *secret = g_atomic_rc_box_new0(PstSecret);
  secret->octets = g_malloc0(length + 1);
  secret->length = length;
  if (length > 0)
    memcpy(secret->octets, data, length);
  return secret;
}

PstSecret *
pst_secret_ref(PstSecret *secret)
{
  return g_atomic_rc_box_acquire(secret);
}

static void
secret_clear(gpointer data)
{
  PstSecret *secret = data;
  pst_wipe(secret->octets, secret->length);
  g_free(secret->octets);
}

void
pst_secret_unref(PstSecret *secret)
{
  if (secret != NULL)
    g_atomic_rc_box_release_full(secret, secret_clear);
}

const guint8 *
pst_secret_peek(const PstSecret *secret, gsize *length)
{
  if (length != NULL)
    *length = secret->length;
  return secret->octets;
}

gboolean
pst_secret_equal(const PstSecret *a, const PstSecret *b)
{
  if (a->length != b->length)
    return FALSE;
  guint8 difference = 0;
  for (gsize i = 0; i < a->length; i++)
    difference |= a->octets[i] ^ b->octets[i];
  return difference == 0;
}

void
pst_wipe(void *data, gsize length)
{
  if (data != NULL)
    explicit_bzero(data, length);
}
