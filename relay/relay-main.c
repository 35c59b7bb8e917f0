#include "relay/service/daemon.h"
#include <locale.h>
#include <malloc.h>
#include <stdio.h>

/* GIO's modules for remote files, settings and proxies cost start time and memory and are of no use here:
 * they must be off before GIO is used at all. */
static void
keep_gio_small(void)
{
  g_setenv("GIO_USE_VFS", "local", TRUE);
  g_setenv("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
}

/* Every thread would otherwise keep a heap of its own for what it once held. */
static void
keep_heap_small(void)
{
  mallopt(M_ARENA_MAX, 2);
}

int
main(int argc, char **argv)
{
  g_autofree char *config_file = NULL, *state_dir = NULL;
  gboolean check_config = FALSE, version = FALSE;
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config_file, "Read this configuration file", "FILE" },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &state_dir, "Keep history and certificate in this folder",
      "DIR" },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &check_config, "Check the configuration and exit", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL },
    { NULL },
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  setlocale(LC_ALL, "");
  keep_gio_small();
  keep_heap_small();
  g_option_context_set_summary(context,
                               "The Postern relay: takes mail on loopback and sends it on only as asked.");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
    fprintf(stderr, "postern-relay: %s\n", error != NULL ? error->message : "no arguments are taken");
    return 2;
  }
  if (version) {
    printf("postern-relay %s\n", PST_VERSION);
    return 0;
  }
  if (check_config)
    return pst_daemon_check_config(config_file);
  PstDaemonOptions options = { config_file, state_dir };
  return pst_daemon_run(&options);
}
