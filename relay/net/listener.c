#include "relay/net/listener.h"
#include "relay/contract/error.h"
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG        64
#define ACCEPT_BURST   16
#define RECEIVE_BUFFER (128 * 1024) /* caps what a client can have in the pipe beyond our own accounting */

struct PstListener {
  int fd;
  guint source;
  char *address;
  guint16 port;
  PstListenerFunc func;
  gpointer data;
};

void
pst_listener_free(PstListener *listener)
{
  if (listener == NULL)
    return;
  g_clear_handle_id(&listener->source, g_source_remove);
  close(listener->fd);
  g_free(listener->address);
  g_free(listener);
}

static gboolean
accept_some(int fd, GIOCondition condition, gpointer data)
{
  PstListener *listener = data;
  for (int i = 0; i < ACCEPT_BURST; i++) {
    int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0)
      break;
    listener->func(connection, listener->data);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
read_address(int fd, char **address, guint16 *port)
{
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0)
    return FALSE;
  g_autoptr(GSocketAddress) name = g_socket_address_new_from_native(&storage, length);
  if (!G_IS_INET_SOCKET_ADDRESS(name))
    return FALSE;
  GInetAddress *inet = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(name));
  *address = g_inet_address_to_string(inet);
  *port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(name));
  return g_inet_address_get_is_loopback(inet);
}

PstListener *
pst_listener_new_from_fd(int fd, PstListenerFunc func, gpointer data, GError **error)
{
  g_autofree char *address = NULL;
  guint16 port = 0;
  if (!read_address(fd, &address, &port)) {
    g_set_error(error, PST_ERROR, PST_ERROR_NOT_ALLOWED, "%s is not a loopback address",
                address != NULL ? address : "the socket handed over");
    close(fd);
    return NULL;
  }
  int size = RECEIVE_BUFFER;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  g_unix_set_fd_nonblocking(fd, TRUE, NULL);
  PstListener *listener = g_new0(PstListener, 1);
  listener->fd = fd;
  listener->address = g_steal_pointer(&address);
  listener->port = port;
  listener->func = func;
  listener->data = data;
  listener->source = g_unix_fd_add(fd, G_IO_IN, accept_some, listener);
  return listener;
}

static int
bind_to(GSocketAddress *address)
{
  int one = 1;
  struct sockaddr_storage storage;
  gssize length = g_socket_address_get_native_size(address);
  g_socket_address_to_native(address, &storage, sizeof storage, NULL);
  int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (storage.ss_family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&storage, length) == 0 && listen(fd, BACKLOG) == 0)
    return fd;
  int number = errno;
  close(fd);
  errno = number;
  return -1;
}

PstListener *
pst_listener_new(const char *address, guint16 port, PstListenerFunc func, gpointer data, GError **error)
{
  g_autoptr(GSocketAddress) socket_address = g_inet_socket_address_new_from_string(address, port);
  if (socket_address == NULL || !g_inet_address_get_is_loopback(g_inet_socket_address_get_address(
                                    G_INET_SOCKET_ADDRESS(socket_address)))) {
    g_set_error(error, PST_ERROR, PST_ERROR_NOT_ALLOWED, "%s is not a loopback address", address);
    return NULL;
  }
  int fd = bind_to(socket_address);
  if (fd >= 0)
    return pst_listener_new_from_fd(fd, func, data, error);
  if (errno == EADDRINUSE)
    g_set_error(error, PST_ERROR, PST_ERROR_BUSY, "port %u on %s is in use by another program", port,
                address);
  else
    g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "port %u on %s cannot be opened: %s", port, address,
                g_strerror(errno));
  return NULL;
}

const char *
pst_listener_get_address(const PstListener *listener)
{
  return listener->address;
}

guint16
pst_listener_get_port(const PstListener *listener)
{
  return listener->port;
}
