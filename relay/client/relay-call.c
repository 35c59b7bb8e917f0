#include "relay/client/relay-call.h"
#include "relay/contract/bus-names.h"

#define TIMEOUT_MS 60000 /* a check may take 30 seconds, and more where the relay is busy */

static PstErrorCode
code_of(const GError *error)
{
  static const struct {
    int error;
    PstErrorCode code;
  } codes[] = {
    { G_DBUS_ERROR_SERVICE_UNKNOWN, PST_ERROR_NOT_REACHABLE },
    { G_DBUS_ERROR_NAME_HAS_NO_OWNER, PST_ERROR_NOT_REACHABLE },
    { G_DBUS_ERROR_DISCONNECTED, PST_ERROR_NOT_REACHABLE },
    { G_DBUS_ERROR_NO_REPLY, PST_ERROR_NOT_REACHABLE },
    { G_DBUS_ERROR_UNKNOWN_METHOD, PST_ERROR_NOT_SUPPORTED },
    { G_DBUS_ERROR_UNKNOWN_OBJECT, PST_ERROR_NOT_REACHABLE },
    { G_DBUS_ERROR_TIMED_OUT, PST_ERROR_TIMED_OUT },
    { G_DBUS_ERROR_TIMEOUT, PST_ERROR_TIMED_OUT },
  };
  for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
    if (g_error_matches(error, G_DBUS_ERROR, codes[i].error))
      return codes[i].code;
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return PST_ERROR_TIMED_OUT;
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return PST_ERROR_NOT_REACHABLE;
  return PST_ERROR_FAILED;
}

void
pst_relay_map_error(GError **error)
{
  if (error == NULL || *error == NULL || (*error)->domain == PST_ERROR)
    return;
  g_autofree char *name = g_dbus_error_get_remote_error(*error);
  PstErrorCode code;
  g_dbus_error_strip_remote_error(*error);
  const char *text = (*error)->message;
  if (!pst_error_parse_bus_name(name, &code)) {
    code = code_of(*error);
    if (code == PST_ERROR_NOT_REACHABLE)
      text = "Postern's relay is not running";
  }
  GError *mapped = g_error_new_literal(PST_ERROR, code, text);
  g_clear_error(error);
  *error = mapped;
}

GDBusConnection *
pst_relay_connect(GError **error)
{
  g_autoptr(GError) bus_error = NULL;
  g_autoptr(GDBusConnection) connection = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &bus_error);
  if (connection == NULL) {
    g_set_error(error, PST_ERROR, PST_ERROR_NOT_REACHABLE, "there is no session bus: %s", bus_error->message);
    return NULL;
  }
  /* The bus may go while an answer is awaited: that is an error to tell, no reason to be killed. */
  g_dbus_connection_set_exit_on_close(connection, FALSE);
  g_autoptr(GVariant) owner = g_dbus_connection_call_sync(
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
      g_variant_new("(s)", PST_RELAY_BUS_NAME), G_VARIANT_TYPE("(s)"), G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS,
      NULL, error);
  pst_relay_map_error(error);
  return owner != NULL ? g_steal_pointer(&connection) : NULL;
}

GVariant *
pst_relay_call(GDBusConnection *connection, const char *method, GVariant *arguments, const char *reply_type,
               GError **error)
{
  GVariant *reply = g_dbus_connection_call_sync(
      connection, PST_RELAY_BUS_NAME, PST_RELAY_PATH, PST_RELAY_INTERFACE, method, arguments,
      G_VARIANT_TYPE(reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT_MS, NULL, error);
  pst_relay_map_error(error);
  return reply;
}
