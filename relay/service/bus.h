/* Bus: org.postern.Relay on the session bus (data/dbus/org.postern.Relay.xml). Without a bus the relay works
 * as well; it says so once. Main context only; queries of the history run in a thread of their own. */
#pragma once
#include "relay/service/config-keeper.h"
#include "relay/service/listeners.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct PstBus PstBus;

typedef struct {
  PstRelay *relay;
  PstListeners *listeners;
  PstConfigKeeper *keeper;
  void (*ready)(gpointer data); /* once: the name is owned, or cannot be had */
  void (*quit)(gpointer data);
  gpointer data;
} PstBusContext;

PstBus *pst_bus_new(const PstBusContext *context);
void pst_bus_free(PstBus *bus);

void pst_bus_message_changed(PstBus *bus, gint64 id, PstState state);
void pst_bus_mode_changed(PstBus *bus);
void pst_bus_status_changed(PstBus *bus);
void pst_bus_configuration_changed(PstBus *bus);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstBus, pst_bus_free)

G_END_DECLS
