#include "relay/net/trust-store.h"

struct PstTrustStore {
  gint references;
  char *ca_file;
  GMutex lock;
  gnutls_x509_trust_list_t list; /* NULL: not loaded */
  gint64 used_at;
};

PstTrustStore *
pst_trust_store_new(const char *ca_file)
{
  PstTrustStore *store = g_new0(PstTrustStore, 1);
  store->references = 1;
  store->ca_file = g_strdup(ca_file);
  g_mutex_init(&store->lock);
  return store;
}

PstTrustStore *
pst_trust_store_ref(PstTrustStore *store)
{
  g_atomic_int_inc(&store->references);
  return store;
}

static void
drop_list(PstTrustStore *store)
{
  if (store->list != NULL)
    gnutls_x509_trust_list_deinit(store->list, 1);
  store->list = NULL;
}

void
pst_trust_store_unref(PstTrustStore *store)
{
  if (store == NULL || !g_atomic_int_dec_and_test(&store->references))
    return;
  drop_list(store);
  g_mutex_clear(&store->lock);
  g_free(store->ca_file);
  g_free(store);
}

static gboolean
load_list(PstTrustStore *store)
{
  if (store->list != NULL)
    return TRUE;
  if (gnutls_x509_trust_list_init(&store->list, 0) < 0)
    return FALSE;
  int n = gnutls_x509_trust_list_add_system_trust(store->list, 0, 0);
  if (store->ca_file != NULL) {
    int added =
        gnutls_x509_trust_list_add_trust_file(store->list, store->ca_file, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
    n = MAX(n, 0) + MAX(added, 0);
  }
  if (n > 0)
    return TRUE;
  drop_list(store);
  return FALSE;
}

int
pst_trust_store_verify(PstTrustStore *store, gnutls_x509_crt_t *chain, guint n_chain, guint *status)
{
  int result = -1;
  g_mutex_lock(&store->lock);
  if (load_list(store))
    result = gnutls_x509_trust_list_verify_crt2(
        store->list, chain, n_chain, NULL, 0, GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), status, NULL);
  store->used_at = g_get_monotonic_time();
  g_mutex_unlock(&store->lock);
  return result < 0 ? -1 : 0;
}

gboolean
pst_trust_store_trim(PstTrustStore *store, gint64 idle)
{
  g_mutex_lock(&store->lock);
  if (store->list != NULL && g_get_monotonic_time() - store->used_at >= idle)
    drop_list(store);
  gboolean held = store->list != NULL;
  g_mutex_unlock(&store->lock);
  return held;
}
