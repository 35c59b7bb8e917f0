/* Body writer: the octets of a message as DATA (dots stuffed, RFC 5321 section 4.5.2) or BDAT (RFC 3030)
 * carries them.
 *
 * Writes into an output queue and keeps room there for the end. With dots octets go out at once; with chunks
 * small pieces are gathered until a chunk is worth its reply, large ones go out as they come. Input has CRLF
 * line ends; a message that lacks the last one gets it from dots only. Not thread-safe. */
#pragma once
#include "relay/base/byte-queue.h"

G_BEGIN_DECLS

/* Octets gathered before a chunk goes out without being the last. */
#define PST_CHUNK_SIZE (32 * 1024)

typedef enum {
  PST_FRAMING_DOTS,
  PST_FRAMING_CHUNKS,
} PstFraming;

typedef struct PstBodyWriter PstBodyWriter;

/* @output must outlive the writer. */
PstBodyWriter *pst_body_writer_new(PstByteQueue *output);
void pst_body_writer_free(PstBodyWriter *writer);

/* A new message; what an abandoned one left is dropped. FALSE when the output has no room for it now. */
gboolean pst_body_writer_start(PstBodyWriter *writer, PstFraming framing);

/* Octets add() and finish() take now. */
gsize pst_body_writer_get_room(const PstBodyWriter *writer);
/* FALSE (and nothing taken) when @length is over the room. @chunk: a BDAT command was written and will be
 * answered. */
gboolean pst_body_writer_add(PstBodyWriter *writer, const guint8 *data, gsize length, gboolean *chunk);
/* The last piece (may be empty) and the end: the dot, or BDAT LAST. FALSE as above. */
gboolean pst_body_writer_finish(PstBodyWriter *writer, const guint8 *data, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstBodyWriter, pst_body_writer_free)

G_END_DECLS
