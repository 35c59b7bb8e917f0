#include "relay/dns/mx-route.h"
#include <string.h>

static void
append_name(GByteArray *wire, const char *name)
{
  for (const char *label = name; *label != '\0';) {
    guint8 length = strcspn(label, ".");
    g_byte_array_append(wire, &length, 1);
    g_byte_array_append(wire, (const guint8 *)label, length);
    label += length + (label[length] == '.');
  }
  g_byte_array_append(wire, (const guint8 *)"", 1);
}

static GBytes *
mx_record(guint preference, const char *name)
{
  GByteArray *wire = g_byte_array_new();
  guint8 octets[2] = { preference >> 8, preference & 255 };
  g_byte_array_append(wire, octets, 2);
  append_name(wire, name);
  return g_byte_array_free_to_bytes(wire);
}

/* @list: "10 mx1.a.test, 20 ."; "broken" is a record that cannot be read. */
static PstAnswer *
mx_answer(PstStanding standing, const char *list)
{
  GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_auto(GStrv) parts = g_strsplit(list, ", ", -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    char *name = strchr(parts[i], ' ');
    if (name == NULL)
      g_ptr_array_add(records, g_bytes_new("\0\1\5mx", 5));
    else
      g_ptr_array_add(records, mx_record(atoi(parts[i]), g_str_equal(name + 1, ".") ? "" : name + 1));
  }
  return pst_answer_new_records("A.test.", PST_DNS_MX, standing, NULL, 300, records);
}

typedef struct {
  const char *list;
  PstMxKind kind;
  const char *hosts; /* in order */
} Row;

static const Row rows[] = {
  { "10 mx1.a.test", PST_MX_HOSTS, "10 mx1.a.test" },
  { "20 mx2.a.test, 10 mx1.a.test", PST_MX_HOSTS, "10 mx1.a.test, 20 mx2.a.test" },
  { "10 b.a.test, 10 a.a.test", PST_MX_HOSTS, "10 a.a.test, 10 b.a.test" },
  { "20 mx.a.test, 10 MX.a.test, 30 mx.A.test", PST_MX_HOSTS, "10 mx.a.test" },
  { "0 .", PST_MX_NULL, "" },
  { "10 .", PST_MX_NULL, "" },
  { "0 ., 10 .", PST_MX_NULL, "" },
  { "0 ., 10 mx.a.test", PST_MX_HOSTS, "10 mx.a.test" },
  { "10 192.0.2.1", PST_MX_HOSTS, "10 192.0.2.1 (no host name)" },
  { "10 localhost", PST_MX_HOSTS, "10 localhost (no host name)" },
  { "10 mx_1.a.test", PST_MX_HOSTS, "10 mx_1.a.test" },
  { "10 -mx.a.test", PST_MX_HOSTS, "10 -mx.a.test (no host name)" },
  { "10 *.a.test", PST_MX_HOSTS, "10 *.a.test (no host name)" },
  { "10 m x.a.test", PST_MX_HOSTS, "10 m\\032x.a.test (no host name)" },
  { "10 mx1.a.test, broken", PST_MX_UNDETERMINED, "" },
  { "broken", PST_MX_UNDETERMINED, "" },
};

static char *
hosts_to_text(const PstMxRoute *route)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < route->hosts->len; i++) {
    const PstMxHost *host = route->hosts->pdata[i];
    g_string_append_printf(text, "%s%u %s%s", i > 0 ? ", " : "", host->preference, host->name,
                           host->is_host_name ? "" : " (no host name)");
  }
  return g_string_free(text, FALSE);
}

static void
test_rows(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    for (PstStanding standing = PST_STANDING_SECURE; standing <= PST_STANDING_UNCHECKED; standing++) {
      g_autoptr(PstAnswer) answer = mx_answer(standing, rows[i].list);
      g_autoptr(PstMxRoute) route = pst_mx_route_new(answer);
      g_autofree char *hosts = hosts_to_text(route);
      g_assert_cmpstr(hosts, ==, rows[i].hosts);
      g_assert_cmpint(route->kind, ==, rows[i].kind);
      g_assert_cmpint(route->standing, ==, standing);
      g_assert_cmpstr(route->domain, ==, "a.test");
      g_assert_false(route->truncated);
      g_assert_true((route->reason == NULL) == (route->kind == PST_MX_HOSTS));
    }
  }
}

