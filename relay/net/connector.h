/* Connector: from a host name and port to a connected socket, with a deadline on everything, the name look-up
 * too.
 *
 * Look-ups run in a bounded pool, since the system's resolver cannot be interrupted; a waiter that gives up
 * leaves its look-up to finish unheard. */
#pragma once
#include "relay/contract/reason.h"
#include "relay/net/name-lookup.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* The connected socket (TCP_NODELAY, non-blocking), or -1 and @reason. Addresses are tried in the resolver's
 * order; none may use up more than its share of the time. */
int pst_connect(const char *host, guint16 port, gint64 deadline, GCancellable *cancellable,
                PstReason **reason);

/* The same for one address; -1 and its errno in @number (ETIMEDOUT, ECANCELED included). */
int pst_connect_address(const PstSocketAddress *address, gint64 deadline, GCancellable *cancellable,
                        int *number);

G_END_DECLS
