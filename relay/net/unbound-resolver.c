#include "relay/net/unbound-resolver.h"
#include "relay/net/dns-batch.h"
#include "relay/net/unbound-context.h"
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ROOT_ANCHOR   "/usr/share/dns/root.key"
#define MAX_IN_FLIGHT 512
#define MAX_WAITING   4096

#define TEST_TIME              (6 * (gint64)G_USEC_PER_SEC)
#define DOWN_TEST_INTERVAL     (3 * (gint64)G_USEC_PER_SEC)
#define DOUBTFUL_TEST_INTERVAL (60 * (gint64)G_USEC_PER_SEC)

struct PstUnboundResolver {
  PstResolver resolver;
  char **servers;
  char *anchor_file;
  gboolean serve_test_zone;
  GThread *thread;
  int wake_fd;
  GAsyncQueue *asked; /* of Question */
  gint renew_wanted, stop_wanted;

  GMutex lock; /* of the two below */
  PstDnsService service;
  PstReason *reason;

  /* The thread's own. */
  PstUnboundContext *validating, *plain;
  GQueue waiting; /* of Question */
  guint in_flight;
  gboolean testing;
  gboolean doubtful; /* an answer failed or was bogus since the last test */
  gint64 tested_at, test_deadline;
  PstAnswer *root_key, *root_servers;
};

typedef struct {
  PstUnboundResolver *resolver;
  PstDnsBatch *batch;
  guint index;
  char *name;
  PstDnsType type;
} Question;

static void
answer_question(Question *question, PstAnswer *answer)
{
  pst_dns_batch_complete(question->batch, question->index, answer);
  pst_dns_batch_unref(question->batch);
  g_free(question->name);
  g_free(question);
}

static PstAnswer *
failed_answer(const char *name, PstDnsType type, PstReasonCode code)
{
  return pst_answer_new_failed(name, type, PST_STANDING_FAILED,
                               pst_reason_new(code, "host", name, "name", name, NULL));
}

static void
fail_question(Question *question)
{
  answer_question(question, failed_answer(question->name, question->type, PST_REASON_NAME_LOOKUP_FAILED));
}

static void
on_answer(PstAnswer *answer, gpointer data)
{
  Question *question = data;
  question->resolver->in_flight--;
  if (answer->standing == PST_STANDING_FAILED || answer->standing == PST_STANDING_BOGUS)
    question->resolver->doubtful = TRUE;
  answer_question(question, answer);
}

static void
publish(PstUnboundResolver *resolver, PstDnsService service, PstReason *reason)
{
  g_mutex_lock(&resolver->lock);
  resolver->service = service;
  pst_reason_unref(resolver->reason);
  resolver->reason = reason;
  g_mutex_unlock(&resolver->lock);
}

static void
on_root_key(PstAnswer *answer, gpointer data)
{
  PstUnboundResolver *resolver = data;
  g_clear_pointer(&resolver->root_key, pst_answer_unref);
  resolver->root_key = answer;
}

static void
on_root_servers(PstAnswer *answer, gpointer data)
{
  PstUnboundResolver *resolver = data;
  g_clear_pointer(&resolver->root_servers, pst_answer_unref);
  resolver->root_servers = answer;
}

static void
drop_contexts(PstUnboundResolver *resolver)
{
  g_clear_pointer(&resolver->validating, pst_unbound_context_free);
  g_clear_pointer(&resolver->plain, pst_unbound_context_free);
  g_clear_pointer(&resolver->root_key, pst_answer_unref);
  g_clear_pointer(&resolver->root_servers, pst_answer_unref);
}

static PstUnboundContext *
new_context(PstUnboundResolver *resolver, const char *anchor_file)
{
  g_autoptr(GError) error = NULL;
  PstUnboundContext *context = pst_unbound_context_new((const char *const *)resolver->servers, anchor_file,
                                                       resolver->serve_test_zone, &error);
  if (context == NULL)
    g_debug("%s", error->message);
  return context;
}

/* Settings and answers of a context cannot be taken back: every test has new ones. */
static void
begin_test(PstUnboundResolver *resolver)
{
  drop_contexts(resolver);
  resolver->testing = TRUE;
  resolver->doubtful = FALSE;
  resolver->test_deadline = g_get_monotonic_time() + TEST_TIME;
  resolver->validating = new_context(resolver, resolver->anchor_file);
  resolver->plain = new_context(resolver, NULL);
  if (resolver->validating != NULL)
    pst_unbound_context_ask(resolver->validating, ".", PST_DNS_DNSKEY, on_root_key, resolver);
  else
    resolver->root_key = failed_answer(".", PST_DNS_DNSKEY, PST_REASON_DNSSEC_UNAVAILABLE);
  if (resolver->plain != NULL)
    pst_unbound_context_ask(resolver->plain, ".", PST_DNS_NS, on_root_servers, resolver);
  else
    resolver->root_servers = failed_answer(".", PST_DNS_NS, PST_REASON_NAME_LOOKUP_FAILED);
}

