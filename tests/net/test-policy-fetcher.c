#include "relay/dns/address.h"
#include "relay/net/policy-fetcher.h"
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE_MS 30000

static char *program; /* postern-fetch */

/* A site that takes connections and never says anything; nobody listens there any more once it is closed. */
static int
listen_silently(guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint(listen(fd, 64), ==, 0);
  g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
  *port = ntohs(address.sin_port);
  return fd;
}

/* The detail of what came; caller frees. */
static char *
fetch(PstPolicyFetcher *fetcher, guint16 port, guint milliseconds, GCancellable *cancellable)
{
  const PstAddress loopback = { .octets = { 127, 0, 0, 1 } };
  g_auto(PstPolicyFetch) came = { 0 };
  g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(PstAddress));
  g_array_append_val(addresses, loopback);
  pst_policy_fetcher_fetch(fetcher, "example.org", port, addresses, NULL,
                           g_get_monotonic_time() + milliseconds * (gint64)1000, cancellable, &came);
  g_assert_null(came.body);
  g_assert_cmpint(came.result, ==, PST_RESULT_STS_POLICY_FETCH_ERROR);
  g_autofree char *english = pst_reason_to_english(came.reason);
  g_assert_cmpstr(english, ==, "the policy of example.org could not be fetched (MTA-STS)");
  return g_strdup(came.detail);
}

/* The program this process has started; 0: none yet. */
static pid_t
find_child(void)
{
  g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
  const char *task;
  while ((task = g_dir_read_name(tasks)) != NULL) {
    g_autofree char *path = g_build_filename("/proc/self/task", task, "children", NULL), *children = NULL;
    if (g_file_get_contents(path, &children, NULL, NULL) && children[0] != '\0')
      return atoi(children);
  }
  return 0;
}

typedef struct {
  PstPolicyFetcher *fetcher;
  guint16 port;
  GCancellable *cancellable;
} Call;

static gpointer
call_in_thread(gpointer data)
{
  const Call *call = data;
  return fetch(call->fetcher, call->port, PATIENCE_MS, call->cancellable);
}

/* Fetches from a silent site in a thread, and comes back when it has the connection. */
static GThread *
start_call(Call *call, int listening)
{
  GThread *thread = g_thread_new("call", call_in_thread, call);
  struct pollfd wait = { .fd = listening, .events = POLLIN };
  g_assert_cmpint(poll(&wait, 1, PATIENCE_MS), ==, 1);
  return thread;
}

static void
check_starts_anew(PstPolicyFetcher *fetcher)
{
  guint16 port;
  close(listen_silently(&port));
  g_autofree char *detail = fetch(fetcher, port, PATIENCE_MS, NULL);
  g_assert_cmpstr(detail, ==, "unreachable");
}

static void
test_killed(void)
{
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(program);
  Call call = { .fetcher = fetcher };
  int listening = listen_silently(&call.port);
  GThread *thread = start_call(&call, listening);
  kill(find_child(), SIGKILL);
  g_autofree char *detail = g_thread_join(thread);
  g_assert_cmpstr(detail, ==, "the program ended");
  check_starts_anew(fetcher);
  close(listening);
}

static void
test_cancelled(void)
{
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(program);
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  Call call = { .fetcher = fetcher, .cancellable = cancellable };
  int listening = listen_silently(&call.port);
  GThread *thread = start_call(&call, listening);
  g_cancellable_cancel(cancellable);
  g_autofree char *detail = g_thread_join(thread),
                  *again = fetch(fetcher, call.port, PATIENCE_MS, cancellable);
  g_assert_cmpstr(detail, ==, "cancelled");
  g_assert_cmpstr(again, ==, "cancelled");
  check_starts_anew(fetcher);
  close(listening);
}

/* The program's own clock ends it: the caller hears of it in time. */
static void
test_timeout(void)
{
  guint16 port;
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(program);
  int listening = listen_silently(&port);
  gint64 start = g_get_monotonic_time();
  g_autofree char *detail = fetch(fetcher, port, 500, NULL), *none_left = fetch(fetcher, port, 0, NULL);
  g_assert_cmpint(g_get_monotonic_time() - start, <, PATIENCE_MS * 1000);
  g_assert_cmpstr(detail, ==, "timeout");
  g_assert_cmpstr(none_left, ==, "timeout");
  close(listening);
}

static void
write_program(const char *path, const char *line)
{
  g_autofree char *text = g_strdup_printf("#!/bin/sh\nexec %s\n", line);
  g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0700, NULL));
}

/* A program that hangs keeps nobody longer than the deadline, and is replaced. */
static void
test_hangs(void)
{
  guint16 port;
  g_autofree char *folder = g_dir_make_tmp("postern-XXXXXX", NULL),
                  *path = g_build_filename(folder, "postern-fetch", NULL);
  write_program(path, "sleep 600");
  close(listen_silently(&port));
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(path);
  g_autofree char *detail = fetch(fetcher, port, 300, NULL);
  g_assert_cmpstr(detail, ==, "timeout");
  write_program(path, program);
  gint64 end = g_get_monotonic_time() + PATIENCE_MS * (gint64)1000;
  while (!g_str_equal(detail, "unreachable") && g_get_monotonic_time() < end) {
    g_free(detail);
    detail = fetch(fetcher, port, 1000, NULL);
  }
  g_assert_cmpstr(detail, ==, "unreachable");
  g_unlink(path);
  g_rmdir(folder);
}

static void
test_idle(void)
{
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(program);
  check_starts_anew(fetcher);
  int pid_fd = syscall(SYS_pidfd_open, find_child(), 0);
  g_assert_cmpint(pid_fd, >=, 0);
  struct pollfd wait = { .fd = pid_fd, .events = POLLIN };
  gint64 start = g_get_monotonic_time();
  g_assert_cmpint(poll(&wait, 1, PATIENCE_MS), ==, 1);
  g_assert_cmpint(g_get_monotonic_time() - start, >, (PST_FETCH_IDLE_TIME - 1000) * (gint64)1000);
  check_starts_anew(fetcher);
  close(pid_fd);
}

/* Nobody asks: nothing is started. */
static void
test_unused(void)
{
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(program);
  g_assert_cmpint(find_child(), ==, 0);
}

/* A name too long to exist is refused before anybody is asked, and harms no other. */
static void
test_long_name(void)
{
  const PstAddress loopback = { .octets = { 127, 0, 0, 1 } };
  g_auto(PstPolicyFetch) came = { 0 };
  g_autofree char *domain = g_strnfill(250, 'a');
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(program);
  g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(PstAddress));
  g_array_append_val(addresses, loopback);
  pst_policy_fetcher_fetch(fetcher, domain, 443, addresses, NULL, g_get_monotonic_time() + G_USEC_PER_SEC,
                           NULL, &came);
  g_assert_cmpstr(came.detail, ==, "it cannot be asked for");
  check_starts_anew(fetcher);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  program = g_canonicalize_filename(argv[1], NULL);
  g_test_add_func("/policy-fetcher/unused", test_unused);
  g_test_add_func("/policy-fetcher/killed", test_killed);
  g_test_add_func("/policy-fetcher/cancelled", test_cancelled);
  g_test_add_func("/policy-fetcher/timeout", test_timeout);
  g_test_add_func("/policy-fetcher/hangs", test_hangs);
  g_test_add_func("/policy-fetcher/idle", test_idle);
  g_test_add_func("/policy-fetcher/long-name", test_long_name);
  int status = g_test_run();
  g_free(program);
  return status;
}
