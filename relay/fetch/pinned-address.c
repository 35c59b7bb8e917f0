#include "relay/fetch/pinned-address.h"

#define HTTPS_PORT 443

struct _PstPinnedAddress {
  GNetworkAddress parent;
  GPtrArray *addresses; /* of GSocketAddress */
};

static void connectable_init(GSocketConnectableIface *iface);

G_DEFINE_TYPE_WITH_CODE(PstPinnedAddress, pst_pinned_address, G_TYPE_NETWORK_ADDRESS,
                        G_IMPLEMENT_INTERFACE(G_TYPE_SOCKET_CONNECTABLE, connectable_init))

#define PST_TYPE_PINNED_ENUMERATOR (pst_pinned_enumerator_get_type())
G_DECLARE_FINAL_TYPE(PstPinnedEnumerator, pst_pinned_enumerator, PST, PINNED_ENUMERATOR,
                     GSocketAddressEnumerator)

struct _PstPinnedEnumerator {
  GSocketAddressEnumerator parent;
  GPtrArray *addresses;
  guint next;
};

G_DEFINE_TYPE(PstPinnedEnumerator, pst_pinned_enumerator, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

static GSocketAddress *
pst_pinned_enumerator_next(GSocketAddressEnumerator *enumerator, GCancellable *cancellable, GError **error)
{
  PstPinnedEnumerator *self = PST_PINNED_ENUMERATOR(enumerator);
  if (g_cancellable_set_error_if_cancelled(cancellable, error) || self->next == self->addresses->len)
    return NULL;
  return g_object_ref(g_ptr_array_index(self->addresses, self->next++));
}

static void
pst_pinned_enumerator_finalize(GObject *object)
{
  g_ptr_array_unref(PST_PINNED_ENUMERATOR(object)->addresses);
  G_OBJECT_CLASS(pst_pinned_enumerator_parent_class)->finalize(object);
}

static void
pst_pinned_enumerator_class_init(PstPinnedEnumeratorClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = pst_pinned_enumerator_finalize;
  G_SOCKET_ADDRESS_ENUMERATOR_CLASS(klass)->next = pst_pinned_enumerator_next;
}

static void
pst_pinned_enumerator_init(PstPinnedEnumerator *self)
{
}

static GSocketAddressEnumerator *
enumerate(GSocketConnectable *connectable)
{
  PstPinnedEnumerator *enumerator = g_object_new(PST_TYPE_PINNED_ENUMERATOR, NULL);
  enumerator->addresses = g_ptr_array_ref(PST_PINNED_ADDRESS(connectable)->addresses);
  return G_SOCKET_ADDRESS_ENUMERATOR(enumerator);
}

static void
connectable_init(GSocketConnectableIface *iface)
{
  iface->enumerate = enumerate;
  iface->proxy_enumerate = enumerate;
}

static void
pst_pinned_address_finalize(GObject *object)
{
  g_ptr_array_unref(PST_PINNED_ADDRESS(object)->addresses);
  G_OBJECT_CLASS(pst_pinned_address_parent_class)->finalize(object);
}

static void
pst_pinned_address_class_init(PstPinnedAddressClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = pst_pinned_address_finalize;
}

static void
pst_pinned_address_init(PstPinnedAddress *self)
{
  self->addresses = g_ptr_array_new_with_free_func(g_object_unref);
}

PstPinnedAddress *
pst_pinned_address_new(const char *host, char **addresses, guint16 port)
{
  g_autoptr(PstPinnedAddress) self =
      g_object_new(PST_TYPE_PINNED_ADDRESS, "hostname", host, "port", HTTPS_PORT, NULL);
  for (guint i = 0; addresses[i] != NULL; i++) {
    GSocketAddress *address = g_inet_socket_address_new_from_string(addresses[i], port);
    if (address == NULL)
      return NULL;
    g_ptr_array_add(self->addresses, address);
  }
  return g_steal_pointer(&self);
}
