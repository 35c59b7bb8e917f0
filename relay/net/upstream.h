/* Upstream: one connection to a submission server over verified TLS, with the protocol engine that speaks on
 * it.
 *
 * Straight-line and blocking, one thread at a time; every call has a deadline (g_get_monotonic_time()
 * microseconds). A failure to get or keep the connection is a reason with the host's name in it, never a
 * guess. */
#pragma once
#include "relay/contract/reason.h"
#include "relay/net/tls-client.h"
#include "relay/smtp/client-engine.h"

G_BEGIN_DECLS

typedef struct PstUpstream PstUpstream;

typedef struct {
  const char *host;
  guint16 port;
  gboolean implicit_tls;
  gboolean starttls; /* neither: plain, for loopback hosts only (the configuration has checked that) */
} PstUpstreamTarget;

/* Connects, starts TLS, verifies, says EHLO. NULL and @reason (caller unrefs) when any of it fails. */
PstUpstream *pst_upstream_open(const PstUpstreamTarget *target, PstTrustStore *store, gint64 deadline,
                               GCancellable *cancellable, PstReason **reason);
/* QUITs if the connection still works, without waiting for the answer. */
void pst_upstream_close(PstUpstream *upstream);

/* The server's verdict on a login: TRUE accepted; else @reply is its answer (caller frees), or NULL and
 * @reason. */
gboolean pst_upstream_login(PstUpstream *upstream, const char *user, const PstSecret *password,
                            gint64 deadline, GCancellable *cancellable, PstReply **reply, PstReason **reason);

/* The next event of the engine; writes and reads as needed. FAULT also when the connection was lost or time
 * was up: then pst_upstream_get_failure() says why. */
PstClientEvent pst_upstream_next_event(PstUpstream *upstream, gint64 deadline, GCancellable *cancellable);
/* The next event that is there without waiting, or NONE. */
PstClientEvent pst_upstream_ready_event(PstUpstream *upstream);

/* Writes what is queued until at most @rest octets wait, keeping engine events for next_event. FALSE: as
 * FAULT above. */
gboolean pst_upstream_flush(PstUpstream *upstream, gsize rest, gint64 deadline, GCancellable *cancellable);

/* TRUE when an idle connection is still good as far as can be seen without asking (TLS tickets are drained).
 */
gboolean pst_upstream_looks_alive(PstUpstream *upstream);
/* Asks (RSET). FALSE: close it. */
gboolean pst_upstream_ping(PstUpstream *upstream, gint64 deadline, GCancellable *cancellable);

/* It lay idle since an earlier message: the server may have grown tired of it. */
void pst_upstream_set_reused(PstUpstream *upstream);
gboolean pst_upstream_is_reused(const PstUpstream *upstream);

PstClientEngine *pst_upstream_get_engine(PstUpstream *upstream);
const char *pst_upstream_get_host(const PstUpstream *upstream);
const PstTlsFacts *pst_upstream_get_tls_facts(const PstUpstream *upstream);
/* Owned by the upstream; NULL while nothing went wrong. */
PstReason *pst_upstream_get_failure(const PstUpstream *upstream);
/* TRUE when the failure was a time-out and the connection itself still stands. */
gboolean pst_upstream_is_silent(const PstUpstream *upstream);

/* After a time-out: forgets it, so that the answer can be waited for longer. */
void pst_upstream_resume(PstUpstream *upstream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstUpstream, pst_upstream_close)

G_END_DECLS
