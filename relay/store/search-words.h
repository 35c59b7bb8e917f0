/* Search words: what a person typed, as an expression for the full-text index.
 *
 * Words are what white space separates; all must be there, the last one may go on. Everything in them is
 * plain text: quotes, stars, NEAR, colons and markup have no meaning of their own. An address typed in full
 * is found as one. */
#pragma once
#include "relay/contract/error.h"

G_BEGIN_DECLS

#define PST_SEARCH_MAX_OCTETS 1000
#define PST_SEARCH_MAX_WORDS  32

/* The expression, caller frees; NULL without error when @text has no words; INVALID_ARGUMENT when it is too
 * long. */
char *pst_search_words_to_expression(const char *text, GError **error);

G_END_DECLS