static gboolean
is_root_key_secure(const PstUnboundResolver *resolver)
{
  return pst_answer_has_records(resolver->root_key) && resolver->root_key->standing == PST_STANDING_SECURE;
}

static gboolean
is_test_decided(const PstUnboundResolver *resolver)
{
  return is_root_key_secure(resolver) || (resolver->root_key != NULL && resolver->root_servers != NULL) ||
         g_get_monotonic_time() >= resolver->test_deadline;
}

/* Signatures of the root are never really expired or from the future: it is our clock that is wrong. */
static PstReason *
unavailable_reason(const PstAnswer *root_key)
{
  const char *detail = root_key != NULL && root_key->reason != NULL
                           ? pst_reason_get_argument(root_key->reason, "detail")
                           : NULL;
  gboolean clock = detail != NULL && (strstr(detail, "signature expired") != NULL ||
                                      strstr(detail, "before inception") != NULL);
  return pst_reason_new(clock ? PST_REASON_CLOCK_WRONG : PST_REASON_DNSSEC_UNAVAILABLE, NULL);
}

static void
end_test(PstUnboundResolver *resolver)
{
  resolver->testing = FALSE;
  resolver->tested_at = g_get_monotonic_time();
  if (is_root_key_secure(resolver)) {
    g_clear_pointer(&resolver->plain, pst_unbound_context_free);
    publish(resolver, PST_DNS_SECURE, NULL);
  } else if (pst_answer_has_records(resolver->root_servers)) {
    g_clear_pointer(&resolver->validating, pst_unbound_context_free);
    publish(resolver, PST_DNS_UNAVAILABLE, unavailable_reason(resolver->root_key));
  } else {
    drop_contexts(resolver);
    publish(resolver, PST_DNS_DOWN, pst_reason_new(PST_REASON_NAME_LOOKUP_FAILED, "host", ".", NULL));
  }
}

static gboolean
is_test_due(const PstUnboundResolver *resolver)
{
  gint64 age = g_get_monotonic_time() - resolver->tested_at;
  if (resolver->in_flight > 0)
    return FALSE;
  switch (resolver->service) {
  case PST_DNS_UNTESTED:
    return TRUE;
  case PST_DNS_SECURE:
    return resolver->doubtful && age >= DOUBTFUL_TEST_INTERVAL;
  case PST_DNS_UNAVAILABLE:
    return age >= DOUBTFUL_TEST_INTERVAL;
  case PST_DNS_DOWN:
    return age >= DOWN_TEST_INTERVAL;
  }
  return FALSE;
}

static void
dispatch(PstUnboundResolver *resolver)
{
  PstUnboundContext *context = resolver->validating != NULL ? resolver->validating : resolver->plain;
  while (resolver->in_flight < MAX_IN_FLIGHT && !g_queue_is_empty(&resolver->waiting)) {
    Question *question = g_queue_pop_head(&resolver->waiting);
    if (context == NULL || pst_dns_batch_is_abandoned(question->batch)) {
      fail_question(question);
      continue;
    }
    resolver->in_flight++;
    pst_unbound_context_ask(context, question->name, question->type, on_answer, question);
  }
}

static void
take_questions(PstUnboundResolver *resolver)
{
  Question *question;
  while ((question = g_async_queue_try_pop(resolver->asked)) != NULL) {
    if (g_queue_get_length(&resolver->waiting) < MAX_WAITING)
      g_queue_push_tail(&resolver->waiting, question);
    else
      fail_question(question);
  }
}

static void
drain(int fd)
{
  guint64 count;
  if (read(fd, &count, sizeof count) < 0)
    return; /* nobody woke us */
}

static void
wait_and_process(PstUnboundResolver *resolver)
{
  PstUnboundContext *const contexts[] = { resolver->validating, resolver->plain };
  GPollFD fds[3] = { { .fd = resolver->wake_fd, .events = G_IO_IN } };
  gint64 left = MAX(0, resolver->test_deadline - g_get_monotonic_time());
  for (guint i = 0; i < 2; i++)
    fds[i + 1] = (GPollFD){ .fd = contexts[i] != NULL ? pst_unbound_context_get_fd(contexts[i]) : -1,
                            .events = G_IO_IN };
  g_poll(fds, 3, resolver->testing ? (int)(left / 1000 + 1) : -1);
  if (fds[0].revents != 0)
    drain(resolver->wake_fd);
  for (guint i = 0; i < 2; i++)
    if (contexts[i] != NULL && fds[i + 1].revents != 0)
      pst_unbound_context_process(contexts[i]);
}

