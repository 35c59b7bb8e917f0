/* Byte queue: octets in, octets out, with a ceiling. Grows as needed, gives memory back when emptied. No I/O,
 * not thread-safe. Wiping: pst_byte_queue_set_secret() zeroes memory before it is freed or reused. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct PstByteQueue PstByteQueue;

PstByteQueue *pst_byte_queue_new(gsize ceiling);
void pst_byte_queue_free(PstByteQueue *queue);

/* FALSE (and nothing added) when the ceiling would be passed. */
gboolean pst_byte_queue_push(PstByteQueue *queue, const void *data, gsize length);
gboolean pst_byte_queue_printf(PstByteQueue *queue, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The octets held, in one piece; valid until the queue changes. */
const guint8 *pst_byte_queue_peek(const PstByteQueue *queue, gsize *length);
gsize pst_byte_queue_get_length(const PstByteQueue *queue);
gsize pst_byte_queue_get_room(const PstByteQueue *queue);
/* Drops @length octets (at most those held) from the front. */
void pst_byte_queue_pop(PstByteQueue *queue, gsize length);
void pst_byte_queue_clear(PstByteQueue *queue);
void pst_byte_queue_set_secret(PstByteQueue *queue, gboolean secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstByteQueue, pst_byte_queue_free)

G_END_DECLS
