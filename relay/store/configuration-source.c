#include "relay/store/configuration-source.h"
#include "relay/store/configuration-keys.h"
#include "relay/store/configuration-scan.h"
#include <string.h>

#define MAX_PROBLEMS 100 /* a file that is no configuration at all has one per line */

enum {
  SYSTEM,
  USER,
  N_LAYERS
};

typedef struct {
  const char *file;
  GKeyFile *values;
  PstConfigScan *scan;
} Layer;

struct PstConfigSource {
  Layer layers[N_LAYERS];
  GHashTable *locked; /* "Group/Key" */
  gboolean strict;
  gboolean fatal;
  gboolean unreadable;
  GPtrArray *problems;
};

static void
add_problem(PstConfigSource *source, PstConfigGravity gravity, const PstConfigProblem *where,
            const char *text)
{
  gboolean fatal =
      gravity == PST_CONFIG_FATAL || (source->strict && gravity == PST_CONFIG_WARNING_UNLESS_STRICT);
  source->fatal |= fatal;
  if (source->problems->len >= MAX_PROBLEMS && !fatal)
    return;
  if (source->problems->len >= 2 * MAX_PROBLEMS)
    return;
  PstConfigProblem *problem = g_new0(PstConfigProblem, 1);
  problem->file = g_strdup(where->file);
  problem->line = where->line;
  problem->group = g_strdup(where->group);
  problem->key = g_strdup(where->key);
  problem->text = g_strdup(text);
  problem->fatal = fatal;
  g_ptr_array_add(source->problems, problem);
}

static void
tell_line(PstConfigSource *source, PstConfigGravity gravity, const Layer *layer, const PstConfigLine *line,
          const char *text)
{
  PstConfigProblem where = { .file = (char *)layer->file, .line = line->line };
  if (line->kind == PST_CONFIG_LINE_GROUP || line->kind == PST_CONFIG_LINE_KEY) {
    where.group = line->group;
    where.key = line->key;
  }
  add_problem(source, gravity, &where, text);
}

static void
tell_file(PstConfigSource *source, const Layer *layer, const char *text)
{
  PstConfigProblem where = { .file = (char *)layer->file };
  add_problem(source, PST_CONFIG_FATAL, &where, text);
}

static const Layer *
layer_in_force(const PstConfigSource *source, const char *group, const char *key)
{
  const Layer *user = &source->layers[USER];
  if (user->values != NULL && !pst_config_source_is_locked(source, group, key) &&
      g_key_file_has_key(user->values, group, key, NULL))
    return user;
  const Layer *system = &source->layers[SYSTEM];
  return system->values != NULL && g_key_file_has_key(system->values, group, key, NULL) ? system : NULL;
}

/* The user's group, else the administrator's. */
static const PstConfigLine *
find_group(const PstConfigSource *source, const char *group, const Layer **layer)
{
  const PstConfigLine *line = NULL;
  for (int i = USER; i >= SYSTEM && line == NULL && group != NULL; i--) {
    *layer = &source->layers[i];
    line = (*layer)->scan != NULL ? pst_config_scan_find((*layer)->scan, group, NULL) : NULL;
  }
  return line;
}

/* The place of @key, or else of @group, or else of the file. */
static void
find_place(const PstConfigSource *source, const char *group, const char *key, PstConfigProblem *where)
{
  const Layer *layer = group != NULL && key != NULL ? layer_in_force(source, group, key) : NULL;
  const PstConfigLine *line = layer != NULL ? pst_config_scan_find(layer->scan, group, key) : NULL;
  if (line == NULL)
    line = find_group(source, group, &layer);
  if (line == NULL)
    layer = source->layers[USER].file != NULL ? &source->layers[USER] : &source->layers[SYSTEM];
  where->file = (char *)layer->file;
  where->line = line != NULL ? line->line : 0;
  where->group = (char *)group;
  where->key = (char *)key;
}

void
pst_config_source_tell(PstConfigSource *source, PstConfigGravity gravity, const char *group, const char *key,
                       const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  PstConfigProblem where = { 0 };
  find_place(source, group, key, &where);
  add_problem(source, gravity, &where, text);
}

