#include "relay/net/upstream-pool.h"
#include <time.h>

typedef struct {
  char *key;
  PstUpstream *upstream;
  gint64 since;
} Entry;

struct PstUpstreamPool {
  GMutex lock;
  GQueue entries; /* of Entry, most recently used first */
};

/* Counts on while the computer sleeps: the servers do not. */
static gint64
now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (gint64)time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  pst_upstream_close(entry->upstream);
  g_free(entry->key);
  g_free(entry);
}

PstUpstreamPool *
pst_upstream_pool_new(void)
{
  PstUpstreamPool *pool = g_new0(PstUpstreamPool, 1);
  g_mutex_init(&pool->lock);
  g_queue_init(&pool->entries);
  return pool;
}

void
pst_upstream_pool_free(PstUpstreamPool *pool)
{
  if (pool == NULL)
    return;
  pst_upstream_pool_clear(pool);
  g_mutex_clear(&pool->lock);
  g_free(pool);
}

static Entry *
take_entry(PstUpstreamPool *pool, const char *key)
{
  Entry *found = NULL;
  g_mutex_lock(&pool->lock);
  for (GList *link = pool->entries.head; link != NULL && found == NULL; link = link->next) {
    Entry *entry = link->data;
    if (g_str_equal(entry->key, key)) {
      found = entry;
      g_queue_delete_link(&pool->entries, link);
      break;
    }
  }
  g_mutex_unlock(&pool->lock);
  return found;
}

PstUpstream *
pst_upstream_pool_take(PstUpstreamPool *pool, const char *key, gint64 *idle)
{
  Entry *entry;
  while ((entry = take_entry(pool, key)) != NULL) {
    *idle = now() - entry->since;
    PstUpstream *upstream = NULL;
    if (*idle < PST_POOL_IDLE_MAX && pst_upstream_looks_alive(entry->upstream))
      upstream = g_steal_pointer(&entry->upstream);
    entry_free(entry);
    if (upstream != NULL) {
      pst_upstream_set_reused(upstream);
      return upstream;
    }
  }
  return NULL;
}

void
pst_upstream_pool_give(PstUpstreamPool *pool, const char *key, PstUpstream *upstream)
{
  Entry *entry = g_new0(Entry, 1), *oldest = NULL;
  entry->key = g_strdup(key);
  entry->upstream = upstream;
  entry->since = now();
  g_mutex_lock(&pool->lock);
  g_queue_push_head(&pool->entries, entry);
  if (pool->entries.length > PST_POOL_SIZE)
    oldest = g_queue_pop_tail(&pool->entries);
  g_mutex_unlock(&pool->lock);
  if (oldest != NULL)
    entry_free(oldest);
}

static gboolean
drop_older(PstUpstreamPool *pool, gint64 age)
{
  GQueue old = G_QUEUE_INIT;
  gint64 limit = now() - age;
  g_mutex_lock(&pool->lock);
  while (pool->entries.tail != NULL && ((Entry *)pool->entries.tail->data)->since <= limit)
    g_queue_push_tail(&old, g_queue_pop_tail(&pool->entries));
  gboolean remain = pool->entries.length > 0;
  g_mutex_unlock(&pool->lock);
  g_queue_clear_full(&old, entry_free);
  return remain;
}

gboolean
pst_upstream_pool_trim(PstUpstreamPool *pool)
{
  return drop_older(pool, PST_POOL_IDLE_MAX);
}

void
pst_upstream_pool_clear(PstUpstreamPool *pool)
{
  drop_older(pool, 0);
}