static gpointer
run(gpointer data)
{
  PstUnboundResolver *resolver = data;
  while (!g_atomic_int_get(&resolver->stop_wanted)) {
    take_questions(resolver);
    gboolean renew = g_atomic_int_compare_and_exchange(&resolver->renew_wanted, TRUE, FALSE);
    if (renew || (!resolver->testing && !g_queue_is_empty(&resolver->waiting) && is_test_due(resolver)))
      begin_test(resolver);
    if (resolver->testing && is_test_decided(resolver))
      end_test(resolver);
    if (!resolver->testing)
      dispatch(resolver);
    wait_and_process(resolver);
  }
  drop_contexts(resolver);
  take_questions(resolver);
  while (!g_queue_is_empty(&resolver->waiting))
    fail_question(g_queue_pop_head(&resolver->waiting));
  return NULL;
}

static void
wake(PstUnboundResolver *resolver)
{
  guint64 one = 1;
  if (write(resolver->wake_fd, &one, sizeof one) < 0)
    return; /* full of calls not yet heard */
}

static void
push_question(PstUnboundResolver *resolver, PstDnsBatch *batch, guint index, const PstQuestion *asked)
{
  Question *question = g_new0(Question, 1);
  question->resolver = resolver;
  question->batch = pst_dns_batch_ref(batch);
  question->index = index;
  question->name = g_strdup(asked->name);
  question->type = asked->type;
  g_async_queue_push(resolver->asked, question);
}

static void
ask(PstResolver *self, PstQuestion *questions, guint n_questions, gint64 deadline, GCancellable *cancellable)
{
  PstUnboundResolver *resolver = (PstUnboundResolver *)self;
  guint n = MIN(n_questions, PST_RESOLVER_MAX_QUESTIONS);
  g_autoptr(PstDnsBatch) batch = pst_dns_batch_new(n);
  for (guint i = 0; i < n; i++)
    push_question(resolver, batch, i, &questions[i]);
  wake(resolver);
  pst_dns_batch_wait(batch, deadline, cancellable);
  pst_dns_batch_abandon(batch);
  for (guint i = 0; i < n_questions; i++) {
    questions[i].answer = i < n ? pst_dns_batch_take(batch, i) : NULL;
    if (questions[i].answer == NULL)
      questions[i].answer = failed_answer(questions[i].name, questions[i].type, PST_REASON_DNS_TIMEOUT);
  }
}

PstUnboundResolver *
pst_unbound_resolver_new(const PstUnboundOptions *options)
{
  PstUnboundResolver *resolver = g_new0(PstUnboundResolver, 1);
  resolver->resolver.ask = ask;
  resolver->servers = g_strdupv((char **)options->servers);
  resolver->anchor_file = g_strdup(options->anchor_file != NULL ? options->anchor_file : ROOT_ANCHOR);
  resolver->serve_test_zone = options->anchor_file != NULL;
  resolver->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  resolver->asked = g_async_queue_new();
  g_queue_init(&resolver->waiting);
  g_mutex_init(&resolver->lock);
  resolver->thread = g_thread_new("dns", run, resolver);
  return resolver;
}

void
pst_unbound_resolver_free(PstUnboundResolver *resolver)
{
  if (resolver == NULL)
    return;
  g_atomic_int_set(&resolver->stop_wanted, TRUE);
  wake(resolver);
  g_thread_join(resolver->thread);
  close(resolver->wake_fd);
  g_async_queue_unref(resolver->asked);
  g_mutex_clear(&resolver->lock);
  pst_reason_unref(resolver->reason);
  g_strfreev(resolver->servers);
  g_free(resolver->anchor_file);
  g_free(resolver);
}

PstResolver *
pst_unbound_resolver_get_resolver(PstUnboundResolver *resolver)
{
  return &resolver->resolver;
}

void
pst_unbound_resolver_renew(PstUnboundResolver *resolver)
{
  g_atomic_int_set(&resolver->renew_wanted, TRUE);
  wake(resolver);
}

PstDnsService
pst_unbound_resolver_get_service(PstUnboundResolver *resolver, PstReason **reason)
{
  g_mutex_lock(&resolver->lock);
  PstDnsService service = resolver->service;
  if (reason != NULL)
    *reason = resolver->reason != NULL ? pst_reason_ref(resolver->reason) : NULL;
  g_mutex_unlock(&resolver->lock);
  return service;
}
