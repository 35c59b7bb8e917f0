#include "relay/service/relay.h"

typedef struct {
  PstRelay *relay;
  gint64 id;
  PstState state;
} Change;

PstConfiguration *
pst_relay_ref_configuration(PstRelay *relay)
{
  g_mutex_lock(&relay->lock);
  PstConfiguration *configuration = pst_configuration_ref(relay->configuration);
  g_mutex_unlock(&relay->lock);
  return configuration;
}

guint
pst_relay_get_configuration_serial(PstRelay *relay)
{
  g_mutex_lock(&relay->lock);
  guint serial = relay->configuration_serial;
  g_mutex_unlock(&relay->lock);
  return serial;
}

PstTrustStore *
pst_relay_ref_trust_store(PstRelay *relay)
{
  g_mutex_lock(&relay->lock);
  PstTrustStore *store = pst_trust_store_ref(relay->trust_store);
  g_mutex_unlock(&relay->lock);
  return store;
}

PstAssessor *
pst_relay_ref_assessor(PstRelay *relay)
{
  g_mutex_lock(&relay->lock);
  PstAssessor *assessor = pst_assessor_ref(relay->assessor);
  g_mutex_unlock(&relay->lock);
  return assessor;
}

void
pst_relay_set_configuration(PstRelay *relay, PstConfiguration *configuration)
{
  PstTrustStore *store = pst_trust_store_new(configuration->ca_file);
  PstAssessor *assessor =
      pst_assessor_new(configuration, store, relay->database, relay->sts_folder, relay->fetch_program);
  g_mutex_lock(&relay->lock);
  PstConfiguration *old = relay->configuration;
  PstTrustStore *old_store = relay->trust_store;
  PstAssessor *old_assessor = relay->assessor;
  relay->configuration = pst_configuration_ref(configuration);
  relay->configuration_serial++;
  relay->trust_store = store;
  relay->assessor = assessor;
  g_mutex_unlock(&relay->lock);
  if (old_assessor != NULL)
    pst_assessor_stop(old_assessor);
  pst_assessor_unref(old_assessor);
  g_clear_pointer(&old, pst_configuration_unref);
  g_clear_pointer(&old_store, pst_trust_store_unref);
  pst_accounts_forget(relay->accounts);
  pst_upstream_pool_clear(relay->pool);
}

static gboolean
tell_change(gpointer data)
{
  Change *change = data;
  if (change->relay->changed != NULL)
    change->relay->changed(change->id, change->state, change->relay->changed_data);
  return G_SOURCE_REMOVE;
}

void
pst_relay_notify(PstRelay *relay, gint64 id, PstState state)
{
  Change *change = g_new(Change, 1);
  *change = (Change){ relay, id, state };
  g_main_context_invoke_full(NULL, G_PRIORITY_DEFAULT, tell_change, change, g_free);
}

gboolean
pst_relay_run_thread(PstRelay *relay, const char *name, guint max, GThreadFunc func, gpointer data)
{
  g_mutex_lock(&relay->lock);
  gboolean room = relay->n_threads < max;
  if (room)
    relay->n_threads++;
  g_mutex_unlock(&relay->lock);
  GThread *thread = room ? g_thread_try_new(name, func, data, NULL) : NULL;
  if (thread != NULL) {
    g_thread_unref(thread);
    return TRUE;
  }
  if (room)
    pst_relay_thread_done(relay);
  return FALSE;
}

void
pst_relay_thread_done(PstRelay *relay)
{
  g_mutex_lock(&relay->lock);
  relay->n_threads--;
  g_cond_broadcast(&relay->threads_cond);
  g_mutex_unlock(&relay->lock);
}

gboolean
pst_relay_wait_threads(PstRelay *relay, gint64 deadline)
{
  g_mutex_lock(&relay->lock);
  while (relay->n_threads > 0 && g_cond_wait_until(&relay->threads_cond, &relay->lock, deadline))
    ;
  gboolean none = relay->n_threads == 0;
  g_mutex_unlock(&relay->lock);
  return none;
}
