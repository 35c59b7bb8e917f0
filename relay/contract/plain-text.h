/* Plain text: strangers' words (a server's reply, a client's name) made fit for terminals, notifications and
 * replies: one line of valid UTF-8 without control, format, or line separating characters, no longer than
 * asked for. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* @length: octets, or -1 when NUL-terminated. At most @ceiling octets, cut at a character. Caller frees. */
char *pst_plain_text(const char *words, gssize length, gsize ceiling);

G_END_DECLS