static void
test_absent(void)
{
  g_autoptr(PstAnswer) none =
      pst_answer_new_absent("a.test", PST_DNS_MX, PST_STANDING_SECURE, "b.test", 60, PST_PRESENCE_NO_DATA);
  g_autoptr(PstMxRoute) implicit = pst_mx_route_new(none);
  g_autofree char *hosts = hosts_to_text(implicit);
  g_assert_cmpint(implicit->kind, ==, PST_MX_IMPLICIT);
  g_assert_cmpstr(hosts, ==, "0 a.test");
  g_assert_cmpstr(implicit->canonical_domain, ==, "b.test");
  g_autoptr(PstAnswer) gone =
      pst_answer_new_absent("a.test", PST_DNS_MX, PST_STANDING_INSECURE, NULL, 60, PST_PRESENCE_NO_NAME);
  g_autoptr(PstMxRoute) no_domain = pst_mx_route_new(gone);
  g_assert_cmpint(no_domain->kind, ==, PST_MX_NO_DOMAIN);
  g_assert_cmpint(pst_reason_get_code(no_domain->reason), ==, PST_REASON_NO_SUCH_DOMAIN);
}

/* Records that come along with a bogus answer never get as far as a route. */
static void
test_not_believed(void)
{
  for (PstStanding standing = PST_STANDING_FAILED; standing <= PST_STANDING_BOGUS; standing++) {
    g_autoptr(PstAnswer) answer = mx_answer(standing, "10 mx.a.test");
    g_assert_false(pst_answer_has_records(answer));
    g_assert_false(pst_answer_is_absent(answer));
    g_assert_cmpuint(answer->records->len, ==, 0);
    g_autoptr(PstMxRoute) route = pst_mx_route_new(answer);
    g_assert_cmpint(route->kind, ==, PST_MX_UNDETERMINED);
    g_assert_cmpint(pst_reason_get_code(route->reason), ==,
                    standing == PST_STANDING_BOGUS ? PST_REASON_DNS_BOGUS : PST_REASON_MX_LOOKUP_FAILED);
    g_autoptr(PstAnswer) absent =
        pst_answer_new_absent("a.test", PST_DNS_MX, standing, NULL, 60, PST_PRESENCE_NO_NAME);
    g_assert_false(pst_answer_is_absent(absent));
  }
}

static PstAnswer *
many_hosts(guint n)
{
  GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf("mx%u.a.test", i);
    g_ptr_array_add(records, mx_record(n - i, name));
  }
  return pst_answer_new_records("a.test", PST_DNS_MX, PST_STANDING_SECURE, NULL, 300, records);
}

static void
test_many(void)
{
  for (guint n = PST_MX_MAX_HOSTS; n <= PST_MX_MAX_HOSTS + 1; n++) {
    g_autoptr(PstAnswer) answer = many_hosts(n);
    g_autoptr(PstMxRoute) route = pst_mx_route_new(answer);
    g_assert_cmpuint(route->hosts->len, ==, PST_MX_MAX_HOSTS);
    g_assert_true(route->truncated == (n > PST_MX_MAX_HOSTS));
    const PstMxHost *first = route->hosts->pdata[0];
    g_assert_cmpuint(first->preference, ==, 1);
  }
  g_autoptr(PstAnswer) flood = many_hosts(PST_ANSWER_MAX_RECORDS + 1);
  g_assert_cmpint(flood->standing, ==, PST_STANDING_FAILED);
  g_assert_cmpuint(flood->records->len, ==, 0);
}

static void
test_alias(void)
{
  g_autoptr(PstAnswer) answer =
      pst_answer_new_absent("a.test.", PST_DNS_A, PST_STANDING_SECURE, "B.test.", 1, PST_PRESENCE_NO_DATA);
  g_assert_true(pst_answer_is_alias(answer));
  g_assert_cmpstr(answer->canonical_name, ==, "b.test");
  g_autoptr(PstAnswer) same =
      pst_answer_new_absent("a.test.", PST_DNS_A, PST_STANDING_SECURE, "A.test", 1, PST_PRESENCE_NO_DATA);
  g_assert_false(pst_answer_is_alias(same));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mx-route/rows", test_rows);
  g_test_add_func("/mx-route/absent", test_absent);
  g_test_add_func("/mx-route/not-believed", test_not_believed);
  g_test_add_func("/mx-route/many", test_many);
  g_test_add_func("/answer/alias", test_alias);
  return g_test_run();
}
