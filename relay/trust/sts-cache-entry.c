#include "relay/trust/sts-cache-entry.h"

void
pst_sts_cache_entry_clear(PstStsCacheEntry *entry)
{
  pst_sts_policy_unref(entry->policy);
  *entry = (PstStsCacheEntry){ 0 };
}

PstStsPolicy *
pst_sts_cache_entry_get_policy(const PstStsCacheEntry *entry, gint64 now)
{
  if (entry->policy == NULL)
    return NULL;
  gint64 age = now - entry->fetched_at;
  return age < (gint64)entry->policy->max_age * G_USEC_PER_SEC ? entry->policy : NULL;
}

static gboolean
must_wait(const PstStsCacheEntry *entry, const char *id, gint64 now)
{
  gint64 since = now - entry->failed_at;
  return entry->failed_at != 0 && since >= 0 && since < PST_STS_WAIT && g_str_equal(entry->failed_id, id);
}

gboolean
pst_sts_cache_entry_needs_fetch(const PstStsCacheEntry *entry, PstStsRecordState state, const char *id,
                                gint64 now, gint64 jitter)
{
  if (state != PST_STS_RECORD_VALID || must_wait(entry, id, now))
    return FALSE;
  if (pst_sts_cache_entry_get_policy(entry, now) == NULL || !g_str_equal(entry->id, id))
    return TRUE;
  gint64 age = now - entry->fetched_at;
  return age < 0 || age >= PST_STS_REFRESH + CLAMP(jitter, 0, PST_STS_MAX_JITTER);
}

void
pst_sts_cache_entry_fetched(PstStsCacheEntry *entry, PstStsPolicy *policy, const char *id, gint64 now)
{
  PstStsPolicy *kept = pst_sts_policy_ref(policy);
  pst_sts_cache_entry_clear(entry);
  entry->policy = kept;
  g_strlcpy(entry->id, id, sizeof entry->id);
  entry->fetched_at = now;
}

void
pst_sts_cache_entry_failed(PstStsCacheEntry *entry, const char *id, gint64 now)
{
  entry->failed_at = now;
  g_strlcpy(entry->failed_id, id, sizeof entry->failed_id);
}
