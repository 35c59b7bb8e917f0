/* Domain names as mail needs them: checked, lower-case A-labels (IDNA 2008, RFC 5891), at most 253 octets.
 *
 * Nothing here looks anything up, and nothing is guessed: what is no name gives NULL. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* @name: UTF-8, A- or U-labels, with or without a final dot, @length octets. Returns the normalised name
 * (caller frees) or NULL when it is no domain name: empty label, label over 63, over 253 in all, no LDH after
 * mapping, not IDNA, or a number as its last label (that is an address, RFC 1123 section 2.1). Ideographic
 * full stops part labels too. */
char *pst_domain_name_normalise(const char *name, gsize length);

/* What a person should read of a normalised name: U-labels where they round-trip, else the name itself.
 * Caller frees. */
char *pst_domain_name_display(const char *name);

/* The parent ("example.org" of "mail.example.org"), a pointer into @name; NULL when there is none. */
const char *pst_domain_name_parent(const char *name);

G_END_DECLS
