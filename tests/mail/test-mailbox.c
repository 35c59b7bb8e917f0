#include "relay/mail/mailbox.h"
#include <string.h>

typedef struct {
  const char *path;
  gboolean utf8;
  const char *wire; /* NULL: not a path */
  const char *local, *domain, *literal, *key;
} Row;

#define BAD(path)                                                                                            \
  { path, FALSE, NULL, NULL, NULL, NULL, NULL },                                                             \
  {                                                                                                          \
    path, TRUE, NULL, NULL, NULL, NULL, NULL                                                                 \
  }

static const Row rows[] = {
  { "<anna@example.org>", FALSE, "anna@example.org", "anna", "example.org", NULL, "anna@example.org" },
  { "<Anna.W+x@Example.ORG>", FALSE, "Anna.W+x@Example.ORG", "Anna.W+x", "example.org", NULL,
    "anna.w+x@example.org" },
  { "<>", FALSE, "", "", NULL, NULL, "" },
  { "<\"anna\"@example.org>", FALSE, "\"anna\"@example.org", "\"anna\"", "example.org", NULL,
    "anna@example.org" },
  { "<\"a b\\\"c\\\\\"@example.org>", FALSE, "\"a b\\\"c\\\\\"@example.org", "\"a b\\\"c\\\\\"",
    "example.org", NULL, "a b\"c\\@example.org" },
  { "<\"a@b>c\"@example.org>", FALSE, "\"a@b>c\"@example.org", "\"a@b>c\"", "example.org", NULL,
    "a@b>c@example.org" },
  { "<\"\"@example.org>", FALSE, "\"\"@example.org", "\"\"", "example.org", NULL, "@example.org" },
  { "<@relay.example,@other.example:anna@example.org>", FALSE, "anna@example.org", "anna", "example.org",
    NULL, "anna@example.org" },
  { "<a@[127.0.0.1]>", FALSE, "a@[127.0.0.1]", "a", NULL, "[127.0.0.1]", "a@[127.0.0.1]" },
  { "<a@[IPV6:2001:DB8::1]>", FALSE, "a@[IPV6:2001:DB8::1]", "a", NULL, "[IPV6:2001:DB8::1]",
    "a@[ipv6:2001:db8::1]" },
  { "<a@[IPv6:::ffff:1.2.3.4]>", FALSE, "a@[IPv6:::ffff:1.2.3.4]", "a", NULL, "[IPv6:::ffff:1.2.3.4]",
    "a@[ipv6:::ffff:1.2.3.4]" },
  { "<m\xc3\xbcller@b\xc3\xbc"
    "cher.example>",
    TRUE, "m\xc3\xbcller@xn--bcher-kva.example", "m\xc3\xbcller", "xn--bcher-kva.example", NULL,
    "m\xc3\xbcller@xn--bcher-kva.example" },
  { "<M\xc3\x9cLLER@example.org>", TRUE, "M\xc3\x9cLLER@example.org", "M\xc3\x9cLLER", "example.org", NULL,
    "m\xc3\xbcller@example.org" },
  { "<\"m\xc3\xbcller x\"@example.org>", TRUE, "\"m\xc3\xbcller x\"@example.org", "\"m\xc3\xbcller x\"",
    "example.org", NULL, "m\xc3\xbcller x@example.org" },
  { "<x@b\303\274cher.example>", TRUE, "x@xn--bcher-kva.example", "x", "xn--bcher-kva.example", NULL,
    "x@xn--bcher-kva.example" },
  { "<m\xc3\xbcller@example.org>", FALSE, NULL, NULL, NULL, NULL, NULL },
  { "<anna@b\xc3\xbc"
    "cher.example>",
    FALSE, NULL, NULL, NULL, NULL, NULL },
  BAD(""),
  BAD("<"),
  BAD("anna@example.org"),
  BAD("<anna@example.org"),
  BAD("<anna>"),
  BAD("<@example.org>"),
  BAD("<anna@>"),
  BAD("<.anna@example.org>"),
  BAD("<anna.@example.org>"),
  BAD("<an..na@example.org>"),
  BAD("<an na@example.org>"),
  BAD("<an(c)na@example.org>"),
  BAD("<anna@example.org> "),
  BAD("< anna@example.org>"),
  BAD("<anna@example.org>>"),
  BAD("<<anna@example.org>"),
  BAD("<anna>@example.org>"),
  BAD("<a@b@example.org>"),
  BAD("<anna@exa_mple.org>"),
  BAD("<anna@example.org.>"),
  BAD("<anna@example\xe3\x80\x82org>"),
  BAD("<anna@xn--a.org>"),
  BAD("<anna@127.0.0.1>"),
  BAD("<\"anna@example.org>"),
  BAD("<\"anna\\\"@example.org>"),
  BAD("<\"an\"na@example.org>"),
  BAD("<\"a\r\nRCPT\"@example.org>"),
  BAD("<\"a\\\r\"@example.org>"),
  BAD("<a\x01@example.org>"),
  BAD("<a\x7f@example.org>"),
  BAD("<a\xc2\x85@example.org>"),
  BAD("<a\xff@example.org>"),
  BAD("<\"a\\\xc3\xbc\"@example.org>"),
  BAD("<@relay.example anna@example.org>"),
  BAD("<@relay_example:anna@example.org>"),
  BAD("<relay.example:anna@example.org>"),
  BAD("<@:anna@example.org>"),
  BAD("<@a.example,:anna@example.org>"),
  BAD("<@a.example:>"),
  BAD("<a@[127.0.0.1>"),
  BAD("<a@[]>"),
  BAD("<a@[>"),
  BAD("<a@[127.0.0.256]>"),
  BAD("<a@[127.1]>"),
  BAD("<a@[::1]>"),
  BAD("<a@[IPv6:127.0.0.1]>"),
  BAD("<a@[IPv6:fe80::1%eth0]>"),
  BAD("<a@[IPv6:xyz]>"),
  BAD("<a@[tag:x]>"),
};

