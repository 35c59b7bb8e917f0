#include "relay/net/unbound-resolver.h"
#include "tests/net/world-process.h"

#define SECONDS(n) (g_get_monotonic_time() + (n) * (gint64)G_USEC_PER_SEC)

static WorldProcess *world;

static PstUnboundResolver *
resolver_for(const char *view)
{
  const char *servers[] = { world_process_get_dns(world, view), NULL };
  g_autofree char *anchor = world_process_get_file(world, "root.key");
  PstUnboundOptions options = { servers, anchor };
  return pst_unbound_resolver_new(&options);
}

static PstAnswer *
ask_one(PstUnboundResolver *resolver, const char *name, PstDnsType type, gint64 deadline)
{
  PstQuestion question = { name, type, NULL };
  pst_resolver_ask(pst_unbound_resolver_get_resolver(resolver), &question, 1, deadline, NULL);
  g_assert_nonnull(question.answer);
  return question.answer;
}

typedef struct {
  const char *view;
  const char *name;
  PstDnsType type;
  PstStanding standing;
  PstPresence presence;
} Row;

static const Row rows[] = {
  { "recursor", "ee-311.test", PST_DNS_MX, PST_STANDING_SECURE, PST_PRESENCE_RECORDS },
  { "recursor", "mx.ee-311.test", PST_DNS_A, PST_STANDING_SECURE, PST_PRESENCE_RECORDS },
  { "recursor", "mx.ee-311.test", PST_DNS_AAAA, PST_STANDING_SECURE, PST_PRESENCE_NO_DATA },
  { "recursor", "_25._tcp.mx.ee-311.test", PST_DNS_TLSA, PST_STANDING_SECURE, PST_PRESENCE_RECORDS },
  { "recursor", "nowhere.ee-311.test", PST_DNS_A, PST_STANDING_SECURE, PST_PRESENCE_NO_NAME },
  { "recursor", "plain.test", PST_DNS_MX, PST_STANDING_INSECURE, PST_PRESENCE_RECORDS },
  { "recursor", "nowhere.plain.test", PST_DNS_A, PST_STANDING_INSECURE, PST_PRESENCE_NO_NAME },
  { "recursor", "bogus-mx-expired.test", PST_DNS_MX, PST_STANDING_BOGUS, PST_PRESENCE_UNKNOWN },
  { "recursor", "bogus-mx-missing.test", PST_DNS_MX, PST_STANDING_BOGUS, PST_PRESENCE_UNKNOWN },
  { "recursor", "_25._tcp.mx.bogus-tlsa-wrong-key.test", PST_DNS_TLSA, PST_STANDING_BOGUS,
    PST_PRESENCE_UNKNOWN },
  { "recursor", "bogus-ds.test", PST_DNS_MX, PST_STANDING_BOGUS, PST_PRESENCE_UNKNOWN },
  { "recursor", "dns-servfail.test", PST_DNS_MX, PST_STANDING_FAILED, PST_PRESENCE_UNKNOWN },
  { "recursor", "a..test", PST_DNS_MX, PST_STANDING_FAILED, PST_PRESENCE_UNKNOWN },
  { "validating", "ee-311.test", PST_DNS_MX, PST_STANDING_SECURE, PST_PRESENCE_RECORDS },
  { "validating", "bogus-mx-expired.test", PST_DNS_MX, PST_STANDING_BOGUS, PST_PRESENCE_UNKNOWN },
  { "stripping", "ee-311.test", PST_DNS_MX, PST_STANDING_UNCHECKED, PST_PRESENCE_RECORDS },
  { "stripping", "_25._tcp.mx.ee-311.test", PST_DNS_TLSA, PST_STANDING_UNCHECKED, PST_PRESENCE_RECORDS },
  { "stripping", "nowhere.ee-311.test", PST_DNS_A, PST_STANDING_UNCHECKED, PST_PRESENCE_NO_NAME },
  { "forging", "ee-311.test", PST_DNS_MX, PST_STANDING_BOGUS, PST_PRESENCE_UNKNOWN },
  { "forging", "_25._tcp.mx.ee-311.test", PST_DNS_TLSA, PST_STANDING_BOGUS, PST_PRESENCE_UNKNOWN },
  { "refused", "ee-311.test", PST_DNS_MX, PST_STANDING_FAILED, PST_PRESENCE_UNKNOWN },
  { "servfail", "ee-311.test", PST_DNS_MX, PST_STANDING_FAILED, PST_PRESENCE_UNKNOWN },
};

