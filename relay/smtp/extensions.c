#include "relay/smtp/extensions.h"
#include <string.h>

typedef enum {
  PARAMETERS_FORBIDDEN, /* with parameters it is not the extension we know */
  PARAMETERS_IGNORED,
} Parameters;

static const struct {
  const char *keyword;
  PstExtension flag;
  Parameters parameters;
} keywords[] = {
  { "PIPELINING", PST_EXT_PIPELINING, PARAMETERS_FORBIDDEN },
  { "SIZE", PST_EXT_SIZE, PARAMETERS_IGNORED },
  { "8BITMIME", PST_EXT_8BITMIME, PARAMETERS_FORBIDDEN },
  /* RFC 6531 section 3.1 (2): a client ignores parameters that may come later. */
  { "SMTPUTF8", PST_EXT_SMTPUTF8, PARAMETERS_IGNORED },
  { "ENHANCEDSTATUSCODES", PST_EXT_ENHANCEDSTATUSCODES, PARAMETERS_FORBIDDEN },
  { "DSN", PST_EXT_DSN, PARAMETERS_FORBIDDEN },
  { "STARTTLS", PST_EXT_STARTTLS, PARAMETERS_FORBIDDEN },
  { "CHUNKING", PST_EXT_CHUNKING, PARAMETERS_FORBIDDEN },
  { "REQUIRETLS", PST_EXT_REQUIRETLS, PARAMETERS_FORBIDDEN },
  { "AUTH", PST_EXT_AUTH, PARAMETERS_IGNORED },
};

static void
read_size(PstExtensions *extensions, const char *word)
{
  guint64 limit;
  if (g_ascii_string_to_unsigned(word, 10, 0, G_MAXUINT64, &limit, NULL))
    extensions->size_limit = limit;
}

static void
read_mechanism(PstExtensions *extensions, const char *word)
{
  if (g_ascii_strcasecmp(word, "PLAIN") == 0)
    extensions->mechanisms |= PST_AUTH_PLAIN;
  else if (g_ascii_strcasecmp(word, "LOGIN") == 0)
    extensions->mechanisms |= PST_AUTH_LOGIN;
}

static void
read_words(PstExtensions *extensions, char **words)
{
  for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
    if (g_ascii_strcasecmp(words[0], keywords[i].keyword) != 0)
      continue;
    if (words[1] != NULL && keywords[i].parameters == PARAMETERS_FORBIDDEN)
      return;
    extensions->flags |= keywords[i].flag;
    for (char **word = words + 1; *word != NULL; word++) {
      if (keywords[i].flag == PST_EXT_AUTH)
        read_mechanism(extensions, *word);
      else if (keywords[i].flag == PST_EXT_SIZE && word == words + 1)
        read_size(extensions, *word);
    }
    return;
  }
}

static void
read_line(PstExtensions *extensions, const char *line)
{
  g_autofree char *copy = g_strdup(line);
  if (g_ascii_strncasecmp(copy, "AUTH=", 5) == 0)
    copy[4] = ' ';
  g_auto(GStrv) split = g_strsplit_set(copy, " \t", -1);
  g_autoptr(GPtrArray) words = g_ptr_array_new();
  for (char **word = split; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add(words, *word);
  g_ptr_array_add(words, NULL);
  if (words->len > 1)
    read_words(extensions, (char **)words->pdata);
}

void
pst_extensions_parse(PstExtensions *extensions, const PstReply *ehlo_reply)
{
  memset(extensions, 0, sizeof *extensions);
  for (guint i = 1; i < ehlo_reply->lines->len; i++)
    read_line(extensions, g_ptr_array_index(ehlo_reply->lines, i));
}