static void
check_row(const Row *row)
{
  g_autofree char *shown = g_strescape(row->path, NULL);
  g_test_message("%s", shown);
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_path(row->path, strlen(row->path), row->utf8);
  if (row->wire == NULL) {
    g_assert_null(mailbox);
    return;
  }
  g_assert_nonnull(mailbox);
  g_assert_cmpstr(pst_mailbox_get_wire(mailbox), ==, row->wire);
  g_assert_cmpstr(pst_mailbox_get_local(mailbox), ==, row->local);
  g_assert_cmpstr(pst_mailbox_get_domain(mailbox), ==, row->domain);
  g_assert_cmpstr(pst_mailbox_get_literal(mailbox), ==, row->literal);
  g_assert_cmpstr(pst_mailbox_get_key(mailbox), ==, row->key);
  g_assert_cmpint(pst_mailbox_is_null(mailbox), ==, row->wire[0] == '\0');
  g_assert_cmpint(pst_mailbox_is_ascii(mailbox), ==, g_str_is_ascii(row->wire));
}

static void
test_paths(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    check_row(&rows[i]);
}

static void
test_octets(void)
{
  g_assert_null(pst_mailbox_parse_path("<a\0b@example.org>", 17, TRUE));
  g_autoptr(PstMailbox) span = pst_mailbox_parse_path("<a@example.org> SIZE=3", 15, FALSE);
  g_assert_cmpstr(pst_mailbox_get_wire(span), ==, "a@example.org");
}

static void
test_ceiling(void)
{
  for (gsize n = PST_MAILBOX_MAX - 1; n <= PST_MAILBOX_MAX + 1; n++) {
    g_autofree char *local = g_strnfill(n - strlen("<@example.org>"), 'a');
    g_autofree char *path = g_strconcat("<", local, "@example.org>", NULL);
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_path(path, strlen(path), FALSE);
    g_assert_cmpint(mailbox != NULL, ==, n <= PST_MAILBOX_MAX);
  }
}

static void
test_addresses(void)
{
  g_autoptr(PstMailbox) plain = pst_mailbox_parse_address("Anna@Example.org");
  g_assert_cmpstr(pst_mailbox_get_key(plain), ==, "anna@example.org");
  g_autoptr(PstMailbox) wide = pst_mailbox_parse_address("m\xc3\xbcller@example.org");
  g_assert_false(pst_mailbox_is_ascii(wide));
  g_assert_null(pst_mailbox_parse_address(""));
  g_assert_null(pst_mailbox_parse_address("<anna@example.org>"));
  g_assert_null(pst_mailbox_parse_address("example.org"));
  g_assert_null(pst_mailbox_parse_address("*@example.org@"));
}

static void
test_equal_spellings(void)
{
  static const char *const spellings[] = { "<Anna@Example.org>", "<\"anna\"@EXAMPLE.org>",
                                           "<\"an\\na\"@example.org>", "<@a.example:ANNA@example.org>" };
  for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++) {
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_path(spellings[i], strlen(spellings[i]), FALSE);
    g_assert_cmpstr(pst_mailbox_get_key(mailbox), ==, "anna@example.org");
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mailbox/paths", test_paths);
  g_test_add_func("/mailbox/octets", test_octets);
  g_test_add_func("/mailbox/ceiling", test_ceiling);
  g_test_add_func("/mailbox/addresses", test_addresses);
  g_test_add_func("/mailbox/equal-spellings", test_equal_spellings);
  return g_test_run();
}
