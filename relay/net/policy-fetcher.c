#include "relay/net/policy-fetcher.h"
#include "relay/dns/address.h"
#include "relay/net/fetch-process.h"

/* The program's time is a little shorter than the caller's, so that its answer tells of the end. */
#define MARGIN (200 * (gint64)1000)
/* A program that is later than that with an answer hangs. */
#define PATIENCE (1 * (gint64)G_USEC_PER_SEC)

typedef struct {
  gint64 deadline;
  gboolean abandoned; /* nobody waits for it any more */
  gboolean done;
  PstFetchAnswer answer; /* without a body: none came, as the program is gone */
} Job;

struct PstPolicyFetcher {
  char *program;
  GMutex lock;
  GCond changed;
  PstFetchProcess *process; /* owned by its reader; NULL: a request starts one */
  GThread *reader;          /* joined before the next */
  GHashTable *jobs;         /* of the process: from number to Job */
  guint32 last_number;
  gint64 used_at;
};

typedef struct {
  PstPolicyFetcher *fetcher;
  PstFetchProcess *process;
} Reader;

static void
job_free(Job *job)
{
  pst_fetch_answer_clear(&job->answer);
  g_free(job);
}

/* Called under the lock. Gives the job back to whoever waits for it. */
static void
job_end(Job *job)
{
  job->done = TRUE;
  if (job->abandoned)
    job_free(job);
}

/* Called under the lock: from here on no request goes to the process. */
static void
detach_process(PstPolicyFetcher *fetcher)
{
  GHashTableIter iter;
  gpointer job;
  fetcher->process = NULL;
  g_hash_table_iter_init(&iter, fetcher->jobs);
  while (g_hash_table_iter_next(&iter, NULL, &job)) {
    g_hash_table_iter_remove(&iter);
    job_end(job);
  }
  g_cond_broadcast(&fetcher->changed);
}

/* FALSE when nobody has used the process for long: then it is detached; or when it already is. */
static gboolean
wait_for_answers(Reader *reader)
{
  PstPolicyFetcher *fetcher = reader->fetcher;
  const gint64 idle_time = PST_FETCH_IDLE_TIME * (gint64)1000;
  gint64 until = g_get_monotonic_time();
  gboolean attached = TRUE;
  while (attached && !pst_fetch_process_wait(reader->process, until)) {
    g_mutex_lock(&fetcher->lock);
    gint64 now = g_get_monotonic_time();
    gboolean busy = g_hash_table_size(fetcher->jobs) > 0;
    until = busy ? now + idle_time : fetcher->used_at + idle_time;
    attached = fetcher->process == reader->process;
    if (attached && until <= now) {
      detach_process(fetcher);
      attached = FALSE;
    }
    g_mutex_unlock(&fetcher->lock);
  }
  return attached;
}

/* FALSE when the answer is to nothing that was asked. */
static gboolean
deliver(PstPolicyFetcher *fetcher, PstFetchAnswer *answer)
{
  gpointer job;
  g_mutex_lock(&fetcher->lock);
  gboolean known = g_hash_table_steal_extended(fetcher->jobs, GUINT_TO_POINTER(answer->number), NULL, &job);
  if (known) {
    ((Job *)job)->answer = *answer;
    *answer = (PstFetchAnswer){ 0 };
    fetcher->used_at = g_get_monotonic_time();
    job_end(job);
    g_cond_broadcast(&fetcher->changed);
  }
  g_mutex_unlock(&fetcher->lock);
  return known;
}

static gboolean
take_answers(Reader *reader)
{
  if (!pst_fetch_process_receive(reader->process))
    return FALSE;
  for (;;) {
    gboolean broken;
    g_auto(PstFetchAnswer) answer = { 0 };
    if (!pst_fetch_process_take(reader->process, &answer, &broken))
      return !broken;
    if (!deliver(reader->fetcher, &answer))
      return FALSE;
  }
}

