/* STS cache entry: what is kept of a domain's policy, and what its age asks for (RFC 8461 sections 3.3, 5.1
 * and 10.2).
 *
 * Pure functions of times (microseconds since 1970). A policy applies until max_age after its last fetch
 * whether or not its site or record still answers. A clock that went backwards makes nothing younger: the
 * policy stays in force and its refresh is due. */
#pragma once
#include "relay/trust/sts-policy.h"
#include "relay/trust/sts-record.h"

G_BEGIN_DECLS

#define PST_STS_REFRESH    (24 * 60 * 60 * (gint64)G_USEC_PER_SEC)
#define PST_STS_WAIT       (5 * 60 * (gint64)G_USEC_PER_SEC)
#define PST_STS_MAX_JITTER (3 * 60 * 60 * (gint64)G_USEC_PER_SEC)

typedef struct {
  PstStsPolicy *policy;               /* NULL: none is kept */
  char id[PST_STS_MAX_ID + 1];        /* of the record under which it was fetched */
  gint64 fetched_at;                  /* last success */
  gint64 failed_at;                   /* last failure since; 0: none */
  char failed_id[PST_STS_MAX_ID + 1]; /* of the record under which that fetch failed */
} PstStsCacheEntry;

void pst_sts_cache_entry_clear(PstStsCacheEntry *entry);

/* The policy that applies without any fetch, or NULL. */
PstStsPolicy *pst_sts_cache_entry_get_policy(const PstStsCacheEntry *entry, gint64 now);

/* Whether to fetch now, given what the TXT record says. @jitter (0 to PST_STS_MAX_JITTER) spreads the daily
 * refresh. Only a valid record asks for a fetch: a refresh without one would keep a withdrawn policy alive
 * that no other sender knows. */
gboolean pst_sts_cache_entry_needs_fetch(const PstStsCacheEntry *entry, PstStsRecordState state,
                                         const char *id, gint64 now, gint64 jitter);

/* A fetch under @id succeeded or failed. */
void pst_sts_cache_entry_fetched(PstStsCacheEntry *entry, PstStsPolicy *policy, const char *id, gint64 now);
void pst_sts_cache_entry_failed(PstStsCacheEntry *entry, const char *id, gint64 now);

G_END_DECLS
