#include "relay/dns/mx-route.h"
#include "relay/dns/rdata.h"
#include "relay/trust/tlsa.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

/* The input is a list of records, each behind one octet that gives its length. */
static GPtrArray *
records_of(const guint8 *data, size_t size)
{
  GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (size_t at = 0; at < size;) {
    size_t length = MIN(data[at], size - at - 1);
    g_ptr_array_add(records, g_bytes_new(data + at + 1, length));
    at += 1 + length;
  }
  return records;
}

static void
check_route(const PstMxRoute *route)
{
  g_assert_cmpuint(route->hosts->len, <=, PST_MX_MAX_HOSTS);
  g_assert_true((route->hosts->len > 0) == (route->kind == PST_MX_HOSTS || route->kind == PST_MX_IMPLICIT));
  for (guint i = 0; i < route->hosts->len; i++) {
    const PstMxHost *host = route->hosts->pdata[i];
    g_assert_true(g_str_is_ascii(host->name));
    g_assert_true(strchr(host->name, '.') != NULL || !host->is_host_name);
    for (guint j = 0; j < i; j++) {
      const PstMxHost *before = route->hosts->pdata[j];
      g_assert_cmpuint(before->preference, <=, host->preference);
      g_assert_cmpstr(before->name, !=, host->name);
    }
  }
}

static void
check_tlsa(const PstAnswer *answer)
{
  PstTlsaBases bases = { .names = { (char *)"m.a.test" }, .n_names = 1, .has_address = TRUE };
  g_autoptr(PstTlsaSet) set = pst_tlsa_set_new(&bases, &answer);
  g_assert_true((set->records->len > 0) == (set->state == PST_TLSA_USABLE));
  for (guint i = 0; i < set->records->len; i++) {
    const PstTlsa *tlsa = set->records->pdata[i];
    g_assert_true(tlsa->usage == 2 || tlsa->usage == 3);
    g_assert_true(tlsa->selector <= 1 && tlsa->matching <= 2);
    if (tlsa->matching > 0)
      g_assert_cmpuint(g_bytes_get_size(tlsa->data), ==, tlsa->matching == 1 ? 32 : 64);
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
  g_autoptr(PstAnswer) mx =
      pst_answer_new_records("a.test", PST_DNS_MX, PST_STANDING_SECURE, NULL, 60, records_of(data, size));
  g_autoptr(PstMxRoute) route = pst_mx_route_new(mx);
  check_route(route);
  g_autoptr(PstAnswer) tlsa = pst_answer_new_records("_25._tcp.m.a.test", PST_DNS_TLSA, PST_STANDING_SECURE,
                                                     NULL, 60, records_of(data, size));
  check_tlsa(tlsa);
  g_autoptr(GBytes) whole = g_bytes_new(data, size);
  g_autoptr(GBytes) text = pst_rdata_read_text(whole);
  g_assert_true(text == NULL || g_bytes_get_size(text) < size);
  PstAddress address;
  if (pst_rdata_read_address(whole, PST_DNS_A, &address) ||
      pst_rdata_read_address(whole, PST_DNS_AAAA, &address))
    g_free(pst_address_to_string(&address));
  return 0;
}