static gboolean
check_text(PstConfigSource *source, const Layer *layer, const char *text, gsize length)
{
  if (length > PST_CONFIG_FILE_MAX) {
    tell_file(source, layer, "larger than 256 KiB: this is no configuration");
    return FALSE;
  }
  const char *bad;
  if (g_utf8_validate(text, length, &bad))
    return TRUE;
  PstConfigProblem where = { .file = (char *)layer->file, .line = 1 };
  for (const char *p = text; p < bad; p++)
    where.line += *p == '\n';
  add_problem(source, PST_CONFIG_FATAL, &where, *bad == '\0' ? "a NUL octet: this is no text" : "not UTF-8");
  return FALSE;
}

/* TRUE when a line is none. */
static gboolean
tell_lines(PstConfigSource *source, const Layer *layer)
{
  gboolean broken = FALSE;
  for (guint i = 0; i < pst_config_scan_get_length(layer->scan); i++) {
    const PstConfigLine *line = pst_config_scan_get(layer->scan, i);
    broken |= line->kind == PST_CONFIG_LINE_BROKEN || line->kind == PST_CONFIG_LINE_ORPHAN;
    if (line->kind == PST_CONFIG_LINE_BROKEN)
      tell_line(source, PST_CONFIG_FATAL, layer, line, "neither a [group], a key=value nor a # comment");
    else if (line->kind == PST_CONFIG_LINE_ORPHAN)
      tell_line(source, PST_CONFIG_FATAL, layer, line, "a key before the first [group]");
    else if (line->first_line > 0) {
      g_autofree char *text = g_strdup_printf("is there twice, first in line %u", line->first_line);
      tell_line(source, PST_CONFIG_WARNING_UNLESS_STRICT, layer, line, text);
    }
  }
  return broken;
}

static void
read_layer(PstConfigSource *source, Layer *layer, const char *file, GBytes *contents)
{
  layer->file = file;
  if (contents == NULL || g_bytes_get_size(contents) == 0)
    return;
  gsize length;
  const char *text = g_bytes_get_data(contents, &length);
  if (!check_text(source, layer, text, length)) {
    source->unreadable = TRUE;
    return;
  }
  layer->scan = pst_config_scan_new(text, length);
  gboolean broken = tell_lines(source, layer);
  layer->values = g_key_file_new();
  g_autoptr(GError) error = NULL;
  if (g_key_file_load_from_data(layer->values, text, length, G_KEY_FILE_NONE, &error))
    return;
  source->unreadable = TRUE;
  if (!broken)
    tell_file(source, layer, error->message);
}

static gboolean
is_group_and_key(const char *text)
{
  const char *slash = strrchr(text, '/'), *kind, *name;
  g_autofree char *group = slash != NULL ? g_strndup(text, slash - text) : NULL;
  return group != NULL && pst_config_group_parse(group, &kind, &name) &&
         pst_config_key_find(kind, slash + 1) != NULL;
}

static void
read_locks(PstConfigSource *source)
{
  const Layer *system = &source->layers[SYSTEM];
  if (source->layers[USER].scan != NULL &&
      pst_config_scan_find(source->layers[USER].scan, "Locked", NULL) != NULL)
    tell_line(source, PST_CONFIG_WARNING_UNLESS_STRICT, &source->layers[USER],
              pst_config_scan_find(source->layers[USER].scan, "Locked", NULL),
              "counts in the administrator's file alone");
  if (system->values == NULL || !g_key_file_has_group(system->values, "Locked"))
    return;
  g_auto(GStrv) keys = g_key_file_get_string_list(system->values, "Locked", "Keys", NULL, NULL);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
    if (is_group_and_key(g_strstrip(keys[i]))) {
      g_hash_table_add(source->locked, g_strdup(keys[i]));
      continue;
    }
    g_autofree char *text = g_strdup_printf("not a Group/Key that there is: %s", keys[i]);
    tell_line(source, PST_CONFIG_FATAL, system, pst_config_scan_find(system->scan, "Locked", "Keys"), text);
  }
}

