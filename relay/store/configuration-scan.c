#include "relay/store/configuration-scan.h"
#include <string.h>

struct PstConfigScan {
  GPtrArray *lines;
  GHashTable
      *in_force; /* "group\nkey", or "group" for the group itself, to its line; no name holds a line feed */
};

static void
line_free(gpointer data)
{
  PstConfigLine *line = data;
  g_free(line->group);
  g_free(line->key);
  g_free(line);
}

static char *
line_name(const char *group, const char *key)
{
  return key != NULL ? g_strconcat(group, "\n", key, NULL) : g_strdup(group);
}

/* "[name]" with nothing but blanks behind it. */
static char *
parse_group(const char *text)
{
  const char *close = text[0] == '[' ? strchr(text, ']') : NULL;
  if (close == NULL || close == text + 1 || close[1 + strspn(close + 1, " \t")] != '\0')
    return NULL;
  for (const char *p = text + 1; p < close; p++)
    if (*p == '[' || g_ascii_iscntrl(*p))
      return NULL;
  return g_strndup(text + 1, close - text - 1);
}

static char *
parse_key(const char *text)
{
  const char *equals = strchr(text, '=');
  if (equals == NULL || equals == text || text[0] == '[')
    return NULL;
  return g_strchomp(g_strndup(text, equals - text));
}

static PstConfigLine *
parse_line(const char *text, const char *group)
{
  PstConfigLine *line = g_new0(PstConfigLine, 1);
  line->group = parse_group(text);
  line->kind = PST_CONFIG_LINE_GROUP;
  if (line->group != NULL)
    return line;
  line->group = g_strdup(group);
  line->key = parse_key(text);
  line->kind = line->key == NULL ? PST_CONFIG_LINE_BROKEN
               : group == NULL   ? PST_CONFIG_LINE_ORPHAN
                                 : PST_CONFIG_LINE_KEY;
  return line;
}

static void
enter(PstConfigScan *scan, PstConfigLine *line)
{
  g_autofree char *name = line_name(line->group, line->key);
  const PstConfigLine *before = g_hash_table_lookup(scan->in_force, name);
  if (before != NULL)
    line->first_line = before->first_line > 0 ? before->first_line : before->line;
  if (before == NULL || line->kind == PST_CONFIG_LINE_KEY)
    g_hash_table_replace(scan->in_force, g_steal_pointer(&name), line);
}

static const char *
scan_line(PstConfigScan *scan, const char *text, gsize length, guint number, const char *group)
{
  g_autofree char *content = g_strstrip(g_strndup(text, length));
  if (content[0] == '\0' || content[0] == '#')
    return group;
  PstConfigLine *line = parse_line(content, group);
  line->line = number;
  g_ptr_array_add(scan->lines, line);
  if (line->kind == PST_CONFIG_LINE_GROUP || line->kind == PST_CONFIG_LINE_KEY)
    enter(scan, line);
  return line->group;
}

PstConfigScan *
pst_config_scan_new(const char *text, gsize length)
{
  PstConfigScan *scan = g_new0(PstConfigScan, 1);
  scan->lines = g_ptr_array_new_with_free_func(line_free);
  scan->in_force = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const char *group = NULL;
  guint number = 1;
  for (gsize start = 0; start < length; number++) {
    const char *feed = memchr(text + start, '\n', length - start);
    gsize end = feed != NULL ? (gsize)(feed - text) + 1 : length;
    guint known = scan->lines->len;
    group = scan_line(scan, text + start, end - start, number, group);
    if (scan->lines->len > known) {
      PstConfigLine *line = g_ptr_array_index(scan->lines, known);
      line->start = start;
      line->end = end;
    }
    start = end;
  }
  return scan;
}

void
pst_config_scan_free(PstConfigScan *scan)
{
  g_hash_table_unref(scan->in_force);
  g_ptr_array_unref(scan->lines);
  g_free(scan);
}

guint
pst_config_scan_get_length(const PstConfigScan *scan)
{
  return scan->lines->len;
}

const PstConfigLine *
pst_config_scan_get(const PstConfigScan *scan, guint index)
{
  return g_ptr_array_index(scan->lines, index);
}

const PstConfigLine *
pst_config_scan_find(const PstConfigScan *scan, const char *group, const char *key)
{
  g_autofree char *name = line_name(group, key);
  return g_hash_table_lookup(scan->in_force, name);
}
