#include "relay/policy/rules.h"
#include <string.h>

typedef struct {
  const char *pattern;
  PstRequirement requirement;
  gboolean floor;
} Pattern;

static const Pattern patterns[] = {
  { "example.org", PST_REQUIREMENT_ENCRYPTED, FALSE },
  { "*@example.org", PST_REQUIREMENT_USUAL, FALSE },
  { "Anna@Example.org", PST_REQUIREMENT_ANYWAY, FALSE },
  { "deep.example.org", PST_REQUIREMENT_USUAL, FALSE },
  { "bank.example", PST_REQUIREMENT_VERIFIED, TRUE },
  { "news.bank.example", PST_REQUIREMENT_ANYWAY, FALSE },
  { "*@vault.bank.example", PST_REQUIREMENT_REQUIRED, TRUE },
  { "low@vault.bank.example", PST_REQUIREMENT_ENCRYPTED, TRUE },
  { "b\xc3\xbc"
    "cher.example",
    PST_REQUIREMENT_VERIFIED, FALSE },
};

static PstRules *
make_rules(void)
{
  PstRules *rules = pst_rules_new();
  for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
    const char *problem = NULL;
    g_assert_true(pst_rules_add(rules, "a rule", patterns[i].pattern, patterns[i].requirement,
                                patterns[i].floor, &problem));
  }
  return rules;
}

typedef struct {
  const char *address;
  const char *rule; /* its normalised pattern, or NULL */
  const char *floor;
} Row;

static const Row rows[] = {
  { "<anna@example.org>", "anna@example.org", NULL },
  { "<\"ANNA\"@EXAMPLE.org>", "anna@example.org", NULL },
  { "<ben@example.org>", "*@example.org", NULL },
  { "<ben@mail.example.org>", "example.org", NULL },
  { "<ben@a.b.example.org>", "example.org", NULL },
  { "<ben@deep.example.org>", "deep.example.org", NULL },
  { "<ben@x.deep.example.org>", "deep.example.org", NULL },
  { "<anna@mail.example.org>", "example.org", NULL },
  { "<ben@notexample.org>", NULL, NULL },
  { "<ben@org>", NULL, NULL },
  { "<tax@bank.example>", "bank.example", "bank.example" },
  { "<tax@news.bank.example>", "news.bank.example", "bank.example" },
  { "<tax@vault.bank.example>", "*@vault.bank.example", "*@vault.bank.example" },
  { "<low@vault.bank.example>", "low@vault.bank.example", "*@vault.bank.example" },
  { "<tax@x.vault.bank.example>", "bank.example", "bank.example" },
  { "<x@b\xc3\xbc"
    "cher.example>",
    "xn--bcher-kva.example", NULL },
  { "<x@xn--bcher-kva.example>", "xn--bcher-kva.example", NULL },
  { "<x@[127.0.0.1]>", NULL, NULL },
  { "<>", NULL, NULL },
};

static void
test_match(void)
{
  g_autoptr(PstRules) rules = make_rules();
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_path(rows[i].address, strlen(rows[i].address), TRUE);
    g_assert_nonnull(mailbox);
    const PstRule *rule = pst_rules_match(rules, mailbox), *floor = pst_rules_match_floor(rules, mailbox);
    g_test_message("row %" G_GSIZE_FORMAT, i);
    g_assert_cmpstr(rule != NULL ? rule->pattern : NULL, ==, rows[i].rule);
    g_assert_cmpstr(floor != NULL ? floor->pattern : NULL, ==, rows[i].floor);
  }
}

static void
test_rule_is_kept(void)
{
  g_autoptr(PstRules) rules = make_rules();
  g_autoptr(PstRules) shared = pst_rules_ref(rules);
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address("tax@bank.example");
  const PstRule *rule = pst_rules_match(shared, mailbox);
  g_assert_cmpstr(rule->name, ==, "a rule");
  g_assert_cmpint(rule->requirement, ==, PST_REQUIREMENT_VERIFIED);
  g_assert_true(rule->floor);
}

static void
test_literal(void)
{
  g_autoptr(PstRules) rules = pst_rules_new();
  const char *problem;
  g_assert_true(pst_rules_add(rules, "r", "x@[127.0.0.1]", PST_REQUIREMENT_VERIFIED, TRUE, &problem));
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address("x@[127.0.0.1]");
  g_assert_nonnull(pst_rules_match(rules, mailbox));
  g_assert_nonnull(pst_rules_match_floor(rules, mailbox));
}

static void
test_problems(void)
{
  static const char *const bad[] = { "",
                                     "*",
                                     "@",
                                     "*@",
                                     "a@",
                                     "@example.org",
                                     "exa mple.org",
                                     "a@b@example.org",
                                     "*@*.example.org",
                                     "*.example.org",
                                     "a@exa_mple.org" };
  static const char *const again[] = { "EXAMPLE.org",      "example.org.",         "*@Example.org",
                                       "ANNA@example.org", "\"anna\"@example.org", "xn--bcher-kva.example" };
  g_autoptr(PstRules) rules = make_rules();
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    const char *problem = NULL;
    g_assert_false(pst_rules_add(rules, "r", bad[i], PST_REQUIREMENT_USUAL, FALSE, &problem));
    g_assert_cmpstr(problem, ==, "neither an address nor *@domain nor a domain");
  }
  for (gsize i = 0; i < G_N_ELEMENTS(again); i++) {
    const char *problem = NULL;
    g_assert_false(pst_rules_add(rules, "r", again[i], PST_REQUIREMENT_USUAL, FALSE, &problem));
    g_assert_cmpstr(problem, ==, "another rule has this pattern");
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/rules/match", test_match);
  g_test_add_func("/rules/rule-is-kept", test_rule_is_kept);
  g_test_add_func("/rules/literal", test_literal);
  g_test_add_func("/rules/problems", test_problems);
  return g_test_run();
}
