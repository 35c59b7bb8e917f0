#include "relay/policy/rules.h"
#include "relay/mail/domain-name.h"
#include <string.h>

/* One table per form of pattern; what is looked up is the address' key or a domain. Values are of PstRule. */
struct PstRules {
  GHashTable *addresses;
  GHashTable *domains_alone;
  GHashTable *domains_and_below;
};

static void
rule_free(gpointer data)
{
  PstRule *rule = data;
  g_free(rule->name);
  g_free(rule->pattern);
  g_free(rule);
}

static GHashTable *
rule_table_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, rule_free);
}

PstRules *
pst_rules_new(void)
{
  PstRules *rules = g_atomic_rc_box_new(PstRules);
  rules->addresses = rule_table_new();
  rules->domains_alone = rule_table_new();
  rules->domains_and_below = rule_table_new();
  return rules;
}

PstRules *
pst_rules_ref(PstRules *rules)
{
  return g_atomic_rc_box_acquire(rules);
}

static void
rules_clear(gpointer data)
{
  PstRules *rules = data;
  g_hash_table_unref(rules->addresses);
  g_hash_table_unref(rules->domains_alone);
  g_hash_table_unref(rules->domains_and_below);
}

void
pst_rules_unref(PstRules *rules)
{
  if (rules != NULL)
    g_atomic_rc_box_release_full(rules, rules_clear);
}

/* The table a pattern belongs to, and what it is found by there; NULL when it has none of the forms. */
static GHashTable *
place_of(const PstRules *rules, const char *pattern, char **key)
{
  if (g_str_has_prefix(pattern, "*@")) {
    *key = pst_domain_name_normalise(pattern + 2, strlen(pattern + 2));
    return *key != NULL ? rules->domains_alone : NULL;
  }
  if (strchr(pattern, '@') != NULL) {
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address(pattern);
    *key = mailbox != NULL ? g_strdup(pst_mailbox_get_key(mailbox)) : NULL;
    return mailbox != NULL ? rules->addresses : NULL;
  }
  *key = pst_domain_name_normalise(pattern, strlen(pattern));
  return *key != NULL ? rules->domains_and_below : NULL;
}

gboolean
pst_rules_add(PstRules *rules, const char *name, const char *pattern, PstRequirement requirement,
              gboolean floor, const char **problem)
{
  g_autofree char *key = NULL;
  GHashTable *table = place_of(rules, pattern, &key);
  if (table == NULL) {
    *problem = "neither an address nor *@domain nor a domain";
    return FALSE;
  }
  if (g_hash_table_contains(table, key)) {
    *problem = "another rule has this pattern";
    return FALSE;
  }
  PstRule *rule = g_new0(PstRule, 1);
  rule->name = g_strdup(name);
  rule->pattern = g_strconcat(table == rules->domains_alone ? "*@" : "", key, NULL);
  rule->requirement = requirement;
  rule->floor = floor;
  g_hash_table_insert(table, g_steal_pointer(&key), rule);
  return TRUE;
}

/* Goes through the rules for one mailbox, the most specific first. */
typedef struct {
  const PstRules *rules;
  const PstMailbox *mailbox;
  enum {
    AT_ADDRESS,
    AT_DOMAIN_ALONE,
    AT_DOMAIN_AND_BELOW
  } at;
  const char *domain;
} RuleWalk;

static gboolean
next_place(RuleWalk *walk, const PstRule **rule)
{
  switch (walk->at) {
  case AT_ADDRESS:
    *rule = g_hash_table_lookup(walk->rules->addresses, pst_mailbox_get_key(walk->mailbox));
    walk->at = AT_DOMAIN_ALONE;
    return TRUE;
  case AT_DOMAIN_ALONE:
    *rule = walk->domain != NULL ? g_hash_table_lookup(walk->rules->domains_alone, walk->domain) : NULL;
    walk->at = AT_DOMAIN_AND_BELOW;
    return TRUE;
  case AT_DOMAIN_AND_BELOW:
    if (walk->domain == NULL)
      return FALSE;
    *rule = g_hash_table_lookup(walk->rules->domains_and_below, walk->domain);
    walk->domain = pst_domain_name_parent(walk->domain);
    return TRUE;
  }
  g_return_val_if_reached(FALSE);
}

static RuleWalk
walk_rules(const PstRules *rules, const PstMailbox *mailbox)
{
  return (RuleWalk){ rules, mailbox, AT_ADDRESS, pst_mailbox_get_domain(mailbox) };
}

const PstRule *
pst_rules_match(const PstRules *rules, const PstMailbox *mailbox)
{
  RuleWalk walk = walk_rules(rules, mailbox);
  const PstRule *rule = NULL;
  while (rule == NULL && next_place(&walk, &rule))
    continue;
  return rule;
}

const PstRule *
pst_rules_match_floor(const PstRules *rules, const PstMailbox *mailbox)
{
  RuleWalk walk = walk_rules(rules, mailbox);
  const PstRule *rule, *floor = NULL;
  while (next_place(&walk, &rule))
    if (rule != NULL && rule->floor && (floor == NULL || rule->requirement > floor->requirement))
      floor = rule;
  return floor;
}
