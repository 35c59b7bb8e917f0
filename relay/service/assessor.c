#include "relay/service/assessor.h"
#include "relay/service/inquiry.h"
#include "relay/store/outlook-memory.h"

#define MAX_INQUIRIES 64
#define MAX_WAITING   1000
#define MAX_KNOWN     2000

typedef struct {
  PstAssessment *assessment; /* NULL: being found out for the first time */
  gboolean running;
  guint64 serial; /* of the inquiry that is under way, or was the last */
  gint64 expires; /* monotonic microseconds */
} Entry;

struct PstAssessor {
  gint references;
  PstConfiguration *configuration;
  PstTrustStore *trust_store;
  PstDatabase *database;
  PstUnboundResolver *resolver;
  PstProber *prober;
  PstPolicyFetcher *fetcher;
  PstStsCache *policies;
  GCancellable *stopping;
  GThreadPool *pool; /* of Task */
  GMutex lock;
  GCond found;
  GHashTable *by_domain; /* of Entry */
  guint64 last_serial;
};

typedef struct {
  char *domain;
  guint64 serial;
} Task;

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  pst_assessment_unref(entry->assessment);
  g_free(entry);
}

static PstInquiryTools
tools_of(PstAssessor *assessor)
{
  const PstConfiguration *configuration = assessor->configuration;
  return (PstInquiryTools){
    .probe_time = configuration->probe_timeout * G_TIME_SPAN_SECOND,
    .policy = { .resolver = pst_unbound_resolver_get_resolver(assessor->resolver),
                .fetcher = assessor->fetcher,
                .kept = assessor->policies,
                .port = configuration->policy_port,
                .allow_private = configuration->probe_private_addresses,
                .ca_file = configuration->ca_file },
    .prober = configuration->probe_enabled ? assessor->prober : NULL,
    .probe_port = configuration->probe_port,
  };
}

/* What is seen now, held against what was seen before. A lock that cannot be read is taken for closed. */
static void
apply_downgrade(PstAssessor *assessor, PstAssessment *assessment)
{
  PstDowngrade downgrade;
  g_autoptr(GError) error = NULL;
  if (!pst_outlook_memory_see(assessor->database, assessment->domain, assessment->outlook,
                              assessment->checked_at, &downgrade, &error)) {
    g_warning("what is known of a domain cannot be read or kept: %s", error->message);
    assessment->downgraded = TRUE;
    return;
  }
  assessment->downgraded = downgrade.locked;
  assessment->good_remembered = pst_downgrade_remembers_good(&downgrade, assessment->checked_at);
}

/* The entry that @task is to fill in; under the lock. NULL: it was dropped meanwhile, perhaps for another
 * inquiry that began later and knows better. */
static Entry *
entry_of(PstAssessor *assessor, const Task *task)
{
  Entry *entry = g_hash_table_lookup(assessor->by_domain, task->domain);
  return entry != NULL && entry->serial == task->serial ? entry : NULL;
}

static gboolean
is_wanted(PstAssessor *assessor, const Task *task)
{
  g_mutex_lock(&assessor->lock);
  gboolean wanted = entry_of(assessor, task) != NULL && !g_cancellable_is_cancelled(assessor->stopping);
  g_mutex_unlock(&assessor->lock);
  return wanted;
}

/* NULL: it was broken off, or the network changed under it; what was seen then says nothing of the domain. */
static PstAssessment *
inquire(PstAssessor *assessor, const Task *task, guint *lifetime)
{
  PstInquiryTools tools = tools_of(assessor);
  if (!is_wanted(assessor, task))
    return NULL;
  g_autoptr(PstAssessment) assessment = pst_inquiry_run(&tools, task->domain, assessor->stopping, lifetime);
  if (!is_wanted(assessor, task))
    return NULL;
  apply_downgrade(assessor, assessment);
  return g_steal_pointer(&assessment);
}

static void
keep(PstAssessor *assessor, const Task *task, PstAssessment *assessment, guint lifetime)
{
  g_mutex_lock(&assessor->lock);
  Entry *entry = entry_of(assessor, task);
  if (entry != NULL && assessment == NULL) {
    g_hash_table_remove(assessor->by_domain, task->domain);
  } else if (entry != NULL) {
    pst_assessment_unref(entry->assessment);
    entry->assessment = pst_assessment_ref(assessment);
    entry->expires = g_get_monotonic_time() + lifetime * G_TIME_SPAN_SECOND;
    entry->running = FALSE;
  }
  g_cond_broadcast(&assessor->found);
  g_mutex_unlock(&assessor->lock);
}

