/* Dialogue: a scenario of SMTP as a text file, for tests and as seed of the fuzzers (tests/dialogues).
 *
 * One item a line. "# " why; "C: " a client's line; "S: " a server's line; "> " an event the engine emits; "<
 * " what the host does; "@ " time passes; "! " the connection drops. Escapes: \r \n \\ \xHH, and \c at the
 * end: no CRLF behind this line. In lines that are checked '*' stands for any octets. */
#pragma once
#include "relay/base/byte-queue.h"

G_BEGIN_DECLS

typedef struct {
  char mark;          /* 'C' 'S' '>' '<' '@' '!' */
  guint number;       /* of the line, from 1 */
  char *text;         /* as written, behind the mark */
  GByteArray *octets; /* escapes resolved, CRLF behind 'C' and 'S' */
} PstDialogueItem;

/* Items (PstDialogueItem) of @length octets of text; NULL and @bad_line when a line has no known mark.
 * Without
 * @bad_line such lines are skipped. */
GPtrArray *pst_dialogue_parse(const char *text, gsize length, guint *bad_line);
GPtrArray *pst_dialogue_load(const char *path);

/* Names of the dialogue files in @folder, sorted; never empty. */
GPtrArray *pst_dialogue_list(const char *folder);

/* Takes what @item describes from the front of @output; FALSE (and nothing taken) when something else is
 * there. */
gboolean pst_dialogue_take(const PstDialogueItem *item, PstByteQueue *output);

G_END_DECLS
