/* Listeners: the open loopback sockets of the configuration in force, and what stands in the way of those
 * that are not.
 *
 * Main context only. A port in use is said and kept trying for, never replaced by another (T44). */
#pragma once
#include "relay/service/relay.h"

G_BEGIN_DECLS

typedef struct PstListeners PstListeners;

/* Called on the main context for each connection that was accepted. */
typedef void (*PstListenersFunc)(gpointer data);

PstListeners *pst_listeners_new(PstRelay *relay, PstListenersFunc accepted, gpointer data);
void pst_listeners_free(PstListeners *listeners);

/* Opens what the configuration names, closes what it no longer does; sockets that stay are not touched. */
void pst_listeners_apply(PstListeners *listeners);

/* TRUE when a listener has no socket at all (a missing ::1 alone is only a warning). */
gboolean pst_listeners_wanting(const PstListeners *listeners);

/* Floating aa{sv} of name, address, port, security, error, one per address. */
GVariant *pst_listeners_to_variant(const PstListeners *listeners);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstListeners, pst_listeners_free)

G_END_DECLS
