/* DNS batch: questions asked together and the wait for their answers, between the thread that asks and the
 * one that resolves.
 *
 * Counted and thread-safe. An asker that gives up leaves the batch to its lookups; answers that come later go
 * nowhere. */
#pragma once
#include "relay/dns/dns-answer.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct PstDnsBatch PstDnsBatch;

PstDnsBatch *pst_dns_batch_new(guint n_questions);
PstDnsBatch *pst_dns_batch_ref(PstDnsBatch *batch);
void pst_dns_batch_unref(PstDnsBatch *batch);

/* Takes @answer; the first for @index counts. */
void pst_dns_batch_complete(PstDnsBatch *batch, guint index, PstAnswer *answer);

/* Until every question is answered, @deadline (g_get_monotonic_time() microseconds) passes or @cancellable
 * fires. */
void pst_dns_batch_wait(PstDnsBatch *batch, gint64 deadline, GCancellable *cancellable);

/* The answer that came, or NULL. The caller's. */
PstAnswer *pst_dns_batch_take(PstDnsBatch *batch, guint index);

/* TRUE when the asker has gone: nobody waits for what is still open. */
gboolean pst_dns_batch_is_abandoned(PstDnsBatch *batch);
void pst_dns_batch_abandon(PstDnsBatch *batch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstDnsBatch, pst_dns_batch_unref)

G_END_DECLS
