#include "relay/service/listeners.h"
#include "relay/net/listener.h"
#include "relay/service/session.h"
#include "relay/service/supervisor.h"
#include <string.h>
#include <unistd.h>

/* One address of one configured listener. */
typedef struct {
  PstListeners *owner;
  char *name;
  char *address;
  guint16 port;
  PstSecurity security;
  PstListener *listener; /* NULL: not open */
  char *error;
} Socket;

struct PstListeners {
  PstRelay *relay;
  PstListenersFunc accepted;
  gpointer data;
  GPtrArray *sockets; /* of Socket */
  GArray *inherited;  /* of int: sockets handed over at start, until taken */
};

static void
socket_free(gpointer data)
{
  Socket *socket = data;
  pst_listener_free(socket->listener);
  g_free(socket->name);
  g_free(socket->address);
  g_free(socket->error);
  g_free(socket);
}

PstListeners *
pst_listeners_new(PstRelay *relay, PstListenersFunc accepted, gpointer data)
{
  PstListeners *listeners = g_new0(PstListeners, 1);
  listeners->relay = relay;
  listeners->accepted = accepted;
  listeners->data = data;
  listeners->sockets = g_ptr_array_new_with_free_func(socket_free);
  listeners->inherited = pst_supervisor_take_sockets();
  return listeners;
}

void
pst_listeners_free(PstListeners *listeners)
{
  if (listeners == NULL)
    return;
  for (guint i = 0; i < listeners->inherited->len; i++)
    close(g_array_index(listeners->inherited, int, i));
  g_array_unref(listeners->inherited);
  g_ptr_array_unref(listeners->sockets);
  g_free(listeners);
}

static void
accept_connection(int fd, gpointer data)
{
  Socket *socket = data;
  socket->owner->accepted(socket->owner->data);
  pst_session_start(socket->owner->relay, socket->name, fd);
}

static gboolean
socket_is(const Socket *socket, const PstListenerConfig *config, const char *address)
{
  return g_str_equal(socket->name, config->name) && g_str_equal(socket->address, address) &&
         socket->port == config->port && socket->security == config->security;
}

static PstListener *
take_inherited(Socket *socket)
{
  for (guint i = 0; i < socket->owner->inherited->len; i++) {
    int fd = g_array_index(socket->owner->inherited, int, i);
    PstListener *listener = pst_listener_new_from_fd(dup(fd), accept_connection, socket, NULL);
    if (listener != NULL && pst_listener_get_port(listener) == socket->port &&
        g_str_equal(pst_listener_get_address(listener), socket->address)) {
      close(fd);
      g_array_remove_index_fast(socket->owner->inherited, i);
      return listener;
    }
    pst_listener_free(listener);
  }
  return NULL;
}

static void
socket_open(Socket *socket)
{
  g_autoptr(GError) error = NULL;
  socket->listener = take_inherited(socket);
  if (socket->listener == NULL)
    socket->listener = pst_listener_new(socket->address, socket->port, accept_connection, socket, &error);
  if (error != NULL && g_strcmp0(socket->error, error->message) != 0)
    g_warning("listener %s: %s", socket->name, error->message);
  g_free(socket->error);
  socket->error = error != NULL ? g_strdup(error->message) : NULL;
}

static Socket *
steal_socket(GPtrArray *sockets, const PstListenerConfig *config, const char *address)
{
  for (guint i = 0; i < sockets->len; i++)
    if (socket_is(sockets->pdata[i], config, address))
      return g_ptr_array_steal_index_fast(sockets, i);
  return NULL;
}

static Socket *
make_socket(PstListeners *listeners, const PstListenerConfig *config, const char *address)
{
  Socket *socket = g_new0(Socket, 1);
  socket->owner = listeners;
  socket->name = g_strdup(config->name);
  socket->address = g_strdup(address);
  socket->port = config->port;
  socket->security = config->security;
  return socket;
}

void
pst_listeners_apply(PstListeners *listeners)
{
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(listeners->relay);
  g_autoptr(GPtrArray) old = g_steal_pointer(&listeners->sockets);
  listeners->sockets = g_ptr_array_new_with_free_func(socket_free);
  for (guint i = 0; i < configuration->listeners->len; i++) {
    const PstListenerConfig *config = configuration->listeners->pdata[i];
    for (guint j = 0; config->addresses[j] != NULL; j++) {
      Socket *socket = steal_socket(old, config, config->addresses[j]);
      g_ptr_array_add(listeners->sockets,
                      socket != NULL ? socket : make_socket(listeners, config, config->addresses[j]));
    }
  }
  /* What is no longer wanted frees its port before the new ones are opened. */
  g_ptr_array_set_size(old, 0);
  for (guint i = 0; i < listeners->sockets->len; i++) {
    Socket *socket = listeners->sockets->pdata[i];
    if (socket->listener == NULL)
      socket_open(socket);
  }
}

static gboolean
name_is_open(const PstListeners *listeners, const char *name)
{
  for (guint i = 0; i < listeners->sockets->len; i++) {
    const Socket *socket = listeners->sockets->pdata[i];
    if (socket->listener != NULL && g_str_equal(socket->name, name))
      return TRUE;
  }
  return FALSE;
}

gboolean
pst_listeners_wanting(const PstListeners *listeners)
{
  for (guint i = 0; i < listeners->sockets->len; i++)
    if (!name_is_open(listeners, ((const Socket *)listeners->sockets->pdata[i])->name))
      return TRUE;
  return FALSE;
}

GVariant *
pst_listeners_to_variant(const PstListeners *listeners)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
  for (guint i = 0; i < listeners->sockets->len; i++) {
    const Socket *socket = listeners->sockets->pdata[i];
    g_variant_builder_open(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(socket->name));
    g_variant_builder_add(&builder, "{sv}", "address", g_variant_new_string(socket->address));
    g_variant_builder_add(&builder, "{sv}", "port", g_variant_new_uint16(socket->port));
    g_variant_builder_add(&builder, "{sv}", "security",
                          g_variant_new_string(pst_security_nick(socket->security)));
    if (socket->error != NULL)
      g_variant_builder_add(&builder, "{sv}", "error", g_variant_new_string(socket->error));
    g_variant_builder_close(&builder);
  }
  return g_variant_builder_end(&builder);
}
