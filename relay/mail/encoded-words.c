#include "relay/mail/encoded-words.h"
#include <string.h>

#define CHARSET_MAX 40
#define INPUT_MAX   (16 * 1024)

typedef struct {
  const char *at;
  const char *end;
} Rest;

typedef struct {
  char charset[CHARSET_MAX + 1];
  char encoding; /* 'b' or 'q' */
  const char *text;
  gsize length;
} Word;

typedef struct {
  GString *decoded;
  GString *raw;                  /* octets not converted yet */
  char charset[CHARSET_MAX + 1]; /* of @raw; "": not from an encoded word */
} Decoder;

/* iconv takes more than names ("//TRANSLIT"): only what a charset's name is made of goes there. */
static gboolean
read_charset(const char *text, gsize length, char *charset)
{
  const char *language = memchr(text, '*', length); /* RFC 2231 section 5 */
  gsize n = language != NULL ? (gsize)(language - text) : length;
  if (n == 0 || n > CHARSET_MAX)
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    if (!g_ascii_isalnum(text[i]) && strchr("-_.:+", text[i]) == NULL)
      return FALSE;
    charset[i] = g_ascii_tolower(text[i]);
  }
  charset[n] = '\0';
  return TRUE;
}

static gboolean
read_word(Rest *rest, Word *word)
{
  const char *at = rest->at;
  if (rest->end - at < 2 || memcmp(at, "=?", 2) != 0)
    return FALSE;
  at += 2;
  const char *mark = memchr(at, '?', rest->end - at);
  if (mark == NULL || rest->end - mark < 3 || mark[2] != '?' || !read_charset(at, mark - at, word->charset))
    return FALSE;
  word->encoding = g_ascii_tolower(mark[1]);
  word->text = mark + 3;
  const char *close = memmem(word->text, rest->end - word->text, "?=", 2);
  if (close == NULL || (word->encoding != 'b' && word->encoding != 'q'))
    return FALSE;
  word->length = close - word->text;
  rest->at = close + 2;
  return TRUE;
}

static void
append_q(GString *raw, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    gboolean quoted =
        text[i] == '=' && i + 2 < length && g_ascii_isxdigit(text[i + 1]) && g_ascii_isxdigit(text[i + 2]);
    if (quoted) {
      g_string_append_c(raw, g_ascii_xdigit_value(text[i + 1]) << 4 | g_ascii_xdigit_value(text[i + 2]));
      i += 2;
    } else
      g_string_append_c(raw, text[i] == '_' ? ' ' : text[i]);
  }
}

static void
append_b(GString *raw, const char *text, gsize length)
{
  g_autofree guchar *octets = g_malloc(length / 4 * 3 + 4);
  int state = 0;
  guint save = 0;
  gsize n = g_base64_decode_step(text, length, octets, &state, &save);
  /* Some leave the padding out. */
  n += g_base64_decode_step("===", -length & 3, octets + n, &state, &save);
  g_string_append_len(raw, (const char *)octets, n);
}

static void
flush(Decoder *decoder)
{
  GString *raw = decoder->raw;
  gsize length = 0;
  gboolean convert = decoder->charset[0] != '\0' && strcmp(decoder->charset, "utf-8") != 0;
  g_autofree char *text =
      convert ? g_convert(raw->str, raw->len, "UTF-8", decoder->charset, NULL, &length, NULL) : NULL;
  if (text == NULL) {
    text = g_utf8_make_valid(raw->str, raw->len);
    length = strlen(text);
  }
  g_string_append_len(decoder->decoded, text, length);
  g_string_truncate(raw, 0);
}

static void
switch_to(Decoder *decoder, const char *charset)
{
  if (strcmp(decoder->charset, charset) == 0)
    return;
  flush(decoder);
  g_strlcpy(decoder->charset, charset, sizeof decoder->charset);
}

/* White space between two encoded words is not part of the text (RFC 2047 section 6.2). */
static gboolean
take_word(Decoder *decoder, Rest *rest)
{
  Rest ahead = *rest;
  Word word;
  if (decoder->charset[0] != '\0')
    while (ahead.at < ahead.end && (*ahead.at == ' ' || *ahead.at == '\t'))
      ahead.at++;
  if (!read_word(&ahead, &word))
    return FALSE;
  switch_to(decoder, word.charset);
  if (word.encoding == 'b')
    append_b(decoder->raw, word.text, word.length);
  else
    append_q(decoder->raw, word.text, word.length);
  *rest = ahead;
  return TRUE;
}

static gboolean
is_plain(gunichar c)
{
  GUnicodeType type = g_unichar_type(c);
  gboolean turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  return !turns && type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

static char *
clean(const GString *text, gsize ceiling)
{
  GString *line = g_string_new(NULL);
  const char *end = text->str + text->len, *next;
  for (const char *p = text->str; p < end; p = next) {
    next = g_utf8_next_char(p);
    if (line->len + (gsize)(next - p) > ceiling)
      break;
    gunichar c = g_utf8_get_char(p);
    g_string_append_unichar(line, is_plain(c) ? c : ' ');
  }
  return g_strstrip(g_string_free(line, FALSE));
}

char *
pst_encoded_words_decode(const char *value, gsize length, gsize ceiling)
{
  Decoder decoder = { g_string_new(NULL), g_string_new(NULL), "" };
  Rest rest = { value, value + MIN(length, INPUT_MAX) };
  while (rest.at < rest.end) {
    if (take_word(&decoder, &rest))
      continue;
    switch_to(&decoder, "");
    g_string_append_c(decoder.raw, *rest.at++);
  }
  flush(&decoder);
  char *line = clean(decoder.decoded, ceiling);
  g_string_free(decoder.decoded, TRUE);
  g_string_free(decoder.raw, TRUE);
  return line;
}
