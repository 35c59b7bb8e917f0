#include "relay/smtp/body-reader.h"
#include <string.h>

/* Content that was held back when its octet came: a CR behind a dot. */
static const guint8 held_cr[] = { '\r' };

static gboolean
has_8bit(const guint8 *text, gsize length)
{
  guint8 all = 0;
  for (gsize i = 0; i < length; i++)
    all |= text[i];
  return (all & 0x80) != 0;
}

/* CRs in @text, none of which is followed by LF, but perhaps the last one. */
static gboolean
has_inner_cr(const guint8 *text, gsize length)
{
  const guint8 *cr = memchr(text, '\r', length);
  return cr != NULL && cr + 1 < text + length;
}

/* @text: a run without LF. */
static void
note_run(PstBodyReader *reader, const guint8 *text, gsize length)
{
  if (length == 0)
    return;
  if (reader->place == PST_BODY_PLACE_CR || has_inner_cr(text, length))
    reader->flaws |= PST_BODY_FLAW_BARE_CR;
  if (!(reader->flaws & PST_BODY_FLAW_NUL) && memchr(text, '\0', length) != NULL)
    reader->flaws |= PST_BODY_FLAW_NUL;
  if (!(reader->flaws & PST_BODY_HAS_8BIT) && has_8bit(text, length))
    reader->flaws |= PST_BODY_HAS_8BIT;
  reader->place = text[length - 1] == '\r' ? PST_BODY_PLACE_CR : PST_BODY_PLACE_TEXT;
}

/* Reads text up to the end of the line, or all there is; returns how many octets. */
static gsize
read_line(PstBodyReader *reader, const guint8 *data, gsize length)
{
  const guint8 *lf = memchr(data, '\n', length);
  gsize run = lf != NULL ? (gsize)(lf - data) : length;
  note_run(reader, data, run);
  if (lf == NULL)
    return length;
  if (reader->place == PST_BODY_PLACE_CR) {
    reader->place = PST_BODY_PLACE_LINE_START;
  } else {
    reader->flaws |= PST_BODY_FLAW_BARE_LF;
    reader->place = PST_BODY_PLACE_TEXT;
  }
  return run + 1;
}

/* Lines up to one that begins with a dot. */
static gsize
read_lines(PstBodyReader *reader, const guint8 *data, gsize length)
{
  gsize at = 0;
  while (at < length && !(reader->place == PST_BODY_PLACE_LINE_START && data[at] == '.'))
    at += read_line(reader, data + at, length - at);
  return at;
}

gboolean
pst_body_reader_take(PstBodyReader *reader, const guint8 *data, gsize length, gsize *taken,
                     const guint8 **content, gsize *content_length)
{
  gsize at = 0;
  *content = data;
  *content_length = 0;
  if (reader->place == PST_BODY_PLACE_LINE_START && at < length && data[at] == '.') {
    reader->place = PST_BODY_PLACE_DOT;
    at++;
  }
  if (reader->place == PST_BODY_PLACE_DOT && at < length) {
    reader->place = data[at] == '\r' ? PST_BODY_PLACE_DOT_CR : PST_BODY_PLACE_TEXT;
    at += data[at] == '\r';
  }
  *taken = at;
  if (at == length)
    return FALSE;
  if (reader->place == PST_BODY_PLACE_DOT_CR) {
    gboolean end = data[at] == '\n';
    *taken = at + end;
    *content = held_cr;
    *content_length = !end;
    reader->place = end ? PST_BODY_PLACE_LINE_START : PST_BODY_PLACE_CR;
    return end;
  }
  *content = data + at;
  *content_length = read_lines(reader, data + at, length - at);
  *taken = at + *content_length;
  return FALSE;
}