static void
run_task(gpointer data, gpointer user_data)
{
  Task *task = data;
  PstAssessor *assessor = user_data;
  guint lifetime = 0;
  g_autoptr(PstAssessment) assessment = inquire(assessor, task, &lifetime);
  keep(assessor, task, assessment, lifetime);
  g_free(task->domain);
  g_free(task);
}

PstAssessor *
pst_assessor_new(PstConfiguration *configuration, PstTrustStore *trust_store, PstDatabase *database,
                 const char *sts_folder, const char *fetch_program)
{
  PstAssessor *assessor = g_new0(PstAssessor, 1);
  const PstUnboundOptions options = { (const char *const *)configuration->resolver_servers,
                                      configuration->trust_anchor_file };
  assessor->references = 1;
  assessor->configuration = pst_configuration_ref(configuration);
  assessor->trust_store = pst_trust_store_ref(trust_store);
  assessor->database = database;
  assessor->resolver = pst_unbound_resolver_new(&options);
  assessor->prober = pst_prober_new(trust_store, configuration->probe_private_addresses);
  assessor->fetcher = pst_policy_fetcher_new(fetch_program);
  assessor->policies = pst_sts_cache_new(sts_folder);
  assessor->stopping = g_cancellable_new();
  assessor->pool = g_thread_pool_new(run_task, assessor, MAX_INQUIRIES, FALSE, NULL);
  assessor->by_domain = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
  g_mutex_init(&assessor->lock);
  g_cond_init(&assessor->found);
  return assessor;
}

PstAssessor *
pst_assessor_ref(PstAssessor *assessor)
{
  g_atomic_int_inc(&assessor->references);
  return assessor;
}

void
pst_assessor_unref(PstAssessor *assessor)
{
  if (assessor == NULL || !g_atomic_int_dec_and_test(&assessor->references))
    return;
  pst_assessor_stop(assessor);
  g_thread_pool_free(assessor->pool, FALSE, TRUE);
  pst_prober_free(assessor->prober);
  pst_unbound_resolver_free(assessor->resolver);
  pst_policy_fetcher_free(assessor->fetcher);
  pst_sts_cache_free(assessor->policies);
  g_hash_table_unref(assessor->by_domain);
  pst_trust_store_unref(assessor->trust_store);
  pst_configuration_unref(assessor->configuration);
  g_object_unref(assessor->stopping);
  g_mutex_clear(&assessor->lock);
  g_cond_clear(&assessor->found);
  g_free(assessor);
}

void
pst_assessor_stop(PstAssessor *assessor)
{
  g_cancellable_cancel(assessor->stopping);
}

static gboolean
is_stale(gpointer key, gpointer value, gpointer data)
{
  const Entry *entry = value;
  return !entry->running && entry->expires <= *(const gint64 *)data;
}

/* Under the lock. */
static gboolean
has_room(PstAssessor *assessor, gboolean is_new, gint64 now)
{
  gboolean full = is_new && g_hash_table_size(assessor->by_domain) >= MAX_KNOWN;
  if (full && g_hash_table_foreach_remove(assessor->by_domain, is_stale, &now) == 0)
    g_hash_table_foreach_remove(assessor->by_domain, is_stale, &(gint64){ G_MAXINT64 });
  return g_thread_pool_unprocessed(assessor->pool) < MAX_WAITING &&
         !(is_new && g_hash_table_size(assessor->by_domain) >= MAX_KNOWN) &&
         !g_cancellable_is_cancelled(assessor->stopping);
}

/* The entry of @domain with an inquiry under way or a result that holds; under the lock. NULL: no room. */
static Entry *
ensure_entry(PstAssessor *assessor, const char *domain, gint64 now)
{
  Entry *entry = g_hash_table_lookup(assessor->by_domain, domain);
  if (entry != NULL && (entry->running || entry->expires > now))
    return entry;
  if (!has_room(assessor, entry == NULL, now))
    return NULL;
  if (entry == NULL) {
    entry = g_new0(Entry, 1);
    g_hash_table_insert(assessor->by_domain, g_strdup(domain), entry);
  }
  Task *task = g_new(Task, 1);
  *task = (Task){ g_strdup(domain), ++assessor->last_serial };
  entry->serial = task->serial;
  entry->running = TRUE;
  g_thread_pool_push(assessor->pool, task, NULL);
  return entry;
}

