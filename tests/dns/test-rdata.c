#include "relay/dns/rdata.h"
#include <string.h>

#define BYTES(text) text, sizeof text - 1

typedef struct {
  const char *wire;
  gsize length;
  const char *name; /* NULL: refused */
} NameRow;

static const NameRow name_rows[] = {
  { BYTES("\0"), "" },
  { BYTES("\2mx\7example\3org\0"), "mx.example.org" },
  { BYTES("\2MX\7Example\3ORG\0"), "mx.example.org" },
  { BYTES("\4mx_1\1a\0"), "mx_1.a" },
  { BYTES("\1*\1a\0"), "*.a" },
  { BYTES("\5mx.ex\3org\0"), "mx\\046ex.org" },
  { BYTES("\3a\0b\1c\0"), "a\\000b.c" },
  { BYTES("\1\\\1c\0"), "\\092.c" },
  { BYTES("\2m\xc3\1c\0"), "m\\195.c" },
  { BYTES(""), NULL },
  { BYTES("\2mx"), NULL },
  { BYTES("\2mx\7exam"), NULL },
  { BYTES("\2mx\0x"), NULL },
  { BYTES("\2mx\0\0"), NULL },
  { BYTES("\2mx\xc0\x0c"), NULL },
  { BYTES("\100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0"), NULL },
};

static void
test_name(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(name_rows); i++) {
    const NameRow *row = &name_rows[i];
    g_autofree guint8 *exact = g_memdup2(row->wire, row->length);
    g_autofree char *name = pst_rdata_read_name(exact, row->length);
    g_assert_cmpstr(name, ==, row->name);
  }
}

/* 127 labels of one octet are 255 octets with the root: the most there can be. */
static void
test_longest_name(void)
{
  guint8 wire[259] = { 0 };
  for (guint labels = 126; labels <= 128; labels++) {
    for (guint i = 0; i < labels; i++) {
      wire[2 * i] = 1;
      wire[2 * i + 1] = 'a';
    }
    wire[2 * labels] = 0;
    g_autofree char *name = pst_rdata_read_name(wire, 2 * labels + 1);
    g_assert_true((name != NULL) == (labels <= 127));
  }
}

typedef struct {
  const char *wire;
  gsize length;
  int preference; /* -1: refused */
  const char *exchange;
} MxRow;

static const MxRow mx_rows[] = {
  { BYTES("\0\12\2mx\1a\0"), 10, "mx.a" },
  { BYTES("\377\377\2mx\1a\0"), 65535, "mx.a" },
  { BYTES("\0\0\0"), 0, "" },
  { BYTES(""), -1, NULL },
  { BYTES("\0"), -1, NULL },
  { BYTES("\0\12"), -1, NULL },
  { BYTES("\0\12\2mx"), -1, NULL },
  { BYTES("\0\12\2mx\1a\0trailing"), -1, NULL },
};

static void
test_mx(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(mx_rows); i++) {
    const MxRow *row = &mx_rows[i];
    g_autoptr(GBytes) rdata = g_bytes_new(row->wire, row->length);
    guint preference = 0;
    g_autofree char *exchange = NULL;
    g_assert_true(pst_rdata_read_mx(rdata, &preference, &exchange) == (row->preference >= 0));
    g_assert_cmpstr(exchange, ==, row->exchange);
    if (row->preference >= 0)
      g_assert_cmpuint(preference, ==, row->preference);
  }
}

typedef struct {
  const char *wire;
  gsize length;
  const char *text; /* NULL: refused */
} TextRow;

static const TextRow text_rows[] = {
  { BYTES("\3abc"), "abc" }, { BYTES("\3abc\2de\0\1f"), "abcdef" },
  { BYTES("\0"), "" },       { BYTES(""), NULL },
  { BYTES("\4abc"), NULL },  { BYTES("\3abc\1"), NULL },
};

static void
test_text(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(text_rows); i++) {
    const TextRow *row = &text_rows[i];
    g_autoptr(GBytes) rdata = g_bytes_new(row->wire, row->length);
    g_autoptr(GBytes) text = pst_rdata_read_text(rdata);
    g_assert_true((text != NULL) == (row->text != NULL));
    if (text == NULL)
      continue;
    g_autoptr(GBytes) expected = g_bytes_new(row->text, strlen(row->text));
    g_assert_true(g_bytes_equal(text, expected));
  }
}

