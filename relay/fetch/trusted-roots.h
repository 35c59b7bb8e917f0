/* Trusted roots: those of GLib's default database, the system's, and of a file beside them.
 *
 * GLib's own database is copied for every connection that may use it, which costs 20 ms and 4 MiB each time;
 * this one asks it without that, so it should be made the default in its place. Thread-safe. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

#define PST_TYPE_TRUSTED_ROOTS (pst_trusted_roots_get_type())
G_DECLARE_FINAL_TYPE(PstTrustedRoots, pst_trusted_roots, PST, TRUSTED_ROOTS, GTlsDatabase)

/* @ca_file: PEM, absolute; or "". A file that cannot be read adds nothing. */
PstTrustedRoots *pst_trusted_roots_new(const char *ca_file);

G_END_DECLS
