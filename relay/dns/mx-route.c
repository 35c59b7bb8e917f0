#include "relay/dns/mx-route.h"
#include "relay/dns/rdata.h"
#include <string.h>

static void
host_free(gpointer data)
{
  PstMxHost *host = data;
  g_free(host->name);
  g_free(host);
}

static gboolean
is_label(const char *label, gsize length)
{
  if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum(label[i]) && label[i] != '-' && label[i] != '_')
      return FALSE;
  return TRUE;
}

gboolean
pst_mx_is_host_name(const char *name)
{
  if (strlen(name) > 253)
    return FALSE;
  guint labels = 0;
  const char *label = name;
  for (;; label = strchr(label, '.') + 1) {
    gsize length = strcspn(label, ".");
    if (!is_label(label, length))
      return FALSE;
    labels++;
    if (label[length] == '\0')
      break;
  }
  return labels > 1 && label[strspn(label, "0123456789")] != '\0';
}

static void
add_host(GPtrArray *hosts, const char *name, guint preference)
{
  for (guint i = 0; i < hosts->len; i++) {
    PstMxHost *host = hosts->pdata[i];
    if (g_str_equal(host->name, name)) {
      host->preference = MIN(host->preference, preference);
      return;
    }
  }
  PstMxHost *host = g_new0(PstMxHost, 1);
  host->name = g_strdup(name);
  host->preference = preference;
  host->is_host_name = pst_mx_is_host_name(name);
  g_ptr_array_add(hosts, host);
}

static int
compare_hosts(gconstpointer a, gconstpointer b)
{
  const PstMxHost *first = *(PstMxHost *const *)a, *second = *(PstMxHost *const *)b;
  if (first->preference != second->preference)
    return first->preference < second->preference ? -1 : 1;
  return strcmp(first->name, second->name);
}

static void
nobody_takes_it(PstMxRoute *route, PstMxKind kind, PstReasonCode code)
{
  route->kind = kind;
  route->reason = pst_reason_new(code, "domain", route->domain, NULL);
}

/* FALSE: malformed. An exchange of "." beside others can take no mail and is left out (RFC 7505 section 3).
 */
static gboolean
read_hosts(PstMxRoute *route, const PstAnswer *answer)
{
  for (guint i = 0; i < answer->records->len; i++) {
    guint preference;
    g_autofree char *exchange = NULL;
    if (!pst_rdata_read_mx(answer->records->pdata[i], &preference, &exchange))
      return FALSE;
    if (*exchange != '\0')
      add_host(route->hosts, exchange, preference);
  }
  return TRUE;
}

static void
route_by_records(PstMxRoute *route, const PstAnswer *answer)
{
  if (!read_hosts(route, answer)) {
    g_ptr_array_set_size(route->hosts, 0);
    nobody_takes_it(route, PST_MX_UNDETERMINED, PST_REASON_MX_MALFORMED);
    return;
  }
  if (route->hosts->len == 0) {
    nobody_takes_it(route, PST_MX_NULL, PST_REASON_NULL_MX);
    return;
  }
  route->kind = PST_MX_HOSTS;
  g_ptr_array_sort(route->hosts, compare_hosts);
  route->truncated = route->hosts->len > PST_MX_MAX_HOSTS;
  if (route->truncated)
    g_ptr_array_set_size(route->hosts, PST_MX_MAX_HOSTS);
}

static void
route_undetermined(PstMxRoute *route, const PstAnswer *answer)
{
  gboolean bogus = answer->standing == PST_STANDING_BOGUS;
  route->kind = PST_MX_UNDETERMINED;
  if (answer->reason != NULL)
    route->reason = pst_reason_ref(answer->reason);
  else
    route->reason = pst_reason_new(bogus ? PST_REASON_DNS_BOGUS : PST_REASON_MX_LOOKUP_FAILED, "domain",
                                   route->domain, "name", route->domain, NULL);
}

PstMxRoute *
pst_mx_route_new(const PstAnswer *answer)
{
  PstMxRoute *route = g_new0(PstMxRoute, 1);
  route->domain = g_strdup(answer->name);
  route->canonical_domain = g_strdup(answer->canonical_name);
  route->standing = answer->standing;
  route->hosts = g_ptr_array_new_with_free_func(host_free);
  switch (answer->presence) {
  case PST_PRESENCE_UNKNOWN:
    route_undetermined(route, answer);
    break;
  case PST_PRESENCE_RECORDS:
    route_by_records(route, answer);
    break;
  case PST_PRESENCE_NO_DATA:
    route->kind = PST_MX_IMPLICIT;
    add_host(route->hosts, route->domain, 0);
    break;
  case PST_PRESENCE_NO_NAME:
    nobody_takes_it(route, PST_MX_NO_DOMAIN, PST_REASON_NO_SUCH_DOMAIN);
    break;
  }
  return route;
}

void
pst_mx_route_free(PstMxRoute *route)
{
  if (route == NULL)
    return;
  g_free(route->domain);
  g_free(route->canonical_domain);
  g_ptr_array_unref(route->hosts);
  pst_reason_unref(route->reason);
  g_free(route);
}
