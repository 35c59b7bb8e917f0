/* postern-fetch: fetches MTA-STS policies for the relay, which links no HTTP library: libsoup takes 13 MiB at
 * its first session and gives nothing back.
 *
 * Reads requests on standard input and writes answers on standard output (relay/contract/fetch-frame.h),
 * many at once. Ends at the end of its input, after PST_FETCH_LONELY_TIME without a request, and with status
 * 1 when what it reads is no request. */
#include "relay/fetch/policy-get.h"
#include "relay/fetch/trusted-roots.h"
#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
  GMainLoop *loop;
  GByteArray *input;
  guint active;
  guint lonely; /* the timer that runs while nothing is active */
  int status;
} Fetch;

static gboolean
end(Fetch *fetch, int status)
{
  fetch->status = status;
  g_main_loop_quit(fetch->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
end_in_loneliness(gpointer data)
{
  Fetch *fetch = data;
  fetch->lonely = 0;
  return end(fetch, EXIT_SUCCESS);
}

static void
watch_for_loneliness(Fetch *fetch)
{
  g_clear_handle_id(&fetch->lonely, g_source_remove);
  if (fetch->active == 0)
    fetch->lonely = g_timeout_add(PST_FETCH_LONELY_TIME, end_in_loneliness, fetch);
}

static gboolean
write_all(GBytes *frame)
{
  gsize length;
  const guint8 *octets = g_bytes_get_data(frame, &length);
  while (length > 0) {
    gssize n = write(STDOUT_FILENO, octets, length);
    if (n < 0 && errno != EINTR)
      return FALSE;
    octets += MAX(n, 0);
    length -= MAX(n, 0);
  }
  return TRUE;
}

static void
answer(PstFetchAnswer *given, gpointer data)
{
  Fetch *fetch = data;
  g_autoptr(GBytes) frame = pst_fetch_answer_to_frame(given);
  pst_fetch_answer_clear(given);
  fetch->active--;
  watch_for_loneliness(fetch);
  if (frame == NULL || !write_all(frame))
    end(fetch, EXIT_FAILURE);
}

/* FALSE when the relay does not keep to the contract. */
static gboolean
take_requests(Fetch *fetch)
{
  for (;;) {
    gboolean broken;
    g_auto(PstFetchRequest) request = { 0 };
    g_autoptr(GBytes) frame = pst_fetch_frame_take(fetch->input, PST_FETCH_MAX_REQUEST, &broken);
    if (frame == NULL)
      return !broken;
    if (fetch->active == PST_FETCH_MAX_AT_ONCE || !pst_fetch_request_read(&request, frame) ||
        !pst_policy_get(&request, answer, fetch))
      return FALSE;
    fetch->active++;
    watch_for_loneliness(fetch);
  }
}

static gboolean
read_input(int fd, GIOCondition condition, gpointer data)
{
  Fetch *fetch = data;
  guint8 buffer[PST_FETCH_MAX_REQUEST];
  gssize n = read(fd, buffer, sizeof buffer);
  if (n < 0)
    return errno == EINTR || errno == EAGAIN ? G_SOURCE_CONTINUE : end(fetch, EXIT_FAILURE);
  if (n == 0)
    return end(fetch, EXIT_SUCCESS);
  g_byte_array_append(fetch->input, buffer, n);
  return take_requests(fetch) ? G_SOURCE_CONTINUE : end(fetch, EXIT_FAILURE);
}

/* No proxy, no remote file system, no settings, and nothing that the environment says of TLS. */
static void
set_surroundings(void)
{
  clearenv();
  g_setenv("GIO_USE_VFS", "local", TRUE);
  g_setenv("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_setenv("GSETTINGS_BACKEND", "memory", TRUE);
}

/* GLib looks at the default database for every connection, even for one that is given another. */
static void
set_trusted_roots(void)
{
  g_autoptr(PstTrustedRoots) roots = pst_trusted_roots_new("");
  g_tls_backend_set_default_database(g_tls_backend_get_default(), G_TLS_DATABASE(roots));
}

int
main(void)
{
  set_surroundings();
  set_trusted_roots();
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  g_autoptr(GByteArray) input = g_byte_array_new();
  Fetch fetch = { .loop = loop, .input = input };
  g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, read_input, &fetch);
  watch_for_loneliness(&fetch);
  g_main_loop_run(loop);
  return fetch.status;
}
