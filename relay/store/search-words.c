#include "relay/store/search-words.h"
#include <string.h>

static const char *
skip(const char *p, gboolean space)
{
  while (*p != '\0' && !g_unichar_isspace(g_utf8_get_char(p)) == !space)
    p = g_utf8_next_char(p);
  return p;
}

/* FTS5 takes all between quotes as text for its tokenizer; a quote inside is doubled. */
static void
append_quoted(GString *expression, const char *word, gsize length)
{
  g_string_append_c(expression, '"');
  for (gsize i = 0; i < length; i++) {
    if (word[i] == '"')
      g_string_append_c(expression, '"');
    g_string_append_c(expression, word[i]);
  }
  g_string_append_c(expression, '"');
}

char *
pst_search_words_to_expression(const char *text, GError **error)
{
  if (strlen(text) > PST_SEARCH_MAX_OCTETS) {
    g_set_error(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT, "search: longer than %d octets",
                PST_SEARCH_MAX_OCTETS);
    return NULL;
  }
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  g_autoptr(GString) expression = g_string_new(NULL);
  guint n = 0;
  for (const char *word = skip(valid, TRUE); *word != '\0'; n++) {
    const char *end = skip(word, FALSE);
    append_quoted(expression, word, end - word);
    word = skip(end, TRUE);
    g_string_append(expression, *word == '\0' ? " *" : " ");
  }
  if (n <= PST_SEARCH_MAX_WORDS)
    return n > 0 ? g_strdup(expression->str) : NULL;
  g_set_error(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT, "search: more than %d words",
              PST_SEARCH_MAX_WORDS);
  return NULL;
}
