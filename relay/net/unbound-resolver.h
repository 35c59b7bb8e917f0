/* Unbound resolver: the resolver of the core by libunbound, validating where the network lets it.
 *
 * Every libunbound call is made by one thread of its own. Before the first answer, and after renew(), it
 * finds out whether DNSSEC can be checked here at all: two contexts ask about the root, one that validates
 * and one that does not. Where it cannot, the plain one answers and everything is UNCHECKED: a network that
 * strips signatures must not look like a zone that has none. When DNS is down questions fail at once and the
 * test is made again with a later one. */
#pragma once
#include "relay/dns/resolver.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  PST_DNS_UNTESTED,
  PST_DNS_SECURE,      /* signatures can be checked */
  PST_DNS_UNAVAILABLE, /* names resolve, signatures cannot be checked */
  PST_DNS_DOWN,
} PstDnsService;

typedef struct {
  const char *const *servers; /* "ip" or "ip@port"; NULL or empty: the system's */
  const char *anchor_file;    /* NULL: the root's, of the system */
} PstUnboundOptions;

typedef struct PstUnboundResolver PstUnboundResolver;

PstUnboundResolver *pst_unbound_resolver_new(const PstUnboundOptions *options);
/* Nobody may be asking any more. */
void pst_unbound_resolver_free(PstUnboundResolver *resolver);

PstResolver *pst_unbound_resolver_get_resolver(PstUnboundResolver *resolver);

/* The network changed: what is in flight fails, caches are forgotten, DNSSEC is tested again. Any thread. */
void pst_unbound_resolver_renew(PstUnboundResolver *resolver);

/* @reason (may be NULL) says why it is no better, e.g. CLOCK_WRONG; caller unrefs. Any thread. */
PstDnsService pst_unbound_resolver_get_service(PstUnboundResolver *resolver, PstReason **reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstUnboundResolver, pst_unbound_resolver_free)

G_END_DECLS
