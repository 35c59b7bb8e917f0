#include "tests/support/dialogue.h"
#include <string.h>

static void
item_free(gpointer data)
{
  PstDialogueItem *item = data;
  g_free(item->text);
  g_byte_array_unref(item->octets);
  g_free(item);
}

static gboolean
is_hex_escape(const char *p)
{
  return p[0] == 'x' && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2]);
}

/* Appends what the escape at @p (behind its backslash) means; returns how many characters it has. */
static gsize
append_escape(GByteArray *octets, const char *p)
{
  guint8 octet = *p;
  gsize length = 1;
  if (*p == 'r') {
    octet = '\r';
  } else if (*p == 'n') {
    octet = '\n';
  } else if (is_hex_escape(p)) {
    octet = g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2]);
    length = 3;
  }
  g_byte_array_append(octets, &octet, 1);
  return length;
}

static GByteArray *
resolve(char mark, const char *text)
{
  GByteArray *octets = g_byte_array_sized_new(16);
  gboolean whole_line = mark == 'C' || mark == 'S';
  for (const char *p = text; *p != '\0';) {
    if (g_str_equal(p, "\\c")) {
      whole_line = FALSE;
      break;
    }
    if (p[0] == '\\' && p[1] != '\0') {
      p += 1 + append_escape(octets, p + 1);
      continue;
    }
    g_byte_array_append(octets, (const guint8 *)p++, 1);
  }
  if (whole_line)
    g_byte_array_append(octets, (const guint8 *)"\r\n", 2);
  return octets;
}

static PstDialogueItem *
parse_line(const char *line, guint number)
{
  gsize head = line[0] == 'C' || line[0] == 'S' ? 2 : 1;
  if (line[0] == '\0' || strchr("CS<>@!", line[0]) == NULL || (head == 2 && line[1] != ':'))
    return NULL;
  PstDialogueItem *item = g_new0(PstDialogueItem, 1);
  item->mark = line[0];
  item->number = number;
  item->text = g_strdup(line + head + (line[head] == ' ' ? 1 : 0));
  item->octets = resolve(item->mark, item->text);
  return item;
}

GPtrArray *
pst_dialogue_parse(const char *text, gsize length, guint *bad_line)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(item_free);
  g_autofree char *copy = g_strndup(text, length);
  g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (lines[i][0] == '#' || lines[i][0] == '\0')
      continue;
    PstDialogueItem *item = parse_line(lines[i], i + 1);
    if (item != NULL) {
      g_ptr_array_add(items, item);
    } else if (bad_line != NULL) {
      *bad_line = i + 1;
      return NULL;
    }
  }
  return g_steal_pointer(&items);
}

GPtrArray *
pst_dialogue_load(const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  gsize length;
  guint bad_line = 0;
  g_file_get_contents(path, &text, &length, &error);
  g_assert_no_error(error);
  GPtrArray *items = pst_dialogue_parse(text, length, &bad_line);
  if (items == NULL)
    g_error("%s:%u: no such mark", path, bad_line);
  return items;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
pst_dialogue_list(const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
  g_assert_no_error(error);
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL)
    if (g_str_has_suffix(name, ".smtp"))
      g_ptr_array_add(names, g_strdup(name));
  g_assert_cmpuint(names->len, >, 0);
  g_ptr_array_sort(names, compare_names);
  return names;
}

static gboolean
matches(const guint8 *pattern, gsize pattern_length, const guint8 *data, gsize length)
{
  while (pattern_length > 0 && *pattern != '*') {
    if (length == 0 || *pattern != *data)
      return FALSE;
    pattern++, data++;
    pattern_length--, length--;
  }
  if (pattern_length == 0)
    return length == 0;
  for (gsize skip = 0; skip <= length; skip++)
    if (matches(pattern + 1, pattern_length - 1, data + skip, length - skip))
      return TRUE;
  return FALSE;
}

static gboolean
ends_with_crlf(const GByteArray *octets)
{
  return octets->len >= 2 && memcmp(octets->data + octets->len - 2, "\r\n", 2) == 0;
}

gboolean
pst_dialogue_take(const PstDialogueItem *item, PstByteQueue *output)
{
  gsize length;
  const guint8 *data = pst_byte_queue_peek(output, &length);
  if (ends_with_crlf(item->octets)) {
    const guint8 *end = length > 0 ? memmem(data, length, "\r\n", 2) : NULL;
    if (end == NULL)
      return FALSE;
    length = end + 2 - data;
  }
  if (!matches(item->octets->data, item->octets->len, data, length))
    return FALSE;
  pst_byte_queue_pop(output, length);
  return TRUE;
}
