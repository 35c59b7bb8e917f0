#include "relay/smtp/command.h"
#include <string.h>

static const struct {
  const char *word;
  PstVerb verb;
} words[] = {
  { "EHLO", PST_VERB_EHLO },       { "HELO", PST_VERB_HELO },       { "STARTTLS", PST_VERB_STARTTLS },
  { "AUTH", PST_VERB_AUTH },       { "MAIL", PST_VERB_MAIL },       { "RCPT", PST_VERB_RCPT },
  { "DATA", PST_VERB_DATA },       { "BDAT", PST_VERB_BDAT },       { "RSET", PST_VERB_RSET },
  { "NOOP", PST_VERB_NOOP },       { "QUIT", PST_VERB_QUIT },       { "VRFY", PST_VERB_VRFY },
  { "EXPN", PST_VERB_EXPN },       { "HELP", PST_VERB_HELP },       { "GET", PST_VERB_FOREIGN },
  { "POST", PST_VERB_FOREIGN },    { "PUT", PST_VERB_FOREIGN },     { "HEAD", PST_VERB_FOREIGN },
  { "OPTIONS", PST_VERB_FOREIGN }, { "CONNECT", PST_VERB_FOREIGN }, { "DELETE", PST_VERB_FOREIGN },
  { "PATCH", PST_VERB_FOREIGN },   { "TRACE", PST_VERB_FOREIGN },   { "PRI", PST_VERB_FOREIGN },
};

gboolean
pst_span_equals(const char *span, gsize length, const char *word)
{
  return strlen(word) == length && g_ascii_strncasecmp(span, word, length) == 0;
}

static PstVerb
find_verb(const char *word, gsize length)
{
  for (guint i = 0; i < G_N_ELEMENTS(words); i++)
    if (pst_span_equals(word, length, words[i].word))
      return words[i].verb;
  /* No SMTP verb has a colon in its word; header fields of HTTP do. */
  return memchr(word, ':', length) != NULL ? PST_VERB_FOREIGN : PST_VERB_UNKNOWN;
}

static gboolean
has_control(const char *span, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl(span[i]))
      return TRUE;
  return FALSE;
}

void
pst_command_parse(PstCommand *command, const char *line, gsize length)
{
  while (length > 0 && line[length - 1] == ' ')
    length--;
  const char *blank = length > 0 ? memchr(line, ' ', length) : NULL;
  gsize word = blank != NULL ? (gsize)(blank - line) : length;
  gsize at = word;
  while (at < length && line[at] == ' ')
    at++;
  gboolean letter = length > 0 && g_ascii_isalpha(line[0]);
  command->verb = letter ? find_verb(line, word) : PST_VERB_FOREIGN;
  command->argument = line + at;
  command->length = length - at;
  command->has_control = has_control(command->argument, command->length);
}
