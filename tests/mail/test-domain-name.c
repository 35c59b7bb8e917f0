#include "relay/mail/domain-name.h"
#include <string.h>

#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

typedef struct {
  const char *input;
  const char *normalised; /* NULL: no domain name */
} Row;

static const Row rows[] = {
  { "example.org", "example.org" },
  { "EXAMPLE.Org", "example.org" },
  { "example.org.", "example.org" },
  { "localhost", "localhost" },
  { "a-b.c1.d", "a-b.c1.d" },
  { "r3---sn-x.example.org", "r3---sn-x.example.org" },
  { "1.example", "1.example" },
  { "b\xc3\xbc"
    "cher.example",
    "xn--bcher-kva.example" },
  { "B\xc3\x9c"
    "CHER.Example",
    "xn--bcher-kva.example" },
  { "bu\xcc\x88"
    "cher.example",
    "xn--bcher-kva.example" },
  { "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
  { "stra\xc3\x9f"
    "e.example",
    "xn--strae-oqa.example" },
  { "example\xe3\x80\x82org", "example.org" },
  { "example\xe3\x80\x82org\xe3\x80\x82", "example.org" },
  { "\xe4\xbe\x8b.example", "xn--fsq.example" },
  { LABEL_63 ".org", LABEL_63 ".org" },
  { LABEL_63 "g.org", NULL },
  { LABEL_63 "." LABEL_63 "." LABEL_63 ".aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg",
    LABEL_63 "." LABEL_63 "." LABEL_63 ".aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg" },
  { LABEL_63 "." LABEL_63 "." LABEL_63 ".aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg",
    NULL },
  { "", NULL },
  { ".", NULL },
  { "..", NULL },
  { ".example.org", NULL },
  { "example..org", NULL },
  { "example.org..", NULL },
  { "-example.org", NULL },
  { "example-.org", NULL },
  { "exa_mple.org", NULL },
  { "exa mple.org", NULL },
  { "example.org ", NULL },
  { "*.example.org", NULL },
  { "example.org\n", NULL },
  { "127.0.0.1", NULL },
  { "example.123", NULL },
  { "[127.0.0.1]", NULL },
  { "xn--.org", NULL },
  { "xn--a.org", NULL },
  { "xn--\xc3\xbc.org", NULL },
  { "xn--example-999999999.org", NULL },
  { "b\xfc"
    "cher.example",
    NULL },
  { "\xe2\x98\x83.\xcc\x88.example", NULL },
  { "a\xe2\x80\x8b\xe2\x80\xae"
    "b.example",
    NULL },
  { "a\xe2\x84\x80.example", NULL },
  { "x\xe2\x89\xa0y.example", NULL },
  { "\xc3\xbc_x.example", NULL },
  { "\xc3\xbc x.example", NULL },
  { "xn--n3h.example", NULL },
};

static void
test_normalise(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = pst_domain_name_normalise(rows[i].input, strlen(rows[i].input));
    g_autofree char *shown = g_strescape(rows[i].input, NULL);
    g_test_message("%s", shown);
    g_assert_cmpstr(name, ==, rows[i].normalised);
    g_autofree char *again = name != NULL ? pst_domain_name_normalise(name, strlen(name)) : NULL;
    g_assert_cmpstr(again, ==, name);
  }
}

static void
test_spans(void)
{
  g_autofree char *part = pst_domain_name_normalise("example.org>rest", 11);
  g_assert_cmpstr(part, ==, "example.org");
  g_assert_null(pst_domain_name_normalise("exam\0ple.org", 12));
  g_autofree char *huge = g_strnfill(100000, 'a');
  g_assert_null(pst_domain_name_normalise(huge, 100000));
}

static void
test_display(void)
{
  static const struct {
    const char *name, *display;
  } table[] = {
    { "example.org", "example.org" },
    { "xn--bcher-kva.example", "b\xc3\xbc"
                               "cher.example" },
    { "mail.xn--fsq.example", "mail.\xe4\xbe\x8b.example" },
    { "xn--a.org", "xn--a.org" },
    { "xn--xn--bple", "xn--xn--bple" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
    g_autofree char *display = pst_domain_name_display(table[i].name);
    g_assert_cmpstr(display, ==, table[i].display);
  }
}

static void
test_parent(void)
{
  const char *name = "mail.example.org";
  g_assert_true(pst_domain_name_parent(name) == name + 5);
  g_assert_cmpstr(pst_domain_name_parent("example.org"), ==, "org");
  g_assert_null(pst_domain_name_parent("org"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/domain-name/normalise", test_normalise);
  g_test_add_func("/domain-name/spans", test_spans);
  g_test_add_func("/domain-name/display", test_display);
  g_test_add_func("/domain-name/parent", test_parent);
  return g_test_run();
}
