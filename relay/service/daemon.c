#include "relay/service/daemon.h"
#include "relay/net/policy-fetcher.h"
#include "relay/service/bus.h"
#include "relay/service/config-keeper.h"
#include "relay/service/supervisor.h"
#include "relay/store/history.h"
#include "relay/store/local-password.h"
#include "relay/store/state-folder.h"
#include <glib-unix.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#define DRAIN_TIMEOUT     (20 * G_USEC_PER_SEC)
#define STOP_TIMEOUT      (3 * G_USEC_PER_SEC)
#define TRIM_SECONDS      15
#define TRUST_IDLE        (60 * G_USEC_PER_SEC)
#define RETRY_SECONDS     30
#define RETENTION_SECONDS (24 * 3600)

typedef struct {
  PstRelay relay;
  PstStateFolder *folder;
  PstConfigKeeper *keeper;
  PstListeners *listeners;
  PstBus *bus;
  GMainLoop *loop;
  guint trim_timer;
  guint retry_timer;
} Daemon;

char *
pst_daemon_system_config(void)
{
  const char *const *folders = g_get_system_config_dirs();
  for (guint i = 0; folders[i] != NULL; i++) {
    g_autofree char *file = g_build_filename(folders[i], "postern", "postern.conf", NULL);
    if (g_file_test(file, G_FILE_TEST_EXISTS))
      return g_steal_pointer(&file);
  }
  return folders[0] != NULL ? g_build_filename(folders[0], "postern", "postern.conf", NULL) : NULL;
}

char *
pst_daemon_user_config(const char *config_file)
{
  if (config_file != NULL)
    return g_canonicalize_filename(config_file, NULL);
  return g_build_filename(g_get_user_config_dir(), "postern", "postern.conf", NULL);
}

/* The one of the build folder when it runs from there: found from the program, so that no path of the machine
 * that built it, which may be anybody's elsewhere, is looked at. */
static char *
provider_list(void)
{
  g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname(program) : NULL;
  g_autofree char *built =
      folder != NULL ? g_build_filename(folder, "..", "data", "providers.conf", NULL) : NULL;
  if (built != NULL && g_file_test(built, G_FILE_TEST_EXISTS))
    return g_steal_pointer(&built);
  return g_build_filename(PST_DATA_DIR, "providers.conf", NULL);
}

int
pst_daemon_check_config(const char *config_file)
{
  g_autofree char *path = pst_daemon_user_config(config_file);
  g_autofree char *system_path = pst_daemon_system_config();
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  g_autoptr(PstConfiguration) configuration = pst_configuration_load(path, system_path, TRUE, problems);
  for (guint i = 0; i < problems->len; i++) {
    g_autofree char *text = pst_config_problem_to_text(problems->pdata[i]);
    printf("%s\n", text);
  }
  return configuration != NULL ? 0 : 1;
}

/* Idle connections and the trust list are given back some time after the last message; then nothing wakes any
 * more. */
static gboolean
trim(gpointer data)
{
  Daemon *daemon = data;
  g_autoptr(PstTrustStore) store = pst_relay_ref_trust_store(&daemon->relay);
  gboolean connections = pst_upstream_pool_trim(daemon->relay.pool);
  gboolean list = pst_trust_store_trim(store, TRUST_IDLE);
  if (connections || list)
    return G_SOURCE_CONTINUE;
  malloc_trim(0);
  daemon->trim_timer = 0;
  return G_SOURCE_REMOVE;
}

static void
arm_trim(gpointer data)
{
  Daemon *daemon = data;
  if (daemon->trim_timer == 0)
    daemon->trim_timer = g_timeout_add_seconds(TRIM_SECONDS, trim, daemon);
}

static void
message_changed(gint64 id, PstState state, gpointer data)
{
  Daemon *daemon = data;
  arm_trim(daemon);
  pst_bus_message_changed(daemon->bus, id, state);
}

static gboolean
retry_listeners(gpointer data)
{
  Daemon *daemon = data;
  pst_listeners_apply(daemon->listeners);
  if (pst_listeners_wanting(daemon->listeners))
    return G_SOURCE_CONTINUE;
  daemon->retry_timer = 0;
  pst_bus_status_changed(daemon->bus);
  return G_SOURCE_REMOVE;
}