static void
tell_overruled(PstConfigSource *source)
{
  const Layer *user = &source->layers[USER];
  for (guint i = 0; user->scan != NULL && i < pst_config_scan_get_length(user->scan); i++) {
    const PstConfigLine *line = pst_config_scan_get(user->scan, i);
    if (line->kind == PST_CONFIG_LINE_KEY && pst_config_source_is_locked(source, line->group, line->key))
      tell_line(source, PST_CONFIG_WARNING, user, line, "locked by the administrator: this value is ignored");
  }
}

PstConfigSource *
pst_config_source_new(const char *path, GBytes *user, const char *system_path, GBytes *system,
                      gboolean strict, GPtrArray *problems)
{
  PstConfigSource *source = g_new0(PstConfigSource, 1);
  source->locked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  source->strict = strict;
  source->problems = g_ptr_array_ref(problems);
  read_layer(source, &source->layers[SYSTEM], system_path, system);
  read_layer(source, &source->layers[USER], path, user);
  if (!source->unreadable) {
    read_locks(source);
    tell_overruled(source);
  }
  return source;
}

void
pst_config_source_free(PstConfigSource *source)
{
  for (guint i = 0; i < N_LAYERS; i++) {
    g_clear_pointer(&source->layers[i].values, g_key_file_unref);
    g_clear_pointer(&source->layers[i].scan, pst_config_scan_free);
  }
  g_hash_table_unref(source->locked);
  g_ptr_array_unref(source->problems);
  g_free(source);
}

gboolean
pst_config_source_is_readable(const PstConfigSource *source)
{
  return !source->unreadable;
}

gboolean
pst_config_source_is_fatal(const PstConfigSource *source)
{
  return source->fatal;
}

static void
add_names(GPtrArray *names, GHashTable *seen, GStrv more)
{
  for (guint i = 0; more != NULL && more[i] != NULL; i++) {
    if (g_hash_table_contains(seen, more[i]))
      continue;
    g_ptr_array_add(names, g_strdup(more[i]));
    g_hash_table_add(seen, g_ptr_array_index(names, names->len - 1));
  }
}

GPtrArray *
pst_config_source_get_groups(const PstConfigSource *source)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  g_hash_table_add(seen, (char *)"Locked");
  for (guint i = 0; i < N_LAYERS; i++) {
    g_auto(GStrv) names =
        source->layers[i].values != NULL ? g_key_file_get_groups(source->layers[i].values, NULL) : NULL;
    add_names(groups, seen, names);
  }
  return groups;
}

GPtrArray *
pst_config_source_get_keys(const PstConfigSource *source, const char *group)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < N_LAYERS; i++) {
    GKeyFile *values = source->layers[i].values;
    g_auto(GStrv) names = values != NULL ? g_key_file_get_keys(values, group, NULL, NULL) : NULL;
    add_names(keys, seen, names);
  }
  return keys;
}

char *
pst_config_source_get_value(PstConfigSource *source, const char *group, const char *key)
{
  const Layer *layer = layer_in_force(source, group, key);
  if (layer == NULL)
    return NULL;
  /* GKeyFile gives a value along with the error. */
  g_autoptr(GError) error = NULL;
  g_autofree char *value = g_key_file_get_string(layer->values, group, key, &error);
  if (error != NULL) {
    pst_config_source_tell(source, PST_CONFIG_FATAL, group, key,
                           "a backslash that stands for nothing: write \\\\ for one");
    return NULL;
  }
  g_strstrip(value);
  return value[0] != '\0' ? g_steal_pointer(&value) : NULL;
}

gboolean
pst_config_source_has_value(const PstConfigSource *source, const char *group, const char *key)
{
  const Layer *layer = layer_in_force(source, group, key);
  g_autofree char *value = layer != NULL ? g_key_file_get_value(layer->values, group, key, NULL) : NULL;
  return value != NULL && g_strstrip(value)[0] != '\0';
}

gboolean
pst_config_source_is_locked(const PstConfigSource *source, const char *group, const char *key)
{
  g_autofree char *name = g_strconcat(group, "/", key, NULL);
  return g_hash_table_contains(source->locked, name);
}
