#include "relay/net/connector.h"
#include "relay/net/channel.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* Caps what can be in the pipe beyond our own accounting. */
#define SEND_BUFFER (256 * 1024)

static PstReasonCode
code_of_errno(int number)
{
  if (number == ECONNREFUSED)
    return PST_REASON_CONNECT_REFUSED;
  return number == ETIMEDOUT ? PST_REASON_CONNECT_TIMEOUT : PST_REASON_CONNECT_FAILED;
}

static int
wait_connected(int fd, gint64 deadline, GCancellable *cancellable)
{
  PstWaitResult result = pst_fd_wait(fd, G_IO_OUT, deadline, cancellable);
  if (result == PST_WAIT_TIMEOUT)
    return ETIMEDOUT;
  if (result == PST_WAIT_CANCELLED)
    return ECANCELED;
  int number = 0;
  socklen_t length = sizeof number;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) < 0 ? errno : number;
}

int
pst_connect_address(const PstSocketAddress *address, gint64 deadline, GCancellable *cancellable, int *number)
{
  int one = 1, buffer = SEND_BUFFER;
  int fd = socket(address->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    *number = errno;
    return -1;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  *number = connect(fd, (const struct sockaddr *)&address->address, address->length) == 0 ? 0 : errno;
  if (*number == EINPROGRESS)
    *number = wait_connected(fd, deadline, cancellable);
  if (*number == 0)
    return fd;
  close(fd);
  return -1;
}

int
pst_connect(const char *host, guint16 port, gint64 deadline, GCancellable *cancellable, PstReason **reason)
{
  g_autoptr(GArray) addresses = pst_name_lookup(host, port, deadline, reason);
  if (addresses == NULL)
    return -1;
  int number = ETIMEDOUT;
  for (guint i = 0; i < addresses->len; i++) {
    gint64 now = g_get_monotonic_time();
    gint64 share = (deadline - now) / (addresses->len - i);
    int fd = pst_connect_address(&g_array_index(addresses, PstSocketAddress, i), now + share, cancellable,
                                 &number);
    if (fd >= 0)
      return fd;
    if (number == ECANCELED)
      break;
  }
  *reason = pst_reason_new(code_of_errno(number), "host", host, NULL);
  return -1;
}
