/* Listener: a listening loopback socket whose connections are handed to a callback on the main context.
 *
 * Only loopback addresses are bound; a port that is in use is an error that says so, never another port. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct PstListener PstListener;

/* Takes ownership of @fd (a connected socket). */
typedef void (*PstListenerFunc)(int fd, gpointer data);

PstListener *pst_listener_new(const char *address, guint16 port, PstListenerFunc func, gpointer data,
                              GError **error);
/* Takes over a socket that is listening already (socket activation). */
PstListener *pst_listener_new_from_fd(int fd, PstListenerFunc func, gpointer data, GError **error);
void pst_listener_free(PstListener *listener);

const char *pst_listener_get_address(const PstListener *listener);
guint16 pst_listener_get_port(const PstListener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstListener, pst_listener_free)

G_END_DECLS
