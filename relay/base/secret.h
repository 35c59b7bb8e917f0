/* Secret: octets that are wiped when the last holder lets go and that nothing can print. Counted. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct PstSecret PstSecret;

PstSecret *pst_secret_new(const void *data, gsize length);
PstSecret *pst_secret_ref(PstSecret *secret);
void pst_secret_unref(PstSecret *secret);
/* NUL-terminated behind @length for callers that need a string; never log it. */
const guint8 *pst_secret_peek(const PstSecret *secret, gsize *length);
/* Constant time in the octets. */
gboolean pst_secret_equal(const PstSecret *a, const PstSecret *b);
/* Overwrites memory in a way the compiler keeps. */
void pst_wipe(void *data, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstSecret, pst_secret_unref)

G_END_DECLS
