#include "relay/store/sts-cache.h"
#include <glib/gstdio.h>
#include <string.h>

#define GROUP "Policy"

struct PstStsCache {
  char *folder;
};

PstStsCache *
pst_sts_cache_new(const char *folder)
{
  PstStsCache *cache = g_new0(PstStsCache, 1);
  cache->folder = g_strdup(folder);
  return cache;
}

void
pst_sts_cache_free(PstStsCache *cache)
{
  if (cache == NULL)
    return;
  g_free(cache->folder);
  g_free(cache);
}

/* Normalised domains have no slash and no leading dot; anything else names no file here. */
static char *
path_of(const PstStsCache *cache, const char *domain)
{
  if (domain[0] == '\0' || domain[0] == '.' || strchr(domain, '/') != NULL)
    return NULL;
  return g_build_filename(cache->folder, domain, NULL);
}

/* The policy as its site would write it, so that one parser judges both. */
static char *
text_of(const PstStsPolicy *policy)
{
  GString *text = g_string_new("version: STSv1\n");
  g_string_append_printf(text, "mode: %s\nmax_age: %u\n", pst_sts_mode_nick(policy->mode), policy->max_age);
  for (guint i = 0; policy->mx[i] != NULL; i++)
    g_string_append_printf(text, "mx: %s\n", policy->mx[i]);
  return g_string_free(text, FALSE);
}

static void
read_id(GKeyFile *file, const char *key, char id[PST_STS_MAX_ID + 1])
{
  g_autofree char *text = g_key_file_get_string(file, GROUP, key, NULL);
  g_strlcpy(id, text != NULL ? text : "", PST_STS_MAX_ID + 1);
}

static gboolean
read_entry(GKeyFile *file, PstStsCacheEntry *entry)
{
  const char *problem;
  g_autofree char *text = g_key_file_get_string(file, GROUP, "Text", NULL);
  if (text != NULL && text[0] != '\0') {
    entry->policy = pst_sts_policy_parse(text, strlen(text), &problem);
    if (entry->policy == NULL)
      return FALSE;
  }
  read_id(file, "Id", entry->id);
  read_id(file, "FailedId", entry->failed_id);
  entry->fetched_at = g_key_file_get_int64(file, GROUP, "FetchedAt", NULL);
  entry->failed_at = g_key_file_get_int64(file, GROUP, "FailedAt", NULL);
  return g_key_file_has_key(file, GROUP, "FetchedAt", NULL);
}

void
pst_sts_cache_load(PstStsCache *cache, const char *domain, PstStsCacheEntry *entry)
{
  g_autofree char *path = path_of(cache, domain);
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) error = NULL;
  *entry = (PstStsCacheEntry){ 0 };
  if (path == NULL)
    return;
  if (g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error) && read_entry(file, entry))
    return;
  pst_sts_cache_entry_clear(entry);
  *entry = (PstStsCacheEntry){ 0 };
  if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_unlink(path);
}

typedef struct {
  char *path;
  gint64 time;
} Kept;

static int
compare_age(gconstpointer a, gconstpointer b)
{
  const Kept *first = a, *second = b;
  return first->time < second->time ? -1 : first->time > second->time;
}

static void
clear_kept(gpointer data)
{
  g_free(((Kept *)data)->path);
}

static GArray *
list_kept(const PstStsCache *cache)
{
  GArray *all = g_array_new(FALSE, FALSE, sizeof(Kept));
  g_array_set_clear_func(all, clear_kept);
  g_autoptr(GDir) folder = g_dir_open(cache->folder, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
    Kept kept = { g_build_filename(cache->folder, name, NULL), 0 };
    GStatBuf status;
    if (g_stat(kept.path, &status) == 0)
      kept.time = status.st_mtime;
    g_array_append_val(all, kept);
  }
  return all;
}

static void
drop_oldest(const PstStsCache *cache, guint most)
{
  g_autoptr(GArray) all = list_kept(cache);
  if (all->len <= most)
    return;
  g_array_sort(all, compare_age);
  for (guint i = 0; i < all->len - most; i++)
    g_unlink(g_array_index(all, Kept, i).path);
}

void
pst_sts_cache_save(PstStsCache *cache, const char *domain, const PstStsCacheEntry *entry)
{
  g_autofree char *path = path_of(cache, domain);
  g_autofree char *text = entry->policy != NULL ? text_of(entry->policy) : g_strdup("");
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) error = NULL;
  gsize length;
  if (path == NULL || g_mkdir_with_parents(cache->folder, 0700) < 0)
    return;
  g_key_file_set_string(file, GROUP, "Text", text);
  g_key_file_set_string(file, GROUP, "Id", entry->id);
  g_key_file_set_string(file, GROUP, "FailedId", entry->failed_id);
  g_key_file_set_int64(file, GROUP, "FetchedAt", entry->fetched_at);
  g_key_file_set_int64(file, GROUP, "FailedAt", entry->failed_at);
  g_autofree char *data = g_key_file_to_data(file, &length, NULL);
  if (!g_file_set_contents_full(path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_warning("a policy cannot be kept: %s", error->message);
  drop_oldest(cache, PST_STS_CACHE_MAX);
}

void
pst_sts_cache_forget(PstStsCache *cache, const char *domain)
{
  g_autofree char *path = path_of(cache, domain);
  if (path != NULL)
    g_unlink(path);
}

void
pst_sts_cache_forget_all(PstStsCache *cache)
{
  drop_oldest(cache, 0);
}