static gpointer
read_answers(gpointer data)
{
  g_autofree Reader *reader = data;
  PstPolicyFetcher *fetcher = reader->fetcher;
  while (wait_for_answers(reader) && take_answers(reader))
    continue;
  g_mutex_lock(&fetcher->lock);
  if (fetcher->process == reader->process)
    detach_process(fetcher);
  g_mutex_unlock(&fetcher->lock);
  pst_fetch_process_free(reader->process);
  return NULL;
}

PstPolicyFetcher *
pst_policy_fetcher_new(const char *program)
{
  PstPolicyFetcher *fetcher = g_new0(PstPolicyFetcher, 1);
  fetcher->program = g_strdup(program);
  g_mutex_init(&fetcher->lock);
  g_cond_init(&fetcher->changed);
  fetcher->jobs = g_hash_table_new(NULL, NULL);
  return fetcher;
}

/* Called under the lock, which is given up meanwhile. */
static void
join_reader(PstPolicyFetcher *fetcher)
{
  GThread *reader = g_steal_pointer(&fetcher->reader);
  g_mutex_unlock(&fetcher->lock);
  if (reader != NULL)
    g_thread_join(reader);
  g_mutex_lock(&fetcher->lock);
}

/* Called under the lock. */
static void
hang_up(PstPolicyFetcher *fetcher)
{
  if (fetcher->process == NULL)
    return;
  pst_fetch_process_hang_up(fetcher->process);
  detach_process(fetcher);
}

void
pst_policy_fetcher_free(PstPolicyFetcher *fetcher)
{
  if (fetcher == NULL)
    return;
  g_mutex_lock(&fetcher->lock);
  hang_up(fetcher);
  join_reader(fetcher);
  g_mutex_unlock(&fetcher->lock);
  g_hash_table_unref(fetcher->jobs);
  g_mutex_clear(&fetcher->lock);
  g_cond_clear(&fetcher->changed);
  g_free(fetcher->program);
  g_free(fetcher);
}

/* Called under the lock. */
static gboolean
has_overdue_job(PstPolicyFetcher *fetcher)
{
  GHashTableIter iter;
  gpointer job;
  g_hash_table_iter_init(&iter, fetcher->jobs);
  while (g_hash_table_iter_next(&iter, NULL, &job))
    if (g_get_monotonic_time() > ((Job *)job)->deadline + PATIENCE)
      return TRUE;
  return FALSE;
}

/* Called under the lock, which may be given up meanwhile. */
static gboolean
need_process(PstPolicyFetcher *fetcher, GError **error)
{
  if (has_overdue_job(fetcher))
    hang_up(fetcher);
  while (fetcher->process == NULL && fetcher->reader != NULL)
    join_reader(fetcher);
  if (fetcher->process != NULL)
    return TRUE;
  fetcher->process = pst_fetch_process_start(fetcher->program, error);
  if (fetcher->process == NULL)
    return FALSE;
  fetcher->used_at = g_get_monotonic_time();
  Reader reader = { fetcher, fetcher->process };
  fetcher->reader = g_thread_new("fetch-reader", read_answers, g_memdup2(&reader, sizeof reader));
  return TRUE;
}

static gboolean
may_wait(PstPolicyFetcher *fetcher, gint64 deadline, GCancellable *cancellable)
{
  return !g_cancellable_is_cancelled(cancellable) &&
         g_cond_wait_until(&fetcher->changed, &fetcher->lock, deadline);
}

/* Called under the lock: room among those under way, and a program; or the detail of why not. */
static char *
prepare(PstPolicyFetcher *fetcher, gint64 deadline, GCancellable *cancellable)
{
  g_autoptr(GError) error = NULL;
  while (g_hash_table_size(fetcher->jobs) >= PST_FETCH_MAX_AT_ONCE && !has_overdue_job(fetcher))
    if (!may_wait(fetcher, deadline, cancellable))
      return g_strdup("too many at once");
  if (!need_process(fetcher, &error))
    return g_strdup_printf("the program cannot be started: %s", error->message);
  return NULL;
}