static void
apply_listeners(Daemon *daemon)
{
  pst_listeners_apply(daemon->listeners);
  if (pst_listeners_wanting(daemon->listeners) && daemon->retry_timer == 0)
    daemon->retry_timer = g_timeout_add_seconds(RETRY_SECONDS, retry_listeners, daemon);
}

static void
configuration_read(PstConfiguration *configuration, gpointer data)
{
  Daemon *daemon = data;
  if (configuration != NULL) {
    pst_relay_set_configuration(&daemon->relay, configuration);
    apply_listeners(daemon);
  }
  pst_bus_configuration_changed(daemon->bus);
  pst_bus_status_changed(daemon->bus);
}

static gpointer
delete_old_thread(gpointer data)
{
  PstRelay *relay = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(relay);
  gint64 limit = g_get_real_time() - configuration->history_days * G_TIME_SPAN_DAY;
  if (configuration->history_days > 0 && pst_history_delete_before(relay->database, limit, &error) < 0)
    g_warning("old history cannot be deleted: %s", error->message);
  pst_relay_thread_done(relay);
  return NULL;
}

/* Taking a message out of the search index may take seconds in a large history. */
static gboolean
delete_old(gpointer data)
{
  Daemon *daemon = data;
  pst_relay_run_thread(&daemon->relay, "retention", G_MAXUINT, delete_old_thread, &daemon->relay);
  return G_SOURCE_CONTINUE;
}

static void
network_changed(GNetworkMonitor *monitor, gboolean available, gpointer data)
{
  Daemon *daemon = data;
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(&daemon->relay);
  pst_assessor_renew(assessor);
  pst_upstream_pool_clear(daemon->relay.pool);
  pst_bus_status_changed(daemon->bus);
}

static gboolean
open_store(Daemon *daemon, const PstDaemonOptions *options, GError **error)
{
  PstRelay *relay = &daemon->relay;
  daemon->folder = pst_state_folder_open(options->state_dir, error);
  if (daemon->folder == NULL)
    return FALSE;
  const char *folder = pst_state_folder_get_path(daemon->folder);
  g_autofree char *database = g_build_filename(folder, "history.db", NULL);
  g_autofree char *tls = g_build_filename(folder, "tls", NULL);
  relay->database = pst_database_open(database, error);
  if (relay->database == NULL)
    return FALSE;
  relay->digest_key = pst_database_get_digest_key(relay->database);
  relay->local_password = pst_local_password_load(folder, error);
  if (relay->local_password == NULL)
    return FALSE;
  relay->tls_server = pst_tls_server_new(tls, error);
  relay->sts_folder = g_build_filename(folder, "sts", NULL);
  relay->fetch_program = pst_policy_fetcher_find_program();
  return relay->tls_server != NULL;
}

static void
start_relay(Daemon *daemon, const PstDaemonOptions *options)
{
  PstRelay *relay = &daemon->relay;
  g_autofree char *path = pst_daemon_user_config(options->config_file);
  g_autofree char *system_path = pst_daemon_system_config();
  g_autofree char *providers_path = provider_list();
  g_mutex_init(&relay->lock);
  g_cond_init(&relay->threads_cond);
  relay->pool = pst_upstream_pool_new();
  relay->choices = pst_choices_new(relay->database);
  relay->accounts = pst_accounts_new();
  relay->pending = pst_pending_new();
  relay->draining = g_cancellable_new();
  relay->stopping = g_cancellable_new();
  relay->changed = message_changed;
  relay->changed_data = daemon;
  daemon->keeper = pst_config_keeper_new(path, system_path, providers_path);
  g_autoptr(PstConfiguration) configuration =
      pst_config_keeper_start(daemon->keeper, configuration_read, daemon);
  pst_relay_set_configuration(relay, configuration);
  daemon->listeners = pst_listeners_new(relay, arm_trim, daemon);
  apply_listeners(daemon);
}

static void
ready(gpointer data)
{
  pst_supervisor_tell("READY=1");
}