static void
test_rows(void)
{
  PstUnboundResolver *resolver = NULL;
  const char *view = NULL;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (g_strcmp0(view, rows[i].view) != 0) {
      pst_unbound_resolver_free(resolver);
      resolver = resolver_for(view = rows[i].view);
    }
    g_test_message("%s from %s", rows[i].name, view);
    g_autoptr(PstAnswer) answer = ask_one(resolver, rows[i].name, rows[i].type, SECONDS(20));
    g_assert_cmpint(answer->standing, ==, rows[i].standing);
    g_assert_cmpint(answer->presence, ==, rows[i].presence);
    g_assert_true((answer->records->len > 0) == (answer->presence == PST_PRESENCE_RECORDS));
  }
  pst_unbound_resolver_free(resolver);
}

static void
test_service(void)
{
  static const struct {
    const char *view;
    PstDnsService service;
  } services[] = { { "recursor", PST_DNS_SECURE },
                   { "validating", PST_DNS_SECURE },
                   { "stripping", PST_DNS_UNAVAILABLE },
                   { "refused", PST_DNS_DOWN },
                   { "servfail", PST_DNS_DOWN } };
  for (guint i = 0; i < G_N_ELEMENTS(services); i++) {
    g_autoptr(PstUnboundResolver) resolver = resolver_for(services[i].view);
    g_autoptr(PstReason) reason = NULL;
    g_assert_cmpint(pst_unbound_resolver_get_service(resolver, NULL), ==, PST_DNS_UNTESTED);
    pst_answer_unref(ask_one(resolver, "plain.test", PST_DNS_MX, SECONDS(20)));
    g_assert_cmpint(pst_unbound_resolver_get_service(resolver, &reason), ==, services[i].service);
    g_assert_true((reason == NULL) == (services[i].service == PST_DNS_SECURE));
  }
}

static void
test_alias(void)
{
  g_autoptr(PstUnboundResolver) resolver = resolver_for("recursor");
  g_autoptr(PstAnswer) alias = ask_one(resolver, "mx.mx-alias-expanded.test", PST_DNS_A, SECONDS(20));
  g_assert_cmpstr(alias->canonical_name, ==, "real.mx-alias-expanded.test");
  g_assert_true(pst_answer_is_alias(alias));
  g_autoptr(PstAnswer) other = ask_one(resolver, "MX.mx-alias-expanded.test.", PST_DNS_AAAA, SECONDS(20));
  g_assert_cmpstr(other->name, ==, "mx.mx-alias-expanded.test");
  g_autoptr(PstAnswer) plain = ask_one(resolver, "MX.ee-311.test", PST_DNS_A, SECONDS(20));
  g_assert_false(pst_answer_is_alias(plain));
}

/* A resolver that never answers is given up at the asker's deadline, or when it is cancelled. */
static void
test_deadline(void)
{
  g_autoptr(PstUnboundResolver) resolver = resolver_for("blackhole");
  gint64 before = g_get_monotonic_time();
  g_autoptr(PstAnswer) answer = ask_one(resolver, "plain.test", PST_DNS_MX, before + G_USEC_PER_SEC / 5);
  g_assert_cmpint(answer->standing, ==, PST_STANDING_FAILED);
  g_assert_cmpint(pst_reason_get_code(answer->reason), ==, PST_REASON_DNS_TIMEOUT);
  g_assert_cmpint(g_get_monotonic_time() - before, <, 3 * G_USEC_PER_SEC);
}

static gpointer
cancel(gpointer data)
{
  g_cancellable_cancel(data);
  return NULL;
}