typedef struct {
  const char *wire;
  gsize length;
  const char *text; /* NULL: refused */
  gboolean is_public;
} AddressRow;

static const AddressRow address_rows[] = {
  { BYTES("\10\10\10\10"), "8.8.8.8", TRUE },
  { BYTES("\177\0\0\1"), "127.0.0.1", FALSE },
  { BYTES("\0\0\0\0"), "0.0.0.0", FALSE },
  { BYTES("\12\1\2\3"), "10.1.2.3", FALSE },
  { BYTES("\254\17\377\377"), "172.15.255.255", TRUE },
  { BYTES("\254\20\0\1"), "172.16.0.1", FALSE },
  { BYTES("\254\37\377\377"), "172.31.255.255", FALSE },
  { BYTES("\254\40\0\0"), "172.32.0.0", TRUE },
  { BYTES("\300\250\1\1"), "192.168.1.1", FALSE },
  { BYTES("\251\376\251\376"), "169.254.169.254", FALSE },
  { BYTES("\144\100\0\1"), "100.64.0.1", FALSE },
  { BYTES("\144\177\377\377"), "100.127.255.255", FALSE },
  { BYTES("\144\200\0\0"), "100.128.0.0", TRUE },
  { BYTES("\300\0\2\1"), "192.0.2.1", FALSE },
  { BYTES("\306\23\0\1"), "198.19.0.1", FALSE },
  { BYTES("\337\377\377\377"), "223.255.255.255", TRUE },
  { BYTES("\340\0\0\1"), "224.0.0.1", FALSE },
  { BYTES("\377\377\377\377"), "255.255.255.255", FALSE },
  { BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "::1", FALSE },
  { BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "::", FALSE },
  { BYTES("\376\200\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "fe80::1", FALSE },
  { BYTES("\375\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "fd00::1", FALSE },
  { BYTES("\0\0\0\0\0\0\0\0\0\0\377\377\10\10\10\10"), "::ffff:808:808", FALSE },
  { BYTES("\0\144\377\233\0\0\0\0\0\0\0\0\10\10\10\10"), "64:ff9b::808:808", TRUE },
  { BYTES("\0\144\377\233\0\0\0\0\0\0\0\0\12\0\0\1"), "64:ff9b::a00:1", FALSE },
  { BYTES("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"), "2001:db8::1", FALSE },
  { BYTES("\40\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "2001::1", FALSE },
  { BYTES("\40\2\177\0\0\1\0\0\0\0\0\0\0\0\0\1"), "2002:7f00:1::1", FALSE },
  { BYTES("\52\0\24\120\0\0\0\0\0\0\0\0\0\0\0\0"), "2a00:1450::", TRUE },
  { BYTES("\52\0\0\0\0\1\0\0\0\0\0\1\0\0\0\1"), "2a00:0:1::1:0:1", TRUE },
  { BYTES("\52\0\0\1\0\1\0\1\0\0\0\1\0\1\0\1"), "2a00:1:1:1:0:1:1:1", TRUE },
  { BYTES("\377\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), "ff02::1", FALSE },
  { BYTES("\177\0\0"), NULL, FALSE },
  { BYTES("\177\0\0\1\0"), NULL, FALSE },
  { BYTES(""), NULL, FALSE },
};

static void
test_address(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(address_rows); i++) {
    const AddressRow *row = &address_rows[i];
    g_autoptr(GBytes) rdata = g_bytes_new(row->wire, row->length);
    PstAddress address;
    PstDnsType type = row->length == 16 ? PST_DNS_AAAA : PST_DNS_A;
    g_assert_true(pst_rdata_read_address(rdata, type, &address) == (row->text != NULL));
    PstDnsType other = type == PST_DNS_A ? PST_DNS_AAAA : PST_DNS_A;
    PstAddress unused;
    g_assert_false(pst_rdata_read_address(rdata, other, &unused));
    if (row->text == NULL)
      continue;
    g_autofree char *text = pst_address_to_string(&address);
    g_assert_cmpstr(text, ==, row->text);
    g_assert_true(pst_address_is_public(&address) == row->is_public);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rdata/name", test_name);
  g_test_add_func("/rdata/longest-name", test_longest_name);
  g_test_add_func("/rdata/mx", test_mx);
  g_test_add_func("/rdata/text", test_text);
  g_test_add_func("/rdata/address", test_address);
  return g_test_run();
}
