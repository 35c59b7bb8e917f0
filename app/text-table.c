#include "app/text-table.h"
#include <stdarg.h>

#define GAP 2

struct PstTextTable {
  guint indent;
  GPtrArray *rows; /* of GStrv */
};

static guint
character_width(gunichar c)
{
  return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

static guint
text_width(const char *text)
{
  guint width = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
    width += character_width(g_utf8_get_char(p));
  return width;
}

/* Format characters turn the direction of a line, and so what it seems to say. */
static gboolean
is_plain(gunichar c)
{
  GUnicodeType type = g_unichar_type(c);
  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *
pst_text_fit(const char *text, guint columns)
{
  GString *line = g_string_new(NULL);
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  guint width = 0;
  gsize room_for_ellipsis = 0;
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = is_plain(g_utf8_get_char(p)) ? g_utf8_get_char(p) : ' ';
    width += character_width(c);
    if (width > columns) {
      g_string_truncate(line, room_for_ellipsis);
      g_string_append(line, "…");
      break;
    }
    g_string_append_unichar(line, c);
    if (width < columns)
      room_for_ellipsis = line->len;
  }
  return g_string_free(line, FALSE);
}

PstTextTable *
pst_text_table_new(guint indent)
{
  PstTextTable *table = g_new0(PstTextTable, 1);
  table->indent = indent;
  table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
  return table;
}

void
pst_text_table_free(PstTextTable *table)
{
  g_ptr_array_unref(table->rows);
  g_free(table);
}

void
pst_text_table_add(PstTextTable *table, const char *cell, ...)
{
  GPtrArray *row = g_ptr_array_new();
  va_list cells;
  va_start(cells, cell);
  for (const char *next = cell; next != NULL; next = va_arg(cells, const char *))
    g_ptr_array_add(row, pst_text_fit(next, G_MAXUINT));
  va_end(cells);
  g_ptr_array_add(row, NULL);
  g_ptr_array_add(table->rows, g_ptr_array_free(row, FALSE));
}

static GArray *
measure(const PstTextTable *table)
{
  GArray *widths = g_array_new(FALSE, TRUE, sizeof(guint));
  for (guint i = 0; i < table->rows->len; i++) {
    char **row = g_ptr_array_index(table->rows, i);
    if (widths->len < g_strv_length(row))
      g_array_set_size(widths, g_strv_length(row));
    for (guint k = 0; row[k] != NULL; k++)
      g_array_index(widths, guint, k) = MAX(g_array_index(widths, guint, k), text_width(row[k]));
  }
  return widths;
}

static void
append_blanks(GString *text, guint n)
{
  while (n-- > 0)
    g_string_append_c(text, ' ');
}

static void
append_row(GString *text, char **row, guint indent, const GArray *widths)
{
  append_blanks(text, indent);
  for (guint k = 0; row[k] != NULL; k++) {
    g_string_append(text, row[k]);
    append_blanks(text, g_array_index(widths, guint, k) - text_width(row[k]) + GAP);
  }
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate(text, text->len - 1);
  g_string_append_c(text, '\n');
}

char *
pst_text_table_to_text(const PstTextTable *table)
{
  g_autoptr(GArray) widths = measure(table);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < table->rows->len; i++)
    append_row(text, g_ptr_array_index(table->rows, i), table->indent, widths);
  return g_string_free(text, FALSE);
}
