/* Header scanner: reads the header block of a message as it streams by and rewrites only what Postern owns.
 *
 * The block ends with the first empty line (or the end of the message) and is kept whole up to a ceiling.
 * Field names match without regard to case, also with obsolete white space before the colon (RFC 5322
 * section 4.5); folded values are unfolded. Everything but the fields named in an edit stays byte-identical.
 * Input has CRLF line ends, no dots stuffed. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct PstHeaderScanner PstHeaderScanner;

#define PST_HEADER_MAX (1024 * 1024) /* octets */

typedef enum {
  PST_HEADER_MORE,      /* wants more input */
  PST_HEADER_DONE,      /* the block is complete; input after the returned count is body */
  PST_HEADER_TOO_LARGE, /* the ceiling was reached */
} PstHeaderStatus;

typedef struct {
  guint n_postern_tls; /* fields X-Postern-TLS seen */
  char *postern_tls;   /* unfolded, trimmed value of the first, or NULL */
  guint n_tls_required;
  char *tls_required;   /* likewise of TLS-Required (RFC 8689 section 3) */
  gboolean resent;      /* any Resent-* field */
  gboolean subject_tag; /* the subject begins with "[verified]" (any case) */
  char *subject;    /* decoded (RFC 2047), UTF-8, unfolded, without the tag, at most 500 octets; or NULL */
  char *message_id; /* with its angle brackets, or NULL */
} PstHeaderFacts;

typedef struct {
  gboolean remove_tls_required;
  gboolean insert_tls_required_no; /* "TLS-Required: No" as the first field */
  gboolean remove_subject_tag;
} PstHeaderEdit;

PstHeaderScanner *pst_header_scanner_new(void);
void pst_header_scanner_free(PstHeaderScanner *scanner);

/* Takes octets up to the end of the block; sets @taken to how many were the header's. */
PstHeaderStatus pst_header_scanner_feed(PstHeaderScanner *scanner, const guint8 *data, gsize length,
                                        gsize *taken);
/* The message ended: what was fed is all there is. */
void pst_header_scanner_finish(PstHeaderScanner *scanner);

/* Valid once the block is complete; owned by the scanner. */
const PstHeaderFacts *pst_header_scanner_get_facts(PstHeaderScanner *scanner);

/* The block as it goes on the wire, empty line included. X-Postern-TLS is always removed. */
GBytes *pst_header_scanner_rewrite(PstHeaderScanner *scanner, const PstHeaderEdit *edit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstHeaderScanner, pst_header_scanner_free)

G_END_DECLS
