#include "relay/net/tls-client.h"
#include "relay/net/tls-server.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT (10 * G_USEC_PER_SEC)

typedef struct {
  char *folder;
  PstTlsServer *server;
  PstTrustStore *trusting; /* our own certificate as the only extra root */
  PstTrustStore *strict;   /* the system's roots alone */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->folder = g_dir_make_tmp("postern-tls-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->server = pst_tls_server_new(fixture->folder, &error);
  g_assert_no_error(error);
  g_autofree char *certificate = g_build_filename(fixture->folder, "certificate.pem", NULL);
  fixture->trusting = pst_trust_store_new(certificate);
  fixture->strict = pst_trust_store_new(NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 2; i++) {
    g_autofree char *file = g_build_filename(fixture->folder, i == 0 ? "key.pem" : "certificate.pem", NULL);
    g_unlink(file);
  }
  g_rmdir(fixture->folder);
  g_free(fixture->folder);
  pst_tls_server_free(fixture->server);
  pst_trust_store_unref(fixture->trusting);
  pst_trust_store_unref(fixture->strict);
}

typedef struct {
  PstTlsServer *server;
  int fd;
  int result;
} ServerSide;

static gpointer
run_server(gpointer data)
{
  ServerSide *side = data;
  PstChannel *channel = pst_channel_new(side->fd);
  side->result = pst_channel_handshake(channel, pst_tls_server_session(side->server),
                                       g_get_monotonic_time() + TIMEOUT, NULL);
  gsize count = 0;
  guint8 buffer[16];
  PstWaitItem item = { channel, TRUE, FALSE };
  while (side->result == 0 && pst_channel_read(channel, buffer, sizeof buffer, &count) == PST_IO_AGAIN)
    if (pst_channel_wait(&item, 1, g_get_monotonic_time() + TIMEOUT, NULL) != PST_WAIT_READY)
      break;
  if (count > 0)
    pst_channel_write(channel, buffer, count, &count);
  pst_channel_free(channel);
  return NULL;
}

static PstReason *
handshake(Fixture *fixture, PstTrustStore *store, const char *host, PstTlsFacts *facts)
{
  int fds[2];
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  ServerSide side = { fixture->server, fds[1], -1 };
  GThread *thread = g_thread_new("server", run_server, &side);
  PstChannel *channel = pst_channel_new(fds[0]);
  PstReason *reason =
      pst_tls_client_start(channel, host, store, g_get_monotonic_time() + TIMEOUT, NULL, facts);
  gsize count = 0;
  if (reason == NULL) {
    guint8 echo[4];
    g_assert_cmpint(pst_channel_write(channel, (const guint8 *)"ping", 4, &count), ==, PST_IO_DONE);
    PstWaitItem item = { channel, TRUE, FALSE };
    while (pst_channel_read(channel, echo, sizeof echo, &count) == PST_IO_AGAIN)
      g_assert_cmpint(pst_channel_wait(&item, 1, g_get_monotonic_time() + TIMEOUT, NULL), ==, PST_WAIT_READY);
    g_assert_cmpmem(echo, count, "ping", 4);
  }
  pst_channel_free(channel);
  g_thread_join(thread);
  return reason;
}

static void
test_verified(Fixture *fixture, gconstpointer host)
{
  PstTlsFacts facts = { 0 };
  g_autoptr(PstReason) reason = handshake(fixture, fixture->trusting, host, &facts);
  g_assert_null(reason);
  g_assert_cmpint(facts.certificate, ==, PST_CERTIFICATE_VALID);
  g_assert_cmpstr(facts.version, ==, "TLS1.3");
  g_assert_nonnull(facts.cipher);
  pst_tls_facts_clear(&facts);
}

static void
test_wrong_name(Fixture *fixture, gconstpointer host)
{
  PstTlsFacts facts = { 0 };
  g_autoptr(PstReason) reason = handshake(fixture, fixture->trusting, host, &facts);
  g_assert_nonnull(reason);
  g_assert_cmpint(pst_reason_get_code(reason), ==, PST_REASON_CERTIFICATE_HOST_MISMATCH);
  pst_tls_facts_clear(&facts);
}

static void
test_untrusted(Fixture *fixture, gconstpointer data)
{
  PstTlsFacts facts = { 0 };
  g_autoptr(PstReason) reason = handshake(fixture, fixture->strict, "localhost", &facts);
  g_assert_nonnull(reason);
  g_assert_cmpint(pst_reason_get_code(reason), ==, PST_REASON_CERTIFICATE_NOT_TRUSTED);
  pst_tls_facts_clear(&facts);
}

/* The certificate is made once: clients that have accepted it must not be asked again. */
static void
test_kept(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstTlsServer) again = pst_tls_server_new(fixture->folder, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(pst_tls_server_get_fingerprint(again), ==, pst_tls_server_get_fingerprint(fixture->server));
  g_autofree char *key = g_build_filename(fixture->folder, "key.pem", NULL);
  GStatBuf status;
  g_assert_cmpint(g_stat(key, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void
test_trust_list_is_dropped(Fixture *fixture, gconstpointer data)
{
  PstTlsFacts facts = { 0 };
  g_assert_null(handshake(fixture, fixture->trusting, "localhost", &facts));
  g_assert_true(pst_trust_store_trim(fixture->trusting, TIMEOUT));
  g_assert_false(pst_trust_store_trim(fixture->trusting, 0));
  g_assert_null(handshake(fixture, fixture->trusting, "localhost", &facts));
  pst_tls_facts_clear(&facts);
}

static void
test_deadline(Fixture *fixture, gconstpointer data)
{
  int fds[2];
  PstTlsFacts facts = { 0 };
  g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  PstChannel *channel = pst_channel_new(fds[0]);
  g_autoptr(PstReason) reason = pst_tls_client_start(
      channel, "localhost", fixture->trusting, g_get_monotonic_time() + G_USEC_PER_SEC / 20, NULL, &facts);
  g_assert_nonnull(reason);
  g_assert_cmpint(pst_reason_get_code(reason), ==, PST_REASON_UPSTREAM_TIMEOUT);
  pst_channel_free(channel);
  close(fds[1]);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/tls/name", Fixture, "localhost", set_up, test_verified, tear_down);
  g_test_add("/tls/ipv4", Fixture, "127.0.0.1", set_up, test_verified, tear_down);
  g_test_add("/tls/ipv6", Fixture, "::1", set_up, test_verified, tear_down);
  g_test_add("/tls/wrong-name", Fixture, "mail.example.org", set_up, test_wrong_name, tear_down);
  g_test_add("/tls/wrong-address", Fixture, "127.0.0.2", set_up, test_wrong_name, tear_down);
  g_test_add("/tls/untrusted", Fixture, NULL, set_up, test_untrusted, tear_down);
  g_test_add("/tls/kept", Fixture, NULL, set_up, test_kept, tear_down);
  g_test_add("/tls/trust-list", Fixture, NULL, set_up, test_trust_list_is_dropped, tear_down);
  g_test_add("/tls/deadline", Fixture, NULL, set_up, test_deadline, tear_down);
  return g_test_run();
}
