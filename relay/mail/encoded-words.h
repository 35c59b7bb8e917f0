/* Encoded words (RFC 2047) of an unfolded header value, decoded for people to read.
 *
 * What cannot be decoded stays as it is written; wrong octets become U+FFFD. Characters split over adjoining
 * words of one charset are put together, as many programs write them so. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* One line of UTF-8 without control, line-parting or direction-turning characters, trimmed, at most @ceiling
 * octets, cut at a character. Caller frees. */
char *pst_encoded_words_decode(const char *value, gsize length, gsize ceiling);

G_END_DECLS
