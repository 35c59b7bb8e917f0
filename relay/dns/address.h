/* Internet addresses as values, and which of them belong to the public Internet (IANA special-purpose
 * registries).
 *
 * A name in somebody's DNS must not make this computer talk to itself or to its neighbours, so everything
 * that is not known to be public counts as private. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gboolean is_ipv6;
  guint8 octets[16]; /* network order; the first four for IPv4 */
} PstAddress;

gboolean pst_address_is_public(const PstAddress *address);
/* "192.0.2.1", "2001:db8::1" (RFC 5952). Caller frees. */
char *pst_address_to_string(const PstAddress *address);

G_END_DECLS
