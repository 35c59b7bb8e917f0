#include "relay/base/byte-queue.h"
#include "relay/base/secret.h"
#include <stdarg.h>
#include <string.h>

#define SMALLEST_BUFFER 1024
/* A buffer up to this size outlives being emptied, so that steady traffic does not allocate. */
#define LARGEST_IDLE_BUFFER 16384

struct PstByteQueue {
  guint8 *buffer;
  gsize capacity;
  gsize start;
  gsize length;
  gsize ceiling;
  gboolean secret;
};

PstByteQueue *
pst_byte_queue_new(gsize ceiling)
{
  PstByteQueue *queue = g_new0(PstByteQueue, 1);
  queue->ceiling = ceiling;
  return queue;
}

static void
drop_buffer(PstByteQueue *queue)
{
  if (queue->secret)
    pst_wipe(queue->buffer, queue->capacity);
  g_clear_pointer(&queue->buffer, g_free);
  queue->capacity = 0;
}

void
pst_byte_queue_free(PstByteQueue *queue)
{
  if (queue == NULL)
    return;
  drop_buffer(queue);
  g_free(queue);
}

static void
move_to_front(PstByteQueue *queue)
{
  memmove(queue->buffer, queue->buffer + queue->start, queue->length);
  if (queue->secret)
    pst_wipe(queue->buffer + queue->length, queue->start);
  queue->start = 0;
}

/* Not g_realloc(): it could leave a copy of a secret behind. */
static void
move_to_larger_buffer(PstByteQueue *queue, gsize needed)
{
  gsize capacity = MAX(queue->capacity, SMALLEST_BUFFER);
  while (capacity < needed)
    capacity = capacity > queue->ceiling / 2 ? MAX(needed, queue->ceiling) : capacity * 2;
  guint8 *buffer = g_malloc(capacity);
  if (queue->length > 0)
    memcpy(buffer, queue->buffer + queue->start, queue->length);
  drop_buffer(queue);
  queue->buffer = buffer;
  queue->capacity = capacity;
  queue->start = 0;
}

gboolean
pst_byte_queue_push(PstByteQueue *queue, const void *data, gsize length)
{
  if (length > pst_byte_queue_get_room(queue))
    return FALSE;
  if (length == 0)
    return TRUE;
  gsize needed = queue->length + length;
  if (needed > queue->capacity)
    move_to_larger_buffer(queue, needed);
  else if (queue->start + needed > queue->capacity)
    move_to_front(queue);
  memcpy(queue->buffer + queue->start + queue->length, data, length);
  queue->length += length;
  return TRUE;
}

gboolean
pst_byte_queue_printf(PstByteQueue *queue, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  gsize length = strlen(text);
  gboolean pushed = pst_byte_queue_push(queue, text, length);
  if (queue->secret)
    pst_wipe(text, length);
  return pushed;
}

const guint8 *
pst_byte_queue_peek(const PstByteQueue *queue, gsize *length)
{
  *length = queue->length;
  return queue->buffer != NULL ? queue->buffer + queue->start : (const guint8 *)"";
}

gsize
pst_byte_queue_get_length(const PstByteQueue *queue)
{
  return queue->length;
}

gsize
pst_byte_queue_get_room(const PstByteQueue *queue)
{
  return queue->ceiling - queue->length;
}

void
pst_byte_queue_pop(PstByteQueue *queue, gsize length)
{
  length = MIN(length, queue->length);
  if (length == 0)
    return;
  if (queue->secret)
    pst_wipe(queue->buffer + queue->start, length);
  queue->start += length;
  queue->length -= length;
  if (queue->length > 0)
    return;
  queue->start = 0;
  if (queue->capacity > LARGEST_IDLE_BUFFER)
    drop_buffer(queue);
}

void
pst_byte_queue_clear(PstByteQueue *queue)
{
  pst_byte_queue_pop(queue, queue->length);
}

void
pst_byte_queue_set_secret(PstByteQueue *queue, gboolean secret)
{
  queue->secret = secret;
}
