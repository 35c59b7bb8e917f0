#include "relay/smtp/body-writer.h"
#include <string.h>

#define LONGEST_COMMAND 32 /* BDAT 18446744073709551615 LAST CRLF, or CRLF . CRLF */

struct PstBodyWriter {
  PstByteQueue *output;
  PstByteQueue *gathered; /* for the next chunk */
  PstFraming framing;
  guint8 tail[2]; /* the last two octets written with dots, CRLF at the start */
};

PstBodyWriter *
pst_body_writer_new(PstByteQueue *output)
{
  PstBodyWriter *writer = g_new0(PstBodyWriter, 1);
  writer->output = output;
  writer->gathered = pst_byte_queue_new(PST_CHUNK_SIZE);
  return writer;
}

void
pst_body_writer_free(PstBodyWriter *writer)
{
  if (writer == NULL)
    return;
  pst_byte_queue_free(writer->gathered);
  g_free(writer);
}

gboolean
pst_body_writer_start(PstBodyWriter *writer, PstFraming framing)
{
  if (pst_byte_queue_get_room(writer->output) < 2 * LONGEST_COMMAND)
    return FALSE;
  writer->framing = framing;
  pst_byte_queue_clear(writer->gathered);
  memcpy(writer->tail, "\r\n", 2);
  return TRUE;
}

/* A second command is kept room for: whatever is taken now, the end can follow. */
gsize
pst_body_writer_get_room(const PstBodyWriter *writer)
{
  gsize room = pst_byte_queue_get_room(writer->output);
  gsize kept = 2 * LONGEST_COMMAND + pst_byte_queue_get_length(writer->gathered);
  if (room <= kept)
    return 0;
  /* At worst every other octet is a dot to be stuffed. */
  return writer->framing == PST_FRAMING_DOTS ? (room - kept) / 2 : room - kept;
}

/* After a bare LF or CR a dot is stuffed too. A strict server would keep the second dot, but a message with a
 * bare line end is never finished; a lenient one must not see an end of data in what has been streamed of it
 * (smuggling). */
static gboolean
needs_stuffing(const PstBodyWriter *writer, const guint8 *data, const guint8 *dot)
{
  guint8 before = dot == data ? writer->tail[1] : dot[-1];
  return before == '\n' || before == '\r';
}

static void
remember_tail(PstBodyWriter *writer, const guint8 *data, gsize length)
{
  if (length >= 2) {
    memcpy(writer->tail, data + length - 2, 2);
  } else if (length == 1) {
    writer->tail[0] = writer->tail[1];
    writer->tail[1] = data[0];
  }
}

static void
write_dotted(PstBodyWriter *writer, const guint8 *data, gsize length)
{
  const guint8 *end = data + length, *unwritten = data, *from = data, *dot;
  while (from < end && (dot = memchr(from, '.', end - from)) != NULL) {
    if (needs_stuffing(writer, data, dot)) {
      pst_byte_queue_push(writer->output, unwritten, dot - unwritten);
      pst_byte_queue_push(writer->output, ".", 1);
      unwritten = dot;
    }
    from = dot + 1;
  }
  pst_byte_queue_push(writer->output, unwritten, end - unwritten);
  remember_tail(writer, data, length);
}

static void
write_chunk(PstBodyWriter *writer, const guint8 *data, gsize length, const char *last)
{
  gsize n_gathered;
  const guint8 *gathered = pst_byte_queue_peek(writer->gathered, &n_gathered);
  pst_byte_queue_printf(writer->output, "BDAT %" G_GSIZE_FORMAT "%s\r\n", n_gathered + length, last);
  pst_byte_queue_push(writer->output, gathered, n_gathered);
  pst_byte_queue_push(writer->output, data, length);
  pst_byte_queue_clear(writer->gathered);
}

gboolean
pst_body_writer_add(PstBodyWriter *writer, const guint8 *data, gsize length, gboolean *chunk)
{
  *chunk = FALSE;
  if (length > pst_body_writer_get_room(writer))
    return FALSE;
  if (writer->framing == PST_FRAMING_DOTS) {
    write_dotted(writer, data, length);
  } else if (length < pst_byte_queue_get_room(writer->gathered)) {
    pst_byte_queue_push(writer->gathered, data, length);
  } else {
    write_chunk(writer, data, length, "");
    *chunk = TRUE;
  }
  return TRUE;
}

gboolean
pst_body_writer_finish(PstBodyWriter *writer, const guint8 *data, gsize length)
{
  if (length > pst_body_writer_get_room(writer))
    return FALSE;
  if (writer->framing == PST_FRAMING_CHUNKS) {
    write_chunk(writer, data, length, " LAST");
    return TRUE;
  }
  write_dotted(writer, data, length);
  gboolean at_line_start = memcmp(writer->tail, "\r\n", 2) == 0;
  return pst_byte_queue_printf(writer->output, "%s.\r\n", at_line_start ? "" : "\r\n");
}
