#include "relay/store/configuration.h"
#include "relay/store/configuration-keys.h"
#include "relay/store/configuration-source.h"
#include <string.h>

void
pst_listener_config_free(gpointer data)
{
  PstListenerConfig *listener = data;
  g_free(listener->name);
  g_strfreev(listener->addresses);
  g_free(listener->account);
  g_free(listener);
}

void
pst_account_config_free(gpointer data)
{
  PstAccountConfig *account = data;
  g_free(account->name);
  g_strfreev(account->addresses);
  g_free(account->host);
  g_free(account->user);
  g_free(account->route);
  g_free(account);
}

void
pst_rule_config_free(gpointer data)
{
  PstRuleConfig *rule = data;
  g_free(rule->name);
  g_strfreev(rule->recipients);
  g_free(rule);
}

PstConfiguration *
pst_configuration_new(void)
{
  PstConfiguration *configuration = g_atomic_rc_box_new0(PstConfiguration);
  configuration->mode = PST_REQUIREMENT_USUAL;
  configuration->peer_check_uid = TRUE;
  configuration->listeners = g_ptr_array_new_with_free_func(pst_listener_config_free);
  configuration->accounts = g_ptr_array_new_with_free_func(pst_account_config_free);
  configuration->rule_configs = g_ptr_array_new_with_free_func(pst_rule_config_free);
  configuration->rules = pst_rules_new();
  configuration->probe_enabled = TRUE;
  configuration->probe_port = 25;
  configuration->policy_port = 443;
  configuration->probe_timeout = 20;
  configuration->direct_port = 25;
  configuration->history_days = 365;
  configuration->history_subjects = TRUE;
  configuration->history_notify_details = TRUE;
  return configuration;
}

PstConfiguration *
pst_configuration_ref(PstConfiguration *configuration)
{
  return g_atomic_rc_box_acquire(configuration);
}

static void
configuration_clear(gpointer data)
{
  PstConfiguration *configuration = data;
  g_ptr_array_unref(configuration->listeners);
  g_ptr_array_unref(configuration->accounts);
  g_ptr_array_unref(configuration->rule_configs);
  pst_rules_unref(configuration->rules);
  g_strfreev(configuration->resolver_servers);
  g_free(configuration->trust_anchor_file);
  g_free(configuration->ca_file);
  g_free(configuration->helo_name);
}

void
pst_configuration_unref(PstConfiguration *configuration)
{
  if (configuration != NULL)
    g_atomic_rc_box_release_full(configuration, configuration_clear);
}

static void
problem_free(gpointer data)
{
  PstConfigProblem *problem = data;
  g_free(problem->file);
  g_free(problem->group);
  g_free(problem->key);
  g_free(problem->text);
  g_free(problem);
}

GPtrArray *
pst_config_problems_new(void)
{
  return g_ptr_array_new_with_free_func(problem_free);
}

char *
pst_config_problem_to_text(const PstConfigProblem *problem)
{
  GString *text = g_string_new(problem->file);
  if (problem->line > 0)
    g_string_append_printf(text, "%s%u", problem->file != NULL ? ":" : "", problem->line);
  if (text->len > 0)
    g_string_append(text, ": ");
  if (problem->group != NULL)
    g_string_append_printf(text, "[%s]%s%s: ", problem->group, problem->key != NULL ? " " : "",
                           problem->key != NULL ? problem->key : "");
  g_string_append(text, problem->text);
  return g_string_free(text, FALSE);
}

const PstAccountConfig *
pst_configuration_account(const PstConfiguration *configuration, const char *name)
{
  for (guint i = 0; i < configuration->accounts->len; i++) {
    const PstAccountConfig *account = g_ptr_array_index(configuration->accounts, i);
    if (g_str_equal(account->name, name))
      return account;
  }
  return NULL;
}

