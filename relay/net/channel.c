#include "relay/net/channel.h"
#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_WAIT_ITEMS 4

struct PstChannel {
  int fd;
  gnutls_session_t tls;
  gboolean record_held; /* GnuTLS has taken a record that is not yet on the wire */
};

PstChannel *
pst_channel_new(int fd)
{
  PstChannel *channel = g_new0(PstChannel, 1);
  channel->fd = fd;
  g_unix_set_fd_nonblocking(fd, TRUE, NULL);
  return channel;
}

void
pst_channel_free(PstChannel *channel)
{
  if (channel == NULL)
    return;
  if (channel->tls != NULL)
    gnutls_deinit(channel->tls);
  close(channel->fd);
  g_free(channel);
}

void
pst_channel_shutdown(PstChannel *channel)
{
  if (channel->tls != NULL)
    gnutls_bye(channel->tls, GNUTLS_SHUT_WR);
  shutdown(channel->fd, SHUT_WR);
}

int
pst_channel_get_fd(const PstChannel *channel)
{
  return channel->fd;
}

gnutls_session_t
pst_channel_get_tls(const PstChannel *channel)
{
  return channel->tls;
}

static PstIoStatus
tls_status(ssize_t result)
{
  if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED)
    return PST_IO_AGAIN;
  /* A peer that drops TCP without close_notify has said all it will: what that means is the protocol's to
   * judge. */
  if (result == 0 || result == GNUTLS_E_PREMATURE_TERMINATION)
    return PST_IO_END;
  return PST_IO_ERROR;
}

static PstIoStatus
plain_status(ssize_t result)
{
  if (result == 0)
    return PST_IO_END;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? PST_IO_AGAIN : PST_IO_ERROR;
}

PstIoStatus
pst_channel_read(PstChannel *channel, guint8 *buffer, gsize size, gsize *got)
{
  ssize_t result = channel->tls != NULL ? gnutls_record_recv(channel->tls, buffer, size)
                                        : recv(channel->fd, buffer, size, 0);
  *got = result > 0 ? (gsize)result : 0;
  if (result > 0)
    return PST_IO_DONE;
  return channel->tls != NULL ? tls_status(result) : plain_status(result);
}

static PstIoStatus
tls_write(PstChannel *channel, const guint8 *data, gsize length, gsize *put)
{
  /* After E_AGAIN GnuTLS holds the record and wants to be asked again without data; it answers with its
   * length. */
  ssize_t result = channel->record_held ? gnutls_record_send(channel->tls, NULL, 0)
                                        : gnutls_record_send(channel->tls, data, length);
  if (result > 0) {
    *put = result;
    channel->record_held = FALSE;
    return PST_IO_DONE;
  }
  PstIoStatus status = tls_status(result);
  channel->record_held = status == PST_IO_AGAIN;
  return status;
}

PstIoStatus
pst_channel_write(PstChannel *channel, const guint8 *data, gsize length, gsize *put)
{
  *put = 0;
  if (channel->tls != NULL)
    return tls_write(channel, data, length, put);
  ssize_t result = send(channel->fd, data, length, MSG_NOSIGNAL);
  if (result < 0)
    return plain_status(result);
  *put = result;
  return PST_IO_DONE;
}

int
pst_channel_handshake(PstChannel *channel, gnutls_session_t session, gint64 deadline,
                      GCancellable *cancellable)
{
  channel->tls = session;
  gnutls_transport_set_int(session, channel->fd);
  for (;;) {
    int result = gnutls_handshake(session);
    if (result == GNUTLS_E_SUCCESS || gnutls_error_is_fatal(result))
      return result;
    if (result != GNUTLS_E_AGAIN && result != GNUTLS_E_INTERRUPTED)
      continue; /* a warning alert */
    gboolean writing = gnutls_record_get_direction(session) == 1;
    PstWaitItem item = { channel, !writing, writing };
    switch (pst_channel_wait(&item, 1, deadline, cancellable)) {
    case PST_WAIT_READY:
      break;
    case PST_WAIT_TIMEOUT:
      return GNUTLS_E_TIMEDOUT;
    case PST_WAIT_CANCELLED:
      return GNUTLS_E_INTERRUPTED;
    }
  }
}

gboolean
pst_channel_has_pending(const PstChannel *channel)
{
  return channel->tls != NULL && gnutls_record_check_pending(channel->tls) > 0;
}

static guint
fill_poll(const PstWaitItem *items, guint n_items, GPollFD *fds, gboolean *pending)
{
  for (guint i = 0; i < n_items; i++) {
    fds[i] = (GPollFD){ .fd = items[i].channel->fd };
    if (items[i].want_read) {
      fds[i].events |= G_IO_IN;
      *pending = *pending || pst_channel_has_pending(items[i].channel);
    }
    if (items[i].want_write)
      fds[i].events |= G_IO_OUT;
  }
  return n_items;
}

static int
poll_until(GPollFD *fds, guint n, gint64 deadline)
{
  for (;;) {
    gint64 left = MAX(0, deadline - g_get_monotonic_time());
    int ready = g_poll(fds, n, (int)MIN((left + 999) / 1000, G_MAXINT));
    if (ready >= 0 || errno != EINTR)
      return ready;
  }
}

/* @fds has room for the cancellable's own behind the @n given. */
static PstWaitResult
wait_on(GPollFD *fds, guint n, gint64 deadline, GCancellable *cancellable)
{
  gboolean has_cancel_fd = cancellable != NULL && g_cancellable_make_pollfd(cancellable, &fds[n]);
  int ready = poll_until(fds, has_cancel_fd ? n + 1 : n, deadline);
  if (has_cancel_fd)
    g_cancellable_release_fd(cancellable);
  if (cancellable != NULL && g_cancellable_is_cancelled(cancellable))
    return PST_WAIT_CANCELLED;
  return ready != 0 ? PST_WAIT_READY : PST_WAIT_TIMEOUT;
}

PstWaitResult
pst_channel_wait(const PstWaitItem *items, guint n_items, gint64 deadline, GCancellable *cancellable)
{
  GPollFD fds[MAX_WAIT_ITEMS + 1];
  gboolean pending = FALSE;
  g_return_val_if_fail(n_items <= MAX_WAIT_ITEMS, PST_WAIT_CANCELLED);
  guint n = fill_poll(items, n_items, fds, &pending);
  PstWaitResult result = wait_on(fds, n, pending ? 0 : deadline, cancellable);
  return pending && result == PST_WAIT_TIMEOUT ? PST_WAIT_READY : result;
}

PstWaitResult
pst_fd_wait(int fd, GIOCondition condition, gint64 deadline, GCancellable *cancellable)
{
  GPollFD fds[2] = { { .fd = fd, .events = condition } };
  return wait_on(fds, 1, deadline, cancellable);
}
