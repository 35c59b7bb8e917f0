#include "relay/smtp/line-splitter.h"
#include "relay/base/byte-queue.h"
#include <string.h>

struct PstLineSplitter {
  PstByteQueue *held;
  gsize ceiling;
  gboolean complete;
  gboolean too_long;
  gboolean after_cr;
};

PstLineSplitter *
pst_line_splitter_new(gsize ceiling)
{
  PstLineSplitter *splitter = g_new0(PstLineSplitter, 1);
  splitter->held = pst_byte_queue_new(ceiling + 2);
  pst_byte_queue_set_secret(splitter->held, TRUE);
  splitter->ceiling = ceiling;
  return splitter;
}

void
pst_line_splitter_free(PstLineSplitter *splitter)
{
  if (splitter == NULL)
    return;
  pst_byte_queue_free(splitter->held);
  g_free(splitter);
}

void
pst_line_splitter_clear(PstLineSplitter *splitter)
{
  pst_byte_queue_clear(splitter->held);
  splitter->complete = splitter->too_long = splitter->after_cr = FALSE;
}

/* Octets up to and with the LF of a CRLF, or all of them. */
static gsize
find_end(PstLineSplitter *splitter, const guint8 *data, gsize length, gboolean *found)
{
  for (gsize from = 0; from < length;) {
    const guint8 *lf = memchr(data + from, '\n', length - from);
    if (lf == NULL)
      break;
    gsize at = lf - data;
    *found = at > 0 ? data[at - 1] == '\r' : splitter->after_cr;
    if (*found)
      return at + 1;
    from = at + 1;
  }
  splitter->after_cr = data[length - 1] == '\r';
  return length;
}

static void
hold(PstLineSplitter *splitter, const guint8 *data, gsize length)
{
  if (splitter->too_long || pst_byte_queue_push(splitter->held, data, length))
    return;
  splitter->too_long = TRUE;
  pst_byte_queue_clear(splitter->held);
}

PstLineStatus
pst_line_splitter_feed(PstLineSplitter *splitter, const guint8 *data, gsize length, gsize *taken)
{
  if (splitter->complete)
    pst_line_splitter_clear(splitter);
  *taken = 0;
  if (length == 0)
    return PST_LINE_MORE;
  gboolean found = FALSE;
  *taken = find_end(splitter, data, length, &found);
  hold(splitter, data, *taken);
  if (!found)
    return PST_LINE_MORE;
  splitter->complete = TRUE;
  return splitter->too_long ? PST_LINE_TOO_LONG : PST_LINE_COMPLETE;
}

const char *
pst_line_splitter_get(const PstLineSplitter *splitter, gsize *length)
{
  const guint8 *line = pst_byte_queue_peek(splitter->held, length);
  if (splitter->complete && !splitter->too_long)
    *length -= 2;
  return (const char *)line;
}

gboolean
pst_line_splitter_is_too_long(const PstLineSplitter *splitter)
{
  return splitter->too_long;
}