/* 3: the address itself, 2: its domain, 1: any sender, 0: none. */
static guint
match_pattern(const char *pattern, const PstMailbox *sender)
{
  if (g_str_equal(pattern, "*"))
    return 1;
  if (g_str_has_prefix(pattern, "*@"))
    return g_strcmp0(pattern + 2, pst_mailbox_get_domain(sender)) == 0 ? 2 : 0;
  return g_str_equal(pattern, pst_mailbox_get_key(sender)) ? 3 : 0;
}

static guint
match_account(const PstAccountConfig *account, const PstMailbox *sender)
{
  guint best = 0;
  for (guint i = 0; account->addresses[i] != NULL; i++)
    best = MAX(best, match_pattern(account->addresses[i], sender));
  return best;
}

const PstAccountConfig *
pst_configuration_account_for_sender(const PstConfiguration *configuration, const PstMailbox *sender)
{
  const PstAccountConfig *found = NULL;
  if (pst_mailbox_is_null(sender))
    return configuration->accounts->len == 1 ? g_ptr_array_index(configuration->accounts, 0) : NULL;
  for (guint i = 0, best = 0; i < configuration->accounts->len; i++) {
    const PstAccountConfig *account = g_ptr_array_index(configuration->accounts, i);
    guint match = match_account(account, sender);
    if (match > best) {
      best = match;
      found = account;
    }
  }
  return found;
}

gboolean
pst_account_serves(const PstAccountConfig *account, const PstMailbox *sender)
{
  return pst_mailbox_is_null(sender) || match_account(account, sender) > 0;
}

static gboolean
has_login(const PstAccountConfig *account, const char *login, const PstMailbox *address)
{
  return g_strcmp0(account->user, login) == 0 || (address != NULL && match_account(account, address) == 3);
}

const PstAccountConfig *
pst_configuration_account_for_login(const PstConfiguration *configuration, const char *login)
{
  g_autoptr(PstMailbox) address = pst_mailbox_parse_address(login);
  const PstAccountConfig *found = NULL;
  for (guint i = 0; i < configuration->accounts->len; i++) {
    const PstAccountConfig *account = g_ptr_array_index(configuration->accounts, i);
    if (!has_login(account, login, address))
      continue;
    /* Credentials must reach one provider's server and no other: of two candidates neither gets them. */
    if (found != NULL)
      return NULL;
    found = account;
  }
  return found;
}

static void
add_group(GVariantBuilder *builder, const char *kind, const char *name, gconstpointer target)
{
  g_autofree char *group = name != NULL ? g_strconcat(kind, " ", name, NULL) : g_strdup(kind);
  g_variant_builder_open(builder, G_VARIANT_TYPE("{sa{ss}}"));
  g_variant_builder_add(builder, "s", group);
  g_variant_builder_open(builder, G_VARIANT_TYPE("a{ss}"));
  for (const PstConfigKey *key = pst_config_keys(); key->group != NULL; key++) {
    if (!g_str_equal(key->group, kind))
      continue;
    g_autofree char *value = key->type->write(key, target);
    g_variant_builder_add(builder, "{ss}", key->key, value);
  }
  g_variant_builder_close(builder);
  g_variant_builder_close(builder);
}

GVariant *
pst_configuration_to_variant(const PstConfiguration *configuration)
{
  static const char *const roots[] = { "Relay", "Probe", "Resolver", "Trust", "Direct", "History" };
  const struct {
    const char *kind;
    GPtrArray *members; /* each begins with its name */
  } lists[] = { { "Listener", configuration->listeners },
                { "Account", configuration->accounts },
                { "Rule", configuration->rule_configs } };
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sa{ss}}"));
  for (guint i = 0; i < G_N_ELEMENTS(roots); i++)
    add_group(&builder, roots[i], NULL, configuration);
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
    for (guint k = 0; k < lists[i].members->len; k++) {
      gconstpointer member = g_ptr_array_index(lists[i].members, k);
      add_group(&builder, lists[i].kind, *(char *const *)member, member);
    }
  return g_variant_builder_end(&builder);
}
