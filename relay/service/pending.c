#include "relay/service/pending.h"

typedef struct {
  gint references; /* the table and whoever joined; under the lock */
  gboolean resolved;
  PstReply *reply;
} Awaited;

struct PstPending {
  GMutex lock;
  GCond resolved;
  GHashTable *by_digest; /* GBytes → Awaited */
};

static void
awaited_unref(gpointer data)
{
  Awaited *awaited = data;
  if (--awaited->references > 0)
    return;
  g_clear_pointer(&awaited->reply, pst_reply_free);
  g_free(awaited);
}

PstPending *
pst_pending_new(void)
{
  PstPending *pending = g_new0(PstPending, 1);
  g_mutex_init(&pending->lock);
  g_cond_init(&pending->resolved);
  pending->by_digest =
      g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, awaited_unref);
  return pending;
}

void
pst_pending_free(PstPending *pending)
{
  if (pending == NULL)
    return;
  g_hash_table_unref(pending->by_digest);
  g_mutex_clear(&pending->lock);
  g_cond_clear(&pending->resolved);
  g_free(pending);
}

void
pst_pending_add(PstPending *pending, GBytes *digest)
{
  Awaited *awaited = g_new0(Awaited, 1);
  awaited->references = 1;
  g_mutex_lock(&pending->lock);
  g_hash_table_replace(pending->by_digest, g_bytes_ref(digest), awaited);
  g_mutex_unlock(&pending->lock);
}

void
pst_pending_resolve(PstPending *pending, GBytes *digest, const PstReply *reply)
{
  g_mutex_lock(&pending->lock);
  Awaited *awaited = g_hash_table_lookup(pending->by_digest, digest);
  if (awaited != NULL) {
    awaited->resolved = TRUE;
    awaited->reply = reply != NULL ? pst_reply_copy(reply) : NULL;
    g_hash_table_remove(pending->by_digest, digest);
    g_cond_broadcast(&pending->resolved);
  }
  g_mutex_unlock(&pending->lock);
}

PstJoin
pst_pending_join(PstPending *pending, GBytes *digest, gint64 deadline, PstReply **reply)
{
  PstJoin join = PST_JOIN_NONE;
  g_mutex_lock(&pending->lock);
  Awaited *awaited = g_hash_table_lookup(pending->by_digest, digest);
  if (awaited != NULL) {
    awaited->references++;
    while (!awaited->resolved && g_cond_wait_until(&pending->resolved, &pending->lock, deadline))
      ;
    if (!awaited->resolved)
      join = PST_JOIN_TIMEOUT;
    else
      join = awaited->reply != NULL ? PST_JOIN_ANSWERED : PST_JOIN_LOST;
    if (join == PST_JOIN_ANSWERED)
      *reply = pst_reply_copy(awaited->reply);
    awaited_unref(awaited);
  }
  g_mutex_unlock(&pending->lock);
  return join;
}

guint
pst_pending_count_joined(PstPending *pending, GBytes *digest)
{
  g_mutex_lock(&pending->lock);
  const Awaited *awaited = g_hash_table_lookup(pending->by_digest, digest);
  guint joined = awaited != NULL ? awaited->references - 1 : 0;
  g_mutex_unlock(&pending->lock);
  return joined;
}
