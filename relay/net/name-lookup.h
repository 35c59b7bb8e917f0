/* Name look-up: the system's resolver with a deadline and a bounded number of look-ups at once. */
#pragma once
#include "relay/contract/reason.h"
#include <netdb.h>

G_BEGIN_DECLS

#define PST_LOOKUP_MAX_ADDRESSES 16

typedef struct {
  struct sockaddr_storage address;
  socklen_t length;
} PstSocketAddress;

/* Addresses of @host for TCP on @port, of PstSocketAddress, at most PST_LOOKUP_MAX_ADDRESSES; NULL and
 * @reason when there are none or time (g_get_monotonic_time() microseconds) is up. */
GArray *pst_name_lookup(const char *host, guint16 port, gint64 deadline, PstReason **reason);

G_END_DECLS
