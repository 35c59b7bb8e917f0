/* Own certificate: makes the key and self-signed certificate that the loopback listener shows. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes @key_file (0600) and @certificate_file (PEM), replacing what was there. */
gboolean pst_own_certificate_make(const char *key_file, const char *certificate_file, GError **error);

G_END_DECLS
