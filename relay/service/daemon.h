/* Daemon: the relay as a process: state folder, database, configuration, listeners, bus, signals, until it is
 * told to end.
 *
 * Runs the default main context. SIGTERM, SIGINT and Quit on the bus: no new messages, up to 20 seconds for
 * those under way, then the end. SIGHUP: the configuration is read again. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *config_file; /* or NULL: $XDG_CONFIG_HOME/postern/postern.conf */
  const char *state_dir;   /* or NULL: $XDG_STATE_HOME/postern */
} PstDaemonOptions;

/* The exit status; 0 after an orderly end. Says on standard error what stands in the way. */
int pst_daemon_run(const PstDaemonOptions *options);

/* --check-config: every problem on standard output; 0 when there is none that matters. */
int pst_daemon_check_config(const char *config_file);

/* The administrator's file. */
char *pst_daemon_system_config(void);
char *pst_daemon_user_config(const char *config_file);

G_END_DECLS
