#include "relay/service/config-keeper.h"
#include "relay/store/providers.h"

#define SETTLE_MS 200 /* editors write in several steps */

struct PstConfigKeeper {
  char *path;
  char *system_path;
  char *providers_path;
  GFileMonitor *monitors[2];
  guint settle;
  GStrv problems;
  PstConfigKeeperFunc func;
  gpointer data;
};

PstConfigKeeper *
pst_config_keeper_new(const char *path, const char *system_path, const char *providers_path)
{
  PstConfigKeeper *keeper = g_new0(PstConfigKeeper, 1);
  keeper->path = g_strdup(path);
  keeper->system_path = g_strdup(system_path);
  keeper->providers_path = g_strdup(providers_path);
  keeper->problems = g_new0(char *, 1);
  return keeper;
}

void
pst_config_keeper_free(PstConfigKeeper *keeper)
{
  if (keeper == NULL)
    return;
  g_clear_handle_id(&keeper->settle, g_source_remove);
  g_clear_object(&keeper->monitors[0]);
  g_clear_object(&keeper->monitors[1]);
  g_strfreev(keeper->problems);
  g_free(keeper->path);
  g_free(keeper->system_path);
  g_free(keeper->providers_path);
  g_free(keeper);
}

/* @more: one more problem, or NULL. */
static void
keep_problems(PstConfigKeeper *keeper, GPtrArray *problems, const char *more)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (guint i = 0; i < problems->len; i++) {
    g_autofree char *text = pst_config_problem_to_text(problems->pdata[i]);
    g_warning("%s", text);
    g_strv_builder_add(builder, text);
  }
  if (more != NULL) {
    g_warning("%s", more);
    g_strv_builder_add(builder, more);
  }
  g_strfreev(keeper->problems);
  keeper->problems = g_strv_builder_end(builder);
}

static void
set_first_fatal(GPtrArray *problems, GError **error)
{
  for (guint i = 0; i < problems->len; i++) {
    const PstConfigProblem *problem = problems->pdata[i];
    if (!problem->fatal)
      continue;
    g_autofree char *text = pst_config_problem_to_text(problem);
    g_set_error_literal(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT, text);
    return;
  }
}

static PstConfiguration *
load(PstConfigKeeper *keeper, GError **error)
{
  g_autofree char *list_problem = NULL;
  g_autoptr(PstProviders) providers = pst_providers_load(keeper->providers_path, &list_problem);
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  PstConfiguration *configuration =
      pst_configuration_load(keeper->path, keeper->system_path, FALSE, problems);
  keep_problems(keeper, problems, list_problem);
  if (configuration != NULL)
    pst_providers_apply(providers, configuration);
  else
    set_first_fatal(problems, error);
  return configuration;
}

gboolean
pst_config_keeper_reload(PstConfigKeeper *keeper, GError **error)
{
  g_autoptr(PstConfiguration) configuration = load(keeper, error);
  keeper->func(configuration, keeper->data);
  return configuration != NULL;
}

static gboolean
settled(gpointer data)
{
  PstConfigKeeper *keeper = data;
  keeper->settle = 0;
  pst_config_keeper_reload(keeper, NULL);
  return G_SOURCE_REMOVE;
}

static void
file_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  PstConfigKeeper *keeper = data;
  g_clear_handle_id(&keeper->settle, g_source_remove);
  keeper->settle = g_timeout_add(SETTLE_MS, settled, keeper);
}

static GFileMonitor *
watch(PstConfigKeeper *keeper, const char *path)
{
  if (path == NULL)
    return NULL;
  g_autoptr(GFile) file = g_file_new_for_path(path);
  GFileMonitor *monitor = g_file_monitor_file(file, G_FILE_MONITOR_NONE, NULL, NULL);
  if (monitor != NULL)
    g_signal_connect(monitor, "changed", G_CALLBACK(file_changed), keeper);
  return monitor;
}

static PstConfiguration *
defaults(void)
{
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  return pst_configuration_load(NULL, NULL, FALSE, problems);
}

PstConfiguration *
pst_config_keeper_start(PstConfigKeeper *keeper, PstConfigKeeperFunc func, gpointer data)
{
  keeper->func = func;
  keeper->data = data;
  keeper->monitors[0] = watch(keeper, keeper->path);
  keeper->monitors[1] = watch(keeper, keeper->system_path);
  PstConfiguration *configuration = load(keeper, NULL);
  return configuration != NULL ? configuration : defaults();
}

gboolean
pst_config_keeper_set(PstConfigKeeper *keeper, const char *group, const char *key, const char *value,
                      GError **error)
{
  return pst_configuration_set(keeper->path, keeper->system_path, group, key, value, error) &&
         pst_config_keeper_reload(keeper, error);
}

const char *const *
pst_config_keeper_get_problems(PstConfigKeeper *keeper)
{
  return (const char *const *)keeper->problems;
}
