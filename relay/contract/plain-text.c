#include "relay/contract/plain-text.h"

static gboolean
is_plain(gunichar c)
{
  GUnicodeType type = g_unichar_type(c);
  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR && type != G_UNICODE_SURROGATE;
}

char *
pst_plain_text(const char *words, gssize length, gsize ceiling)
{
  g_autofree char *valid = g_utf8_make_valid(words, length);
  GString *plain = g_string_new(NULL);
  const char *next;
  for (const char *p = valid; *p != '\0'; p = next) {
    gunichar c = g_utf8_get_char(p);
    next = g_utf8_next_char(p);
    if (plain->len + (gsize)(next - p) > ceiling)
      break;
    g_string_append_unichar(plain, is_plain(c) ? c : ' ');
  }
  return g_string_free(plain, FALSE);
}