static void
quit(gpointer data)
{
  Daemon *daemon = data;
  g_main_loop_quit(daemon->loop);
}

static gboolean
on_terminate(gpointer data)
{
  quit(data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer data)
{
  Daemon *daemon = data;
  pst_config_keeper_reload(daemon->keeper, NULL);
  return G_SOURCE_CONTINUE;
}

/* FALSE: some thread would not end and may still use the relay. */
static gboolean
stop_relay(Daemon *daemon)
{
  PstRelay *relay = &daemon->relay;
  pst_supervisor_tell("STOPPING=1");
  g_clear_handle_id(&daemon->retry_timer, g_source_remove);
  g_clear_handle_id(&daemon->trim_timer, g_source_remove);
  g_clear_pointer(&daemon->listeners, pst_listeners_free);
  pst_assessor_stop(relay->assessor); /* a Check would be waited for as long as its inquiries take */
  g_clear_pointer(&daemon->bus, pst_bus_free);
  g_clear_pointer(&daemon->keeper, pst_config_keeper_free);
  g_signal_handlers_disconnect_by_data(g_network_monitor_get_default(), daemon);
  g_cancellable_cancel(relay->draining);
  if (pst_relay_wait_threads(relay, g_get_monotonic_time() + DRAIN_TIMEOUT))
    return TRUE;
  g_cancellable_cancel(relay->stopping);
  return pst_relay_wait_threads(relay, g_get_monotonic_time() + STOP_TIMEOUT);
}

static void
daemon_clear(Daemon *daemon)
{
  PstRelay *relay = &daemon->relay;
  g_clear_pointer(&relay->pool, pst_upstream_pool_free);
  g_clear_pointer(&relay->choices, pst_choices_free);
  g_clear_pointer(&relay->accounts, pst_accounts_free);
  g_clear_pointer(&relay->pending, pst_pending_free);
  g_clear_pointer(&relay->configuration, pst_configuration_unref);
  g_clear_pointer(&relay->assessor, pst_assessor_unref);
  g_clear_pointer(&relay->trust_store, pst_trust_store_unref);
  g_clear_pointer(&relay->sts_folder, g_free);
  g_clear_pointer(&relay->fetch_program, g_free);
  g_clear_pointer(&relay->tls_server, pst_tls_server_free);
  g_clear_pointer(&relay->local_password, pst_secret_unref);
  g_clear_pointer(&relay->digest_key, g_bytes_unref);
  g_clear_pointer(&relay->database, pst_database_close);
  g_clear_object(&relay->draining);
  g_clear_object(&relay->stopping);
  g_clear_pointer(&daemon->loop, g_main_loop_unref);
  g_clear_pointer(&daemon->folder, pst_state_folder_close);
}

static void
run_until_told(Daemon *daemon)
{
  PstBusContext context = { &daemon->relay, daemon->listeners, daemon->keeper, ready, quit, daemon };
  daemon->loop = g_main_loop_new(NULL, FALSE);
  daemon->bus = pst_bus_new(&context);
  g_signal_connect(g_network_monitor_get_default(), "network-changed", G_CALLBACK(network_changed), daemon);
  g_unix_signal_add(SIGTERM, on_terminate, daemon);
  g_unix_signal_add(SIGINT, on_terminate, daemon);
  g_unix_signal_add(SIGHUP, on_hangup, daemon);
  delete_old(daemon);
  g_timeout_add_seconds(RETENTION_SECONDS, delete_old, daemon);
  g_main_loop_run(daemon->loop);
}

int
pst_daemon_run(const PstDaemonOptions *options)
{
  Daemon daemon = { 0 };
  g_autoptr(GError) error = NULL;
  if (!open_store(&daemon, options, &error)) {
    fprintf(stderr, "postern-relay: %s\n", error->message);
    daemon_clear(&daemon);
    return 1;
  }
  start_relay(&daemon, options);
  run_until_told(&daemon);
  if (!stop_relay(&daemon))
    _exit(0); /* committed rows are safe; what a stuck thread holds must not be freed under it */
  daemon_clear(&daemon);
  return 0;
}
