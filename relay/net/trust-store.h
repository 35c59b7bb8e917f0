/* Trust store: the system's roots and the configured CA file, loaded when first needed, dropped when long
 * unused (they take about 4 MiB). Thread-safe, counted. */
#pragma once
#include <glib.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

typedef struct PstTrustStore PstTrustStore;

/* @ca_file: PEM, added to the system's roots; or NULL. */
PstTrustStore *pst_trust_store_new(const char *ca_file);
PstTrustStore *pst_trust_store_ref(PstTrustStore *store);
void pst_trust_store_unref(PstTrustStore *store);

/* Verifies the chain @chain to a trusted root, dates included, names not. The flags of GnuTLS's status, or -1
 * when the trust list cannot be loaded or the chain not be examined (which proves nothing). */
int pst_trust_store_verify(PstTrustStore *store, gnutls_x509_crt_t *chain, guint n_chain, guint *status);

/* Drops the list when nobody has used it for @idle microseconds. TRUE when a list is still held. */
gboolean pst_trust_store_trim(PstTrustStore *store, gint64 idle);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstTrustStore, pst_trust_store_unref)

G_END_DECLS
