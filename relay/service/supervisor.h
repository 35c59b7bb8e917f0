/* Supervisor: what a service manager (systemd) gives and wants: listening sockets (LISTEN_FDS,
 * sd_listen_fds(3)) and state messages (NOTIFY_SOCKET, sd_notify(3)). Without one, nothing happens. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* The sockets handed over, of int, close-on-exec; the variables are unset. Never NULL. */
GArray *pst_supervisor_take_sockets(void);

/* "READY=1", "STOPPING=1", "STATUS=…". */
void pst_supervisor_tell(const char *state);

G_END_DECLS
