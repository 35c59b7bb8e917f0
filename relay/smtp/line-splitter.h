/* Line splitter: takes octets up to the end of one line and holds them, at most up to a ceiling.
 *
 * Only CRLF ends a line (RFC 5321 section 2.3.8); a bare CR or LF is part of it. A line over the ceiling is
 * swallowed to its end without being kept. Lines are wiped from memory: credentials come this way. No I/O,
 * not thread-safe. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct PstLineSplitter PstLineSplitter;

typedef enum {
  PST_LINE_MORE,
  PST_LINE_COMPLETE, /* see get(); the next feed begins a new line */
  PST_LINE_TOO_LONG, /* the end of a line over the ceiling was read */
} PstLineStatus;

/* @ceiling: octets of a line without its CRLF. */
PstLineSplitter *pst_line_splitter_new(gsize ceiling);
void pst_line_splitter_free(PstLineSplitter *splitter);

/* Sets @taken to the octets used: all with MORE, else up to the end of the line. */
PstLineStatus pst_line_splitter_feed(PstLineSplitter *splitter, const guint8 *data, gsize length,
                                     gsize *taken);
/* The line without its CRLF, or what there is of it; valid until the next feed. */
const char *pst_line_splitter_get(const PstLineSplitter *splitter, gsize *length);
/* TRUE as soon as the line under way has passed the ceiling. */
gboolean pst_line_splitter_is_too_long(const PstLineSplitter *splitter);
/* Forgets the line. */
void pst_line_splitter_clear(PstLineSplitter *splitter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstLineSplitter, pst_line_splitter_free)

G_END_DECLS
