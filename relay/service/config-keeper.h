/* Config keeper: the configuration in force: read at start, watched, read again when a file changes.
 *
 * A file with a fatal problem leaves the last good configuration in force; at start that is the defaults,
 * which serve no account and so let no mail pass. Accounts without a Honours of their own get it from the
 * list of providers, read at the same times; a list that cannot be used is one more problem, and knows none.
 * Main context only. */
#pragma once
#include "relay/store/configuration.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct PstConfigKeeper PstConfigKeeper;

/* Called after every reading; @configuration is NULL when the last one stays in force. */
typedef void (*PstConfigKeeperFunc)(PstConfiguration *configuration, gpointer data);

PstConfigKeeper *pst_config_keeper_new(const char *path, const char *system_path, const char *providers_path);
void pst_config_keeper_free(PstConfigKeeper *keeper);

/* Reads for the first time. Never NULL; the caller owns a reference. */
PstConfiguration *pst_config_keeper_start(PstConfigKeeper *keeper, PstConfigKeeperFunc func, gpointer data);
/* FALSE and @error (the first fatal problem) when what is there now cannot be used. */
gboolean pst_config_keeper_reload(PstConfigKeeper *keeper, GError **error);
/* Writes one key and reloads. */
gboolean pst_config_keeper_set(PstConfigKeeper *keeper, const char *group, const char *key, const char *value,
                               GError **error);

/* What was wrong at the last reading, as text; owned by the keeper. */
const char *const *pst_config_keeper_get_problems(PstConfigKeeper *keeper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstConfigKeeper, pst_config_keeper_free)

G_END_DECLS
