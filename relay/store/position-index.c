#include "relay/store/position-index.h"

#define MAX_FILTERS 8

typedef struct {
  char *key;
  PstPositionIndex index;
} Entry;

struct PstPositionCache {
  GQueue entries; /* of Entry, the one used last first */
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  g_array_unref(entry->index.marks);
  g_free(entry->key);
  g_free(entry);
}

PstPositionCache *
pst_position_cache_new(void)
{
  PstPositionCache *cache = g_new0(PstPositionCache, 1);
  g_queue_init(&cache->entries);
  return cache;
}

void
pst_position_cache_free(PstPositionCache *cache)
{
  g_queue_clear_full(&cache->entries, entry_free);
  g_free(cache);
}

static Entry *
entry_new(const char *key)
{
  Entry *entry = g_new0(Entry, 1);
  entry->key = g_strdup(key);
  entry->index.marks = g_array_new(FALSE, FALSE, sizeof(gint64));
  return entry;
}

static int
compare_key(gconstpointer entry, gconstpointer key)
{
  return g_strcmp0(((const Entry *)entry)->key, key);
}

PstPositionIndex *
pst_position_cache_get(PstPositionCache *cache, const char *key)
{
  GList *link = g_queue_find_custom(&cache->entries, key, compare_key);
  Entry *entry = link != NULL ? link->data : entry_new(key);
  if (link != NULL)
    g_queue_delete_link(&cache->entries, link);
  else if (cache->entries.length == MAX_FILTERS)
    entry_free(g_queue_pop_tail(&cache->entries));
  g_queue_push_head(&cache->entries, entry);
  return &entry->index;
}

static void
index_forget_from(PstPositionIndex *index, gint64 id)
{
  guint kept = index->marks->len;
  while (kept > 0 && g_array_index(index->marks, gint64, kept - 1) >= id)
    kept--;
  g_array_set_size(index->marks, kept);
  index->complete = FALSE;
}

void
pst_position_cache_forget_from(PstPositionCache *cache, gint64 id)
{
  if (id == G_MAXINT64)
    return;
  for (GList *link = cache->entries.head; link != NULL; link = link->next)
    index_forget_from(&((Entry *)link->data)->index, id);
}

gint64
pst_position_index_resume(PstPositionIndex *index)
{
  guint n = index->marks->len;
  if (n == 0) {
    index->total = 0;
    return 0;
  }
  /* The last mark is counted again: it is the first match of what follows. */
  gint64 id = g_array_index(index->marks, gint64, n - 1);
  g_array_set_size(index->marks, n - 1);
  index->total = (gint64)(n - 1) * PST_POSITION_STRIDE;
  return id;
}

void
pst_position_index_add(PstPositionIndex *index, gint64 id)
{
  if (index->total % PST_POSITION_STRIDE == 0)
    g_array_append_val(index->marks, id);
  index->total++;
}

gint64
pst_position_index_find(const PstPositionIndex *index, gint64 rank, gint64 *skip)
{
  *skip = rank % PST_POSITION_STRIDE;
  return g_array_index(index->marks, gint64, rank / PST_POSITION_STRIDE);
}
