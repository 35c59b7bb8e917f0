/* STS cache: the MTA-STS policies that are kept on disk, a file per domain (RFC 8461 section 3.3).
 *
 * Files are replaced whole, readable by the user alone, and read again by the parser that reads fetched
 * policies: a damaged one is no entry and is removed. At most PST_STS_CACHE_MAX files; the longest untouched
 * go first. Thread-safe as far as one domain is worked on by one thread. What cannot be written is fetched
 * again: no errors are told. */
#pragma once
#include "relay/trust/sts-cache-entry.h"

G_BEGIN_DECLS

#define PST_STS_CACHE_MAX 5000

typedef struct PstStsCache PstStsCache;

/* @folder is made (0700) when first needed. */
PstStsCache *pst_sts_cache_new(const char *folder);
void pst_sts_cache_free(PstStsCache *cache);

/* @domain: A-labels, normalised. Fills in @entry, zeroed when nothing is kept; clear it. */
void pst_sts_cache_load(PstStsCache *cache, const char *domain, PstStsCacheEntry *entry);
void pst_sts_cache_save(PstStsCache *cache, const char *domain, const PstStsCacheEntry *entry);
void pst_sts_cache_forget(PstStsCache *cache, const char *domain);
void pst_sts_cache_forget_all(PstStsCache *cache);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstStsCache, pst_sts_cache_free)

G_END_DECLS
