/* Relay: what all sessions of one relay share. Made by the daemon, outlives every session.
 *
 * Plain pointers in the struct are fixed for its lifetime and thread-safe in themselves; what changes is
 * behind functions that lock. */
#pragma once
#include "relay/net/tls-server.h"
#include "relay/net/trust-store.h"
#include "relay/net/upstream-pool.h"
#include "relay/service/accounts.h"
#include "relay/service/assessor.h"
#include "relay/service/choices.h"
#include "relay/service/pending.h"
#include "relay/store/configuration.h"
#include "relay/store/database.h"

G_BEGIN_DECLS

typedef struct PstRelay PstRelay;

/* Called on the main context when a message's row is new or changed. */
typedef void (*PstRelayChangedFunc)(gint64 id, PstState state, gpointer data);

struct PstRelay {
  PstDatabase *database;
  PstUpstreamPool *pool;
  PstTlsServer *tls_server;
  PstSecret *local_password;
  GBytes *digest_key;
  char *sts_folder;
  char *fetch_program;
  PstChoices *choices;
  PstAccounts *accounts;
  PstPending *pending;
  GCancellable *draining; /* no new transaction: sessions between messages say 421 and close */
  GCancellable *stopping; /* whatever is under way ends now */
  PstRelayChangedFunc changed;
  gpointer changed_data;

  GMutex lock;
  PstConfiguration *configuration;
  guint configuration_serial;
  PstTrustStore *trust_store;
  PstAssessor *assessor;
  guint n_threads;
  GCond threads_cond;
};

/* New references. */
PstConfiguration *pst_relay_ref_configuration(PstRelay *relay);
/* Another number for every configuration that came into force. */
guint pst_relay_get_configuration_serial(PstRelay *relay);
PstTrustStore *pst_relay_ref_trust_store(PstRelay *relay);
PstAssessor *pst_relay_ref_assessor(PstRelay *relay);
/* Takes @configuration into force: new trust store and assessor, idle connections
 * closed. */
void pst_relay_set_configuration(PstRelay *relay, PstConfiguration *configuration);

/* Tells the main context that row @id changed. */
void pst_relay_notify(PstRelay *relay, gint64 id, PstState state);

/* Runs @func in a thread of its own that the relay waits for when it ends. FALSE when @max threads run
 * already. */
gboolean pst_relay_run_thread(PstRelay *relay, const char *name, guint max, GThreadFunc func, gpointer data);
/* Called as the last act of such a thread. */
void pst_relay_thread_done(PstRelay *relay);
/* Waits until no thread runs. FALSE when @deadline came first. */
gboolean pst_relay_wait_threads(PstRelay *relay, gint64 deadline);

G_END_DECLS
