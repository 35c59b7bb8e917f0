/* Mailbox: a reverse- or forward-path of RFC 5321 section 4.1.2 (RFC 6531 with @utf8), parsed and normalised.
 *
 * A source route is dropped. The wire form is what goes to the next hop: the client's own octets without
 * brackets and route, but a domain of U-labels goes as A-labels; it can hold no CR, LF, NUL, other control
 * character, or unquoted angle bracket. Immutable and counted. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct PstMailbox PstMailbox;

#define PST_MAILBOX_MAX 320 /* octets of a path (RFC 5321 4.5.3.1.3 says 256; longer ones exist) */

/* Parses "<local@domain>" or "<>" (the null path). @utf8: U-labels and UTF-8 local parts are allowed.
 * NULL when it is not a path. */
PstMailbox *pst_mailbox_parse_path(const char *path, gsize length, gboolean utf8);

/* Parses a bare "local@domain" (configuration, command line). */
PstMailbox *pst_mailbox_parse_address(const char *address);

PstMailbox *pst_mailbox_ref(PstMailbox *mailbox);
void pst_mailbox_unref(PstMailbox *mailbox);

gboolean pst_mailbox_is_null(const PstMailbox *mailbox);
gboolean pst_mailbox_is_ascii(const PstMailbox *mailbox);

/* "" for the null path. */
const char *pst_mailbox_get_wire(const PstMailbox *mailbox);
/* As given: quoted strings stay quoted. */
const char *pst_mailbox_get_local(const PstMailbox *mailbox);
/* Lower-case A-labels; NULL for the null path and for address literals. */
const char *pst_mailbox_get_domain(const PstMailbox *mailbox);
/* The address literal with its brackets, or NULL. */
const char *pst_mailbox_get_literal(const PstMailbox *mailbox);
/* What two equal mailboxes share: dequoted and case-folded local part, '@', domain or literal. */
const char *pst_mailbox_get_key(const PstMailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstMailbox, pst_mailbox_unref)

G_END_DECLS
