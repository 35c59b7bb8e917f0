/* Reads data nobody would send, in pieces of every size, against a second reader that has it all at once and
 * is too simple to be wrong: find the first CRLF '.' CRLF, split at CRLF, take a leading dot off each line.
 */
#include "relay/smtp/body-reader.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Sets @end to the octets up to and with the end of data, or to G_MAXSIZE. */
static GByteArray *
read_simply(const guint8 *data, gsize size, gsize *end)
{
  g_autoptr(GByteArray) text = g_byte_array_new();
  g_byte_array_append(text, (const guint8 *)"\r\n", 2);
  g_byte_array_append(text, data, size);
  const guint8 *dot = memmem(text->data, text->len, "\r\n.\r\n", 5);
  *end = dot != NULL ? (gsize)(dot - text->data) + 3 : G_MAXSIZE;
  gsize length = dot != NULL ? (gsize)(dot - text->data) + 2 : text->len;
  GByteArray *content = g_byte_array_new();
  for (gsize i = 2; i < length; i++) {
    gboolean at_start = text->data[i - 2] == '\r' && text->data[i - 1] == '\n';
    if (!(at_start && text->data[i] == '.'))
      g_byte_array_append(content, text->data + i, 1);
  }
  return content;
}

static GByteArray *
read_in_pieces(const guint8 *data, gsize size, gsize step, gsize *end)
{
  PstBodyReader reader = PST_BODY_READER_INIT;
  GByteArray *content = g_byte_array_new();
  *end = G_MAXSIZE;
  for (gsize at = 0; at < size && *end == G_MAXSIZE;) {
    gsize taken, length;
    const guint8 *span;
    if (pst_body_reader_take(&reader, data + at, MIN(step, size - at), &taken, &span, &length))
      *end = at + taken;
    g_assert_cmpuint(taken + length, >, 0);
    g_byte_array_append(content, span, length);
    at += taken;
  }
  return content;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  gsize expected_end;
  g_autoptr(GByteArray) expected = read_simply(data, size, &expected_end);
  for (gsize step = 1; step <= size; step = step < 4 ? step + 1 : step * 3) {
    gsize end;
    g_autoptr(GByteArray) content = read_in_pieces(data, size, step, &end);
    g_assert_cmpuint(end, ==, expected_end);
    /* A CR behind a dot that may yet be the end is held back. */
    g_assert_cmpuint(content->len, <=, expected->len);
    g_assert_cmpuint(expected->len - content->len, <=, end == G_MAXSIZE);
    g_assert_cmpmem(content->data, content->len, expected->data, content->len);
  }
  return 0;
}
