#include "relay/service/bus.h"
#include "relay/contract/bus-names.h"
#include "relay/service/bus-call.h"
#include "relay/service/bus-facts.h"
#include "data/relay-interface-info.h"

#define MAX_QUERIES   32 /* waiting for a thread of their pool */
#define MAX_INQUIRIES 8  /* at once */

struct PstBus {
  PstBusContext context;
  guint owner;
  guint registration;
  GDBusConnection *connection;
  GThreadPool *reader;
  GThreadPool *inquirer;
};

void
pst_bus_return(PstBusCall *call, GVariant *result)
{
  g_dbus_method_invocation_return_value(call->invocation, result);
}

void
pst_bus_return_code(PstBusCall *call, PstErrorCode code, const char *text)
{
  g_dbus_method_invocation_return_dbus_error(call->invocation, pst_error_bus_name(code), text);
}

void
pst_bus_return_error(PstBusCall *call, const GError *error)
{
  pst_bus_return_code(call, error->domain == PST_ERROR ? (PstErrorCode)error->code : PST_ERROR_FAILED,
                      error->message);
}

static void
call_free(PstBusCall *call)
{
  g_variant_unref(call->arguments);
  g_free(call);
}

typedef struct {
  PstBusCall *call;
  PstBusHandler handler;
} Query;

static void
run_query(gpointer data, gpointer unused)
{
  Query *query = data;
  query->handler(query->call);
  call_free(query->call);
  g_free(query);
}

static void
start_query(GThreadPool *pool, PstBusCall *call, PstBusHandler handler)
{
  if (g_thread_pool_unprocessed(pool) >= MAX_QUERIES) {
    pst_bus_return_code(call, PST_ERROR_BUSY, "too many queries at once");
    call_free(call);
    return;
  }
  Query *query = g_new(Query, 1);
  *query = (Query){ call, handler };
  g_thread_pool_push(pool, query, NULL);
}

static void
handle_call(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *method, GVariant *arguments, GDBusMethodInvocation *invocation, gpointer data)
{
  PstBus *bus = data;
  PstBusCall *call = g_new(PstBusCall, 1);
  *call = (PstBusCall){ bus, &bus->context, g_variant_ref(arguments), invocation };
  PstBusHandler query = pst_bus_find_query(method);
  if (query != NULL) {
    start_query(bus->reader, call, query);
    return;
  }
  PstBusHandler inquiry = pst_bus_find_inquiry(method);
  if (inquiry != NULL) {
    start_query(bus->inquirer, call, inquiry);
    return;
  }
  PstBusHandler control = pst_bus_find_control(method);
  if (control != NULL)
    control(call);
  else
    pst_bus_return_code(call, PST_ERROR_NOT_SUPPORTED, "this version of Postern cannot do that yet");
  call_free(call);
}

static void
emit(PstBus *bus, const char *signal, GVariant *arguments)
{
  g_autoptr(GVariant) owned = arguments != NULL ? g_variant_ref_sink(arguments) : NULL;
  if (bus == NULL || bus->connection == NULL)
    return;
  g_dbus_connection_emit_signal(bus->connection, NULL, PST_RELAY_PATH, PST_RELAY_INTERFACE, signal, owned,
                                NULL);
}

void
pst_bus_message_changed(PstBus *bus, gint64 id, PstState state)
{
  emit(bus, "MessageChanged", g_variant_new("(xs)", id, pst_state_nick(state)));
}

void
pst_bus_mode_changed(PstBus *bus)
{
  emit(bus, "ModeChanged", g_variant_new("(@a{sv})", pst_bus_mode_to_variant(&bus->context)));
}

void
pst_bus_status_changed(PstBus *bus)
{
  emit(bus, "StatusChanged", NULL);
}

void
pst_bus_configuration_changed(PstBus *bus)
{
  emit(bus, "ConfigurationChanged",
       g_variant_new("(^as)", pst_config_keeper_get_problems(bus->context.keeper)));
}

void
pst_bus_tell_progress(PstBusCall *call, guint cookie, GVariant *facts)
{
  g_dbus_connection_emit_signal(g_dbus_method_invocation_get_connection(call->invocation),
                                g_dbus_method_invocation_get_sender(call->invocation), PST_RELAY_PATH,
                                PST_RELAY_INTERFACE, "CheckProgress",
                                g_variant_new("(u@a{sv})", cookie, facts), NULL);
}

static void
bus_acquired(GDBusConnection *connection, const char *name, gpointer data)
{
  static const GDBusInterfaceVTable table = { .method_call = handle_call };
  PstBus *bus = data;
  g_autoptr(GError) error = NULL;
  g_dbus_connection_set_exit_on_close(connection, FALSE);
  bus->registration = g_dbus_connection_register_object(connection, PST_RELAY_PATH,
                                                        (GDBusInterfaceInfo *)&org_postern_relay_interface,
                                                        &table, bus, NULL, &error);
  if (error != NULL)
    g_warning("the bus object cannot be shown: %s", error->message);
  g_set_object(&bus->connection, connection);
}

static void
settle(PstBus *bus)
{
  void (*ready)(gpointer) = g_steal_pointer(&bus->context.ready);
  if (ready != NULL)
    ready(bus->context.data);
}

static void
name_acquired(GDBusConnection *connection, const char *name, gpointer data)
{
  settle(data);
}

static void
name_lost(GDBusConnection *connection, const char *name, gpointer data)
{
  PstBus *bus = data;
  if (connection == NULL)
    g_message("no session bus: mail passes, but tray, windows and posternctl cannot reach the relay");
  else
    g_warning("the name %s belongs to another program", name);
  g_clear_object(&bus->connection);
  settle(bus);
}

PstBus *
pst_bus_new(const PstBusContext *context)
{
  PstBus *bus = g_new0(PstBus, 1);
  bus->context = *context;
  bus->reader = g_thread_pool_new(run_query, NULL, 1, FALSE, NULL);
  bus->inquirer = g_thread_pool_new(run_query, NULL, MAX_INQUIRIES, FALSE, NULL);
  bus->owner = g_bus_own_name(G_BUS_TYPE_SESSION, PST_RELAY_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                              bus_acquired, name_acquired, name_lost, bus, NULL);
  return bus;
}

void
pst_bus_free(PstBus *bus)
{
  if (bus == NULL)
    return;
  g_bus_unown_name(bus->owner);
  if (bus->connection != NULL) {
    if (bus->registration != 0)
      g_dbus_connection_unregister_object(bus->connection, bus->registration);
    g_dbus_connection_flush_sync(bus->connection, NULL, NULL);
  }
  g_thread_pool_free(bus->reader, FALSE, TRUE);
  g_thread_pool_free(bus->inquirer, FALSE, TRUE);
  g_clear_object(&bus->connection);
  g_free(bus);
}