gboolean
pst_assessor_start(PstAssessor *assessor, const char *domain)
{
  g_mutex_lock(&assessor->lock);
  const Entry *entry = ensure_entry(assessor, domain, g_get_monotonic_time());
  gboolean known = entry != NULL && !entry->running;
  g_mutex_unlock(&assessor->lock);
  return known;
}

static PstAssessment *
not_in_time(const char *domain)
{
  PstReason *reason = pst_reason_new(PST_REASON_NOT_ASSESSED, "domain", domain, NULL);
  PstAssessment *assessment = pst_assessment_new(domain, PST_OUTLOOK_UNKNOWN, reason);
  assessment->checked_at = g_get_real_time();
  return assessment;
}

PstAssessment *
pst_assessor_get(PstAssessor *assessor, const char *domain, gint64 deadline)
{
  PstAssessment *assessment = NULL;
  gboolean in_time = TRUE;
  g_mutex_lock(&assessor->lock);
  Entry *entry = ensure_entry(assessor, domain, g_get_monotonic_time());
  while (entry != NULL && entry->running && in_time) {
    in_time = g_cond_wait_until(&assessor->found, &assessor->lock, deadline);
    /* Entries may go while the lock is let go; one that a change of network took is asked for anew. */
    entry = ensure_entry(assessor, domain, g_get_monotonic_time());
  }
  if (entry != NULL && !entry->running)
    assessment = pst_assessment_ref(entry->assessment);
  g_mutex_unlock(&assessor->lock);
  return assessment != NULL ? assessment : not_in_time(domain);
}

PstAssessment *
pst_assessor_peek(PstAssessor *assessor, const char *domain)
{
  PstAssessment *assessment = NULL;
  g_mutex_lock(&assessor->lock);
  const Entry *entry = g_hash_table_lookup(assessor->by_domain, domain);
  if (entry != NULL && entry->assessment != NULL && entry->expires > g_get_monotonic_time())
    assessment = pst_assessment_ref(entry->assessment);
  g_mutex_unlock(&assessor->lock);
  return assessment;
}

/* What is remembered in the process goes too; an inquiry under way ends for nobody. How many were dropped. */
static gint64
drop(PstAssessor *assessor, const char *domain)
{
  g_mutex_lock(&assessor->lock);
  guint before = g_hash_table_size(assessor->by_domain);
  if (domain != NULL)
    g_hash_table_remove(assessor->by_domain, domain);
  else
    g_hash_table_remove_all(assessor->by_domain);
  gint64 n = before - g_hash_table_size(assessor->by_domain);
  g_cond_broadcast(&assessor->found);
  g_mutex_unlock(&assessor->lock);
  return n;
}

gboolean
pst_assessor_accept(PstAssessor *assessor, const char *domain, GError **error)
{
  if (!pst_outlook_memory_accept(assessor->database, domain, g_get_real_time(), error))
    return FALSE;
  drop(assessor, domain);
  return TRUE;
}

gint64
pst_assessor_forget(PstAssessor *assessor, const char *domain, GError **error)
{
  gint64 n = pst_outlook_memory_forget(assessor->database, domain, error);
  if (n < 0)
    return -1;
  if (domain != NULL)
    pst_sts_cache_forget(assessor->policies, domain);
  else
    pst_sts_cache_forget_all(assessor->policies);
  /* Of bad outlooks only this process knows. */
  gint64 dropped = drop(assessor, domain);
  return MAX(n, dropped);
}

void
pst_assessor_renew(PstAssessor *assessor)
{
  pst_unbound_resolver_renew(assessor->resolver);
  pst_prober_renew(assessor->prober);
  drop(assessor, NULL);
}

PstDnsService
pst_assessor_get_dns(PstAssessor *assessor)
{
  return pst_unbound_resolver_get_service(assessor->resolver, NULL);
}
