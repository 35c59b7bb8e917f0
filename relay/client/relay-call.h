/* Calls to a relay that runs, over the session bus. The relay is never started by being called.
 *
 * Errors are PST_ERROR with the relay's own text. NOT_REACHABLE: no session bus, or no relay on it. */
#pragma once
#include "relay/contract/error.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* The session bus with a relay on it. */
GDBusConnection *pst_relay_connect(GError **error);

/* Calls @method of the relay and waits. @arguments may be floating, or NULL; @reply_type is the tuple of what
 * it returns, as "(a{sv})". Caller unrefs. */
GVariant *pst_relay_call(GDBusConnection *connection, const char *method, GVariant *arguments,
                         const char *reply_type, GError **error);

/* Makes a PST_ERROR of what a call over the bus ended with. */
void pst_relay_map_error(GError **error);

G_END_DECLS
