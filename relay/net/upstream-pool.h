/* Upstream pool: idle connections kept for the next message, keyed by account and credentials.
 *
 * A key is opaque to the pool (the caller digests credentials into it). A connection is lent to one thread at
 * a time; only one whose transaction ended cleanly comes back. Thread-safe; bounded in number and idle time.
 */
#pragma once
#include "relay/net/upstream.h"

G_BEGIN_DECLS

typedef struct PstUpstreamPool PstUpstreamPool;

#define PST_POOL_IDLE_MAX (60 * G_USEC_PER_SEC) /* servers drop idle ones after 1 to 5 minutes */
#define PST_POOL_SIZE     8

PstUpstreamPool *pst_upstream_pool_new(void);
void pst_upstream_pool_free(PstUpstreamPool *pool);

/* The most recently used connection for @key that still looks alive, or NULL. @idle gets how long it lay,
 * microseconds. */
PstUpstream *pst_upstream_pool_take(PstUpstreamPool *pool, const char *key, gint64 *idle);
/* Takes ownership. */
void pst_upstream_pool_give(PstUpstreamPool *pool, const char *key, PstUpstream *upstream);
/* Closes what lay too long. TRUE when connections remain. */
gboolean pst_upstream_pool_trim(PstUpstreamPool *pool);
/* Closes all: configuration or network changed. */
void pst_upstream_pool_clear(PstUpstreamPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstUpstreamPool, pst_upstream_pool_free)

G_END_DECLS
