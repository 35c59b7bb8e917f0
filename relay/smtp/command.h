/* Command: one line from a client, parted into verb and argument (RFC 5321 section 4.1.1).
 *
 * The argument is a span of the line: without blanks around it, with whatever octets the client sent inside.
 * Lines of other protocols (HTTP methods, "Name: value" header fields, anything that does not begin with a
 * letter) are told apart: a browser can be made to send them to a loopback port. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_VERB_UNKNOWN,
  PST_VERB_FOREIGN, /* of another protocol: the only answer is to close */
  PST_VERB_EHLO,
  PST_VERB_HELO,
  PST_VERB_STARTTLS,
  PST_VERB_AUTH,
  PST_VERB_MAIL,
  PST_VERB_RCPT,
  PST_VERB_DATA,
  PST_VERB_BDAT,
  PST_VERB_RSET,
  PST_VERB_NOOP,
  PST_VERB_QUIT,
  PST_VERB_VRFY,
  PST_VERB_EXPN,
  PST_VERB_HELP,
  PST_N_VERBS,
} PstVerb;

typedef struct {
  PstVerb verb;
  const char *argument;
  gsize length;
  gboolean has_control; /* NUL, CR, LF or another control character is in the argument */
} PstCommand;

/* @line: without its CRLF. */
void pst_command_parse(PstCommand *command, const char *line, gsize length);

/* TRUE when the span is @word in any case. */
gboolean pst_span_equals(const char *span, gsize length, const char *word);

G_END_DECLS
