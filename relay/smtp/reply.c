#include "relay/smtp/reply.h"
#include <string.h>

/* RFC 5321 section 4.5.3.1.5 allows 512 octets with CRLF. */
#define WIRE_LINE_MAX 500

static PstReply *
reply_alloc(guint code, const char *enhanced)
{
  PstReply *reply = g_new0(PstReply, 1);
  reply->code = code;
  reply->enhanced = g_strdup(enhanced);
  reply->lines = g_ptr_array_new_with_free_func(g_free);
  return reply;
}

/* Clients that did not ask for SMTPUTF8 must not get UTF-8 (RFC 6531 section 3.7.4.2), and nobody control
 * characters. */
static char *
to_ascii(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *ascii = g_string_new(NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (c >= 0x80)
      g_string_append_c(ascii, '?');
    else
      g_string_append_c(ascii, c == '\n' || g_ascii_isprint(c) ? c : ' ');
  }
  return g_string_free(ascii, FALSE);
}

/* How much of @text, @length octets, makes one line: broken at a space where there is one. */
static gsize
fitting(const char *text, gsize length, gsize room)
{
  if (length <= room)
    return length;
  const char *space = g_strrstr_len(text, room + 1, " ");
  return space != NULL && space > text ? (gsize)(space - text) : room;
}

static void
add_broken(PstReply *reply, const char *text, gsize length, gsize room)
{
  do {
    gsize n = fitting(text, length, room);
    if (reply->lines->len < PST_REPLY_MAX_LINES)
      g_ptr_array_add(reply->lines, g_strndup(text, n));
    text += n;
    length -= n;
    if (length > 0 && *text == ' ') {
      text++;
      length--;
    }
  } while (length > 0);
}

PstReply *
pst_reply_new(guint code, const char *enhanced, const char *text)
{
  PstReply *reply = reply_alloc(code, enhanced);
  g_autofree char *ascii = to_ascii(text);
  gsize room = WIRE_LINE_MAX - strlen("250 ") - (enhanced != NULL ? strlen(enhanced) + 1 : 0);
  g_auto(GStrv) lines = g_strsplit(ascii, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    add_broken(reply, *line, strlen(*line), room);
  if (reply->lines->len == 0)
    g_ptr_array_add(reply->lines, g_strdup(""));
  return reply;
}

PstReply *
pst_reply_copy(const PstReply *reply)
{
  PstReply *copy = reply_alloc(reply->code, reply->enhanced);
  for (guint i = 0; i < reply->lines->len; i++)
    g_ptr_array_add(copy->lines, g_strdup(g_ptr_array_index(reply->lines, i)));
  return copy;
}

void
pst_reply_free(PstReply *reply)
{
  if (reply == NULL)
    return;
  g_free(reply->enhanced);
  g_ptr_array_unref(reply->lines);
  g_free(reply);
}

/* A server's reply holds what a client of ours must not get: text beyond ASCII, lines that are too long. */
static PstReply *
new_for_wire(const PstReply *reply)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < reply->lines->len; i++)
    g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", (char *)g_ptr_array_index(reply->lines, i));
  return pst_reply_new(reply->code, reply->enhanced, text->str);
}

void
pst_reply_append(const PstReply *reply, GString *wire)
{
  g_autoptr(PstReply) clean = new_for_wire(reply);
  for (guint i = 0; i < clean->lines->len; i++) {
    const char *line = g_ptr_array_index(clean->lines, i);
    g_string_append_printf(wire, "%03u%c", clean->code, i + 1 < clean->lines->len ? '-' : ' ');
    if (clean->enhanced != NULL)
      g_string_append_printf(wire, "%s ", clean->enhanced);
    g_string_append_printf(wire, "%s\r\n", line);
  }
}

char *
pst_reply_words(const PstReply *reply)
{
  GString *words = g_string_new(NULL);
  for (guint i = 0; i < reply->lines->len; i++) {
    const char *line = g_ptr_array_index(reply->lines, i);
    if (words->len > 0 && *line != '\0')
      g_string_append_c(words, ' ');
    g_string_append(words, line);
  }
  return g_string_free(words, FALSE);
}

char *
pst_reply_to_text(const PstReply *reply)
{
  g_autofree char *words = pst_reply_words(reply);
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, "%03u", reply->code);
  if (reply->enhanced != NULL)
    g_string_append_printf(text, " %s", reply->enhanced);
  if (*words != '\0')
    g_string_append_printf(text, " %s", words);
  return g_string_free(text, FALSE);
}
