#include "relay/net/prober.h"

#define MAX_THREADS      64
#define SILENT_HOSTS     3
#define BLOCKED_INTERVAL (10 * 60 * (gint64)G_USEC_PER_SEC)

struct PstProber {
  PstTrustStore *store;
  gboolean allow_private;
  GThreadPool *pool;

  GMutex lock;          /* of what follows */
  gboolean reached;     /* some host talked since the network changed */
  GHashTable *silent;   /* addresses that did not, at most SILENT_HOSTS */
  gint64 blocked_until; /* g_get_monotonic_time() */
};

/* One call of pst_prober_run(). */
typedef struct {
  gint64 deadline;
  GCancellable *cancellable;
  GMutex lock;
  GCond finished;
  guint n_open;
} Round;

typedef struct {
  Round *round;
  PstProbeTask *task;
} Job;

static PstProbeFacts *
untried(const PstProbeTask *task, PstReasonCode code)
{
  PstProbeFacts *facts = pst_probe_facts_new(PST_PROBE_NOT_TRIED);
  facts->address = pst_address_to_string(&task->target.address);
  facts->reason = pst_reason_new(code, "host", task->target.host, "domain", task->target.host, NULL);
  return facts;
}

static gboolean
is_time_out(const PstProbeFacts *facts)
{
  return facts->result == PST_PROBE_SILENT && pst_reason_get_code(facts->reason) == PST_REASON_HOST_SILENT;
}

static void
learn(PstProber *prober, const PstProbeFacts *facts)
{
  if (facts->result == PST_PROBE_NOT_TRIED)
    return;
  g_mutex_lock(&prober->lock);
  if (facts->result != PST_PROBE_SILENT) {
    prober->reached = TRUE;
    g_hash_table_remove_all(prober->silent);
  } else if (is_time_out(facts) && !prober->reached && g_hash_table_size(prober->silent) < SILENT_HOSTS) {
    g_hash_table_add(prober->silent, g_strdup(facts->address));
    if (g_hash_table_size(prober->silent) == SILENT_HOSTS)
      prober->blocked_until = g_get_monotonic_time() + BLOCKED_INTERVAL;
  }
  g_mutex_unlock(&prober->lock);
}

gboolean
pst_prober_is_blocked(PstProber *prober)
{
  g_mutex_lock(&prober->lock);
  gboolean silent = !prober->reached && g_hash_table_size(prober->silent) == SILENT_HOSTS;
  if (silent && g_get_monotonic_time() >= prober->blocked_until) {
    g_hash_table_remove_all(prober->silent);
    silent = FALSE;
  }
  g_mutex_unlock(&prober->lock);
  return silent;
}

void
pst_prober_renew(PstProber *prober)
{
  g_mutex_lock(&prober->lock);
  prober->reached = FALSE;
  g_hash_table_remove_all(prober->silent);
  g_mutex_unlock(&prober->lock);
}

static PstProbeFacts *
probe(PstProber *prober, const PstProbeTask *task, const Round *round)
{
  if (!prober->allow_private && !pst_address_is_public(&task->target.address))
    return untried(task, PST_REASON_HOST_PRIVATE);
  if (pst_prober_is_blocked(prober))
    return untried(task, PST_REASON_PORT_BLOCKED);
  if (g_get_monotonic_time() >= round->deadline || g_cancellable_is_cancelled(round->cancellable))
    return untried(task, PST_REASON_HOST_NOT_TRIED);
  return pst_mx_probe_run(&task->target, prober->store, round->deadline, round->cancellable);
}

static void
run_job(gpointer data, gpointer user_data)
{
  g_autofree Job *job = data;
  Round *round = job->round;
  job->task->facts = probe(user_data, job->task, round);
  learn(user_data, job->task->facts);
  g_mutex_lock(&round->lock);
  if (--round->n_open == 0)
    g_cond_signal(&round->finished);
  g_mutex_unlock(&round->lock);
}

void
pst_prober_run(PstProber *prober, PstProbeTask *tasks, guint n_tasks, gint64 deadline,
               GCancellable *cancellable)
{
  Round round = { .deadline = deadline, .cancellable = cancellable, .n_open = n_tasks };
  g_mutex_init(&round.lock);
  g_cond_init(&round.finished);
  for (guint i = 0; i < n_tasks; i++) {
    Job *job = g_new(Job, 1);
    *job = (Job){ &round, &tasks[i] };
    g_thread_pool_push(prober->pool, job, NULL);
  }
  g_mutex_lock(&round.lock);
  while (round.n_open > 0)
    g_cond_wait(&round.finished, &round.lock);
  g_mutex_unlock(&round.lock);
  g_cond_clear(&round.finished);
  g_mutex_clear(&round.lock);
}

PstProber *
pst_prober_new(PstTrustStore *store, gboolean allow_private)
{
  PstProber *prober = g_new0(PstProber, 1);
  prober->store = pst_trust_store_ref(store);
  prober->allow_private = allow_private;
  prober->pool = g_thread_pool_new(run_job, prober, MAX_THREADS, FALSE, NULL);
  prober->silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init(&prober->lock);
  return prober;
}

void
pst_prober_free(PstProber *prober)
{
  if (prober == NULL)
    return;
  g_thread_pool_free(prober->pool, FALSE, TRUE);
  g_hash_table_unref(prober->silent);
  g_mutex_clear(&prober->lock);
  pst_trust_store_unref(prober->store);
  g_free(prober);
}
