#include "relay/net/prober.h"
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#define SECONDS(n) (g_get_monotonic_time() + (n) * (gint64)G_USEC_PER_SEC)

static const char *const no_names[] = { NULL };

static PstProbeTask
task_for(guint8 last_octet, guint16 port, const PstTlsaSet *nothing)
{
  PstProbeTask task = { .target = { .host = "mx.a.test", .port = port, .tlsa = nothing, .names = no_names } };
  task.target.address.octets[0] = 127;
  task.target.address.octets[3] = last_octet;
  return task;
}

/* A listening socket that is never read; full: one that takes no connection either. */
static int
listen_on(gboolean full, guint16 *port, int *client)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint(listen(fd, full ? 0 : 16), ==, 0);
  g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
  *port = g_ntohs(address.sin_port);
  address.sin_addr.s_addr = g_htonl(INADDR_LOOPBACK);
  for (guint i = 0; full && i < 2; i++) {
    client[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)!connect(client[i], (struct sockaddr *)&address, sizeof address);
  }
  return fd;
}

static void
check_result(PstProber *prober, PstProbeTask task, gint64 deadline, GCancellable *cancellable,
             PstProbeResult result, PstReasonCode code)
{
  pst_prober_run(prober, &task, 1, deadline, cancellable);
  g_assert_cmpint(task.facts->result, ==, result);
  g_assert_cmpstr(pst_reason_code_nick(pst_reason_get_code(task.facts->reason)), ==,
                  pst_reason_code_nick(code));
  pst_probe_facts_free(task.facts);
}

static void
test_private(void)
{
  g_autoptr(PstTrustStore) store = pst_trust_store_new(NULL);
  g_autoptr(PstProber) prober = pst_prober_new(store, FALSE);
  PstTlsaSet nothing = { 0 };
  check_result(prober, task_for(1, 25, &nothing), SECONDS(5), NULL, PST_PROBE_NOT_TRIED,
               PST_REASON_HOST_PRIVATE);
}

static void
test_late_and_cancelled(void)
{
  g_autoptr(PstTrustStore) store = pst_trust_store_new(NULL);
  g_autoptr(PstProber) prober = pst_prober_new(store, TRUE);
  g_autoptr(GCancellable) cancelled = g_cancellable_new();
  PstTlsaSet nothing = { 0 };
  g_cancellable_cancel(cancelled);
  PstProbeTask task = task_for(1, 25, &nothing);
  check_result(prober, task, g_get_monotonic_time(), NULL, PST_PROBE_NOT_TRIED, PST_REASON_HOST_NOT_TRIED);
  check_result(prober, task, SECONDS(5), cancelled, PST_PROBE_NOT_TRIED, PST_REASON_HOST_NOT_TRIED);
}

/* A server that takes the connection and says nothing is too slow, not silent: the network lets it through.
 */
static void
test_too_slow(void)
{
  g_autoptr(PstTrustStore) store = pst_trust_store_new(NULL);
  g_autoptr(PstProber) prober = pst_prober_new(store, TRUE);
  PstTlsaSet nothing = { 0 };
  guint16 port;
  int fd = listen_on(FALSE, &port, NULL);
  for (guint8 i = 1; i <= 4; i++)
    check_result(prober, task_for(i, port, &nothing), g_get_monotonic_time() + G_USEC_PER_SEC * 2 / 5, NULL,
                 PST_PROBE_TURNED_AWAY, PST_REASON_HOST_TOO_SLOW);
  g_assert_false(pst_prober_is_blocked(prober));
  close(fd);
}

static void
test_blocked(void)
{
  g_autoptr(PstTrustStore) store = pst_trust_store_new(NULL);
  g_autoptr(PstProber) prober = pst_prober_new(store, TRUE);
  PstTlsaSet nothing = { 0 };
  guint16 port;
  int clients[2], fd = listen_on(TRUE, &port, clients);
  for (guint8 i = 1; i <= 3; i++) {
    g_assert_false(pst_prober_is_blocked(prober));
    /* The same host twice is no more proof than once. */
    for (guint again = 0; again < 2 && !pst_prober_is_blocked(prober); again++)
      check_result(prober, task_for(i, port, &nothing), g_get_monotonic_time() + G_USEC_PER_SEC * 2 / 5, NULL,
                   PST_PROBE_SILENT, PST_REASON_HOST_SILENT);
  }
  g_assert_true(pst_prober_is_blocked(prober));
  check_result(prober, task_for(9, port, &nothing), SECONDS(5), NULL, PST_PROBE_NOT_TRIED,
               PST_REASON_PORT_BLOCKED);
  pst_prober_renew(prober);
  g_assert_false(pst_prober_is_blocked(prober));
  close(fd);
  for (guint i = 0; i < G_N_ELEMENTS(clients); i++)
    close(clients[i]);
}

/* Nobody listens: refused. That says nothing of the network. */
static void
test_refused(void)
{
  g_autoptr(PstTrustStore) store = pst_trust_store_new(NULL);
  g_autoptr(PstProber) prober = pst_prober_new(store, TRUE);
  PstTlsaSet nothing = { 0 };
  guint16 port;
  close(listen_on(FALSE, &port, NULL));
  for (guint8 i = 1; i <= 4; i++)
    check_result(prober, task_for(i, port, &nothing), SECONDS(5), NULL, PST_PROBE_SILENT,
                 PST_REASON_CONNECT_REFUSED);
  g_assert_false(pst_prober_is_blocked(prober));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/prober/private", test_private);
  g_test_add_func("/prober/late-and-cancelled", test_late_and_cancelled);
  g_test_add_func("/prober/too-slow", test_too_slow);
  g_test_add_func("/prober/blocked", test_blocked);
  g_test_add_func("/prober/refused", test_refused);
  return g_test_run();
}
