/* Body reader: finds the end of the octets after DATA and takes the stuffed dots out (RFC 5321
 * sections 4.1.1.4, 4.5.2).
 *
 * Only CR LF '.' CR LF ends the data; every other arrangement of CR, LF and dots is content and is noted as a
 * flaw (SMTP smuggling). Content is handed out as spans of the input, nothing is copied or changed. A plain
 * value. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_BODY_FLAW_BARE_LF = 1 << 0, /* a line feed without carriage return (RFC 5321 section 2.3.8) */
  PST_BODY_FLAW_BARE_CR = 1 << 1,
  PST_BODY_FLAW_NUL = 1 << 2,
  PST_BODY_HAS_8BIT = 1 << 3,
} PstBodyFlaw;

typedef enum {
  PST_BODY_PLACE_LINE_START,
  PST_BODY_PLACE_TEXT,
  PST_BODY_PLACE_CR,  /* in text, behind a CR */
  PST_BODY_PLACE_DOT, /* behind a dot at the start of a line */
  PST_BODY_PLACE_DOT_CR,
} PstBodyPlace;

typedef struct {
  PstBodyPlace place;
  guint flaws; /* of PstBodyFlaw, seen so far */
} PstBodyReader;

/* At the start of a message the reader is all zero. */
#define PST_BODY_READER_INIT                                                                                 \
  {                                                                                                          \
    PST_BODY_PLACE_LINE_START, 0                                                                             \
  }

/* Takes octets up to the next stuffed dot or the end of data. Sets @taken to the octets used, @content to
 * those that are the message's (may be none). TRUE: the end of data was read. With @length > 0 at least one
 * octet is taken or is content. */
gboolean pst_body_reader_take(PstBodyReader *reader, const guint8 *data, gsize length, gsize *taken,
                              const guint8 **content, gsize *content_length);

G_END_DECLS