static void
test_cancel(void)
{
  g_autoptr(PstUnboundResolver) resolver = resolver_for("blackhole");
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  PstQuestion question = { "plain.test", PST_DNS_MX, NULL };
  GThread *thread = g_thread_new("cancel", cancel, cancellable);
  gint64 before = g_get_monotonic_time();
  pst_resolver_ask(pst_unbound_resolver_get_resolver(resolver), &question, 1, SECONDS(60), cancellable);
  g_assert_cmpint(question.answer->standing, ==, PST_STANDING_FAILED);
  g_assert_cmpint(g_get_monotonic_time() - before, <, 5 * G_USEC_PER_SEC);
  pst_answer_unref(question.answer);
  g_thread_join(thread);
}

#define MANY 300 /* more than may be asked at once */

static void
test_many(void)
{
  g_autoptr(PstUnboundResolver) resolver = resolver_for("recursor");
  PstQuestion questions[MANY];
  for (guint i = 0; i < MANY; i++)
    questions[i] = (PstQuestion){ i % 2 == 0 ? "ee-311.test" : "plain.test", PST_DNS_MX, NULL };
  pst_resolver_ask(pst_unbound_resolver_get_resolver(resolver), questions, MANY, SECONDS(20), NULL);
  for (guint i = 0; i < MANY; i++) {
    PstStanding expected = i % 2 == 0 ? PST_STANDING_SECURE : PST_STANDING_INSECURE;
    g_assert_cmpint(questions[i].answer->standing, ==,
                    i < PST_RESOLVER_MAX_QUESTIONS ? expected : PST_STANDING_FAILED);
    pst_answer_unref(questions[i].answer);
  }
}

static gpointer
ask_again_and_again(gpointer data)
{
  for (guint i = 0; i < 50; i++) {
    g_autofree char *name = g_strdup_printf("x%u.ee-311.test", i % 7);
    g_autoptr(PstAnswer) answer = ask_one(data, name, PST_DNS_A, SECONDS(20));
    g_assert_true(answer->standing == PST_STANDING_SECURE || answer->standing == PST_STANDING_FAILED);
  }
  return NULL;
}

/* Renewing under load loses no question: each gets an answer, right or failed. */
static void
test_renew(void)
{
  g_autoptr(PstUnboundResolver) resolver = resolver_for("recursor");
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("ask", ask_again_and_again, resolver);
  for (guint i = 0; i < 5; i++) {
    pst_answer_unref(ask_one(resolver, "plain.test", PST_DNS_MX, SECONDS(20)));
    pst_unbound_resolver_renew(resolver);
  }
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    g_thread_join(threads[i]);
  g_autoptr(PstAnswer) answer = ask_one(resolver, "ee-311.test", PST_DNS_MX, SECONDS(20));
  g_assert_cmpint(answer->standing, ==, PST_STANDING_SECURE);
}

/* Without an anchor nothing is validated, and nothing is called insecure. */
static void
test_no_anchor(void)
{
  const char *servers[] = { world_process_get_dns(world, "recursor"), NULL };
  PstUnboundOptions options = { servers, "/nonexistent/root.key" };
  g_autoptr(PstUnboundResolver) resolver = pst_unbound_resolver_new(&options);
  g_autoptr(PstAnswer) answer = ask_one(resolver, "ee-311.test", PST_DNS_MX, SECONDS(20));
  g_assert_cmpint(answer->standing, ==, PST_STANDING_UNCHECKED);
  g_assert_cmpint(pst_unbound_resolver_get_service(resolver, NULL), ==, PST_DNS_UNAVAILABLE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  world = world_process_start();
  g_test_add_func("/resolver/rows", test_rows);
  g_test_add_func("/resolver/service", test_service);
  g_test_add_func("/resolver/alias", test_alias);
  g_test_add_func("/resolver/deadline", test_deadline);
  g_test_add_func("/resolver/cancel", test_cancel);
  g_test_add_func("/resolver/many", test_many);
  g_test_add_func("/resolver/renew", test_renew);
  g_test_add_func("/resolver/no-anchor", test_no_anchor);
  int status = g_test_run();
  world_process_stop(world);
  return status;
}
