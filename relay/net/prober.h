/* Prober: many MX probes at once, in a bounded pool, and the knowledge whether this network lets them out at
 * all.
 *
 * pst_prober_run() blocks until every task has its facts; tasks that cannot start before the deadline are not
 * tried. Thread-safe. When several hosts did not answer and none ever did since the network changed, port 25
 * counts as blocked: then nothing is tried for a while and silence is held against nobody. */
#pragma once
#include "relay/net/mx-probe.h"

G_BEGIN_DECLS

typedef struct PstProber PstProber;

typedef struct {
  PstProbeTarget target;
  PstProbeFacts *facts; /* out; the caller's */
} PstProbeTask;

/* @allow_private: also addresses of loopback and private networks (for tests). */
PstProber *pst_prober_new(PstTrustStore *store, gboolean allow_private);
/* Nobody may be running it any more. */
void pst_prober_free(PstProber *prober);

void pst_prober_run(PstProber *prober, PstProbeTask *tasks, guint n_tasks, gint64 deadline,
                    GCancellable *cancellable);

gboolean pst_prober_is_blocked(PstProber *prober);
/* The network changed. */
void pst_prober_renew(PstProber *prober);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstProber, pst_prober_free)

G_END_DECLS