/* Called under the lock. NULL when it cannot be sent. */
static Job *
send_request(PstPolicyFetcher *fetcher, PstFetchRequest *request, gint64 deadline)
{
  gint64 left = deadline - g_get_monotonic_time();
  request->number = ++fetcher->last_number;
  request->milliseconds = CLAMP((left - MIN(MARGIN, left / 2)) / 1000, 0, PST_FETCH_MAX_TIME);
  g_autoptr(GBytes) frame = pst_fetch_request_to_frame(request);
  if (frame == NULL)
    return NULL;
  if (!pst_fetch_process_send(fetcher->process, frame)) {
    hang_up(fetcher);
    return NULL;
  }
  Job *job = g_new0(Job, 1);
  job->deadline = deadline;
  g_hash_table_insert(fetcher->jobs, GUINT_TO_POINTER(request->number), job);
  fetcher->used_at = g_get_monotonic_time();
  return job;
}

/* Called under the lock. The detail of why there is no answer, or NULL and @answer. */
static char *
wait_for_job(PstPolicyFetcher *fetcher, Job *job, GCancellable *cancellable, PstFetchAnswer *answer)
{
  while (!job->done && may_wait(fetcher, job->deadline, cancellable))
    continue;
  if (!job->done) {
    job->abandoned = TRUE;
    return g_strdup(g_cancellable_is_cancelled(cancellable) ? "cancelled" : "timeout");
  }
  *answer = job->answer;
  job->answer = (PstFetchAnswer){ 0 };
  job_free(job);
  return answer->body == NULL ? g_strdup("the program ended") : NULL;
}

static char *
ask(PstPolicyFetcher *fetcher, PstFetchRequest *request, gint64 deadline, GCancellable *cancellable,
    PstFetchAnswer *answer)
{
  char *problem = prepare(fetcher, deadline, cancellable);
  if (problem != NULL)
    return problem;
  Job *job = send_request(fetcher, request, deadline);
  return job != NULL ? wait_for_job(fetcher, job, cancellable, answer) : g_strdup("it cannot be asked for");
}

static char **
addresses_of(const GArray *addresses)
{
  guint n = MIN(addresses->len, PST_FETCH_MAX_ADDRESSES);
  char **texts = g_new0(char *, n + 1);
  for (guint i = 0; i < n; i++)
    texts[i] = pst_address_to_string(&g_array_index(addresses, PstAddress, i));
  return texts;
}

static void
wake_all(GCancellable *cancellable, PstPolicyFetcher *fetcher)
{
  g_mutex_lock(&fetcher->lock);
  g_cond_broadcast(&fetcher->changed);
  g_mutex_unlock(&fetcher->lock);
}

void
pst_policy_fetcher_fetch(PstPolicyFetcher *fetcher, const char *domain, guint16 port, const GArray *addresses,
                         const char *ca_file, gint64 deadline, GCancellable *cancellable,
                         PstPolicyFetch *fetch)
{
  g_auto(PstFetchAnswer) answer = { 0 };
  g_auto(PstFetchRequest) request = { .port = port,
                                      .addresses = addresses_of(addresses),
                                      .host = g_strconcat("mta-sts.", domain, NULL),
                                      .ca_file = g_strdup(ca_file != NULL ? ca_file : "") };
  gulong handler =
      cancellable != NULL ? g_cancellable_connect(cancellable, G_CALLBACK(wake_all), fetcher, NULL) : 0;
  g_mutex_lock(&fetcher->lock);
  char *problem = ask(fetcher, &request, deadline, cancellable, &answer);
  g_mutex_unlock(&fetcher->lock);
  g_cancellable_disconnect(cancellable, handler);
  if (problem != NULL)
    pst_policy_fetch_set_failure(fetch, domain, problem);
  else
    pst_policy_fetch_set_answer(fetch, domain, &answer);
}

char *
pst_policy_fetcher_find_program(void)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : NULL;
  return folder != NULL ? g_build_filename(folder, "postern-fetch", NULL) : NULL;
}
