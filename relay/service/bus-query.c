#include "relay/service/bus-call.h"
#include "relay/store/history.h"

static void
return_variant(PstBusCall *call, const char *format, GVariant *facts, const GError *error)
{
  if (facts == NULL)
    pst_bus_return_error(call, error);
  else
    pst_bus_return(call, g_variant_new(format, facts));
}

static gboolean
read_time(GVariant *value, gint64 *microseconds)
{
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(g_variant_get_string(value, NULL), utc);
  if (time == NULL)
    return FALSE;
  *microseconds = g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
  return TRUE;
}

static gboolean
set_filter(PstHistoryFilter *filter, const char *key, GVariant *value)
{
  const struct {
    const char *key;
    const char **place;
  } texts[] = {
    { "search", &filter->search },   { "state", &filter->state },         { "domain", &filter->domain },
    { "account", &filter->account }, { "assurance", &filter->assurance },
  };
  if (!g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    if (g_str_equal(key, texts[i].key)) {
      *texts[i].place = g_variant_get_string(value, NULL);
      return TRUE;
    }
  }
  if (g_str_equal(key, "since"))
    return read_time(value, &filter->since);
  return g_str_equal(key, "until") && read_time(value, &filter->until);
}

/* The texts of @filter belong to @dictionary. FALSE: the call was answered with an error. */
static gboolean
read_filter(PstBusCall *call, GVariant *dictionary, PstHistoryFilter *filter)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;
  *filter = (PstHistoryFilter){ 0 };
  g_variant_iter_init(&iter, dictionary);
  while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
    gboolean known = set_filter(filter, key, value);
    g_variant_unref(value);
    if (known)
      continue;
    g_autofree char *text = g_strdup_printf("filter: %s is not known or has no such value", key);
    pst_bus_return_code(call, PST_ERROR_INVALID_ARGUMENT, text);
    return FALSE;
  }
  return TRUE;
}

static void
history(PstBusCall *call)
{
  g_autoptr(GVariant) dictionary = NULL;
  g_autoptr(GError) error = NULL;
  PstHistoryFilter filter;
  gint64 before;
  guint limit;
  g_variant_get(call->arguments, "(@a{sv}xu)", &dictionary, &before, &limit);
  if (!read_filter(call, dictionary, &filter))
    return;
  GVariant *rows =
      pst_history_list(call->context->relay->database, &filter, before, CLAMP(limit, 1, 1000), &error);
  return_variant(call, "(@aa{sv})", rows, error);
}

static void
window(PstBusCall *call)
{
  g_autoptr(GVariant) dictionary = NULL;
  g_autoptr(GError) error = NULL;
  PstHistoryFilter filter;
  guint position, n, total = 0;
  g_variant_get(call->arguments, "(@a{sv}uu)", &dictionary, &position, &n);
  if (!read_filter(call, dictionary, &filter))
    return;
  GVariant *rows =
      pst_history_window(call->context->relay->database, &filter, position, MIN(n, 1000), &total, &error);
  if (rows == NULL)
    pst_bus_return_error(call, error);
  else
    pst_bus_return(call, g_variant_new("(u@aa{sv})", total, rows));
}

static void
show(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  gint64 id;
  g_variant_get(call->arguments, "(x)", &id);
  GVariant *message = pst_history_show(call->context->relay->database, id, &error);
  return_variant(call, "(@a{sv})", message, error);
}

static void
delete_one(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  gint64 id;
  g_variant_get(call->arguments, "(x)", &id);
  /* Zero means "all" to the store: never from here. */
  gint64 n = id > 0 ? pst_history_delete(call->context->relay->database, id, &error) : 0;
  if (n > 0)
    pst_bus_return(call, NULL);
  else if (error != NULL)
    pst_bus_return_error(call, error);
  else
    pst_bus_return_code(call, PST_ERROR_NOT_FOUND, "there is no such message in the history");
}

static void
delete_all(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  gint64 n = pst_history_delete(call->context->relay->database, 0, &error);
  if (n < 0)
    pst_bus_return_error(call, error);
  else
    pst_bus_return(call, g_variant_new("(u)", (guint)n));
}

PstBusHandler
pst_bus_find_query(const char *method)
{
  static const struct {
    const char *method;
    PstBusHandler handler;
  } queries[] = {
    { "History", history },
    { "Window", window },
    { "Show", show },
    { "DeleteHistory", delete_one },
    { "DeleteAllHistory", delete_all },
  };
  for (guint i = 0; i < G_N_ELEMENTS(queries); i++)
    if (g_str_equal(method, queries[i].method))
      return queries[i].handler;
  return NULL;
}
