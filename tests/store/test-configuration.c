#include "relay/store/configuration.h"
#include "relay/contract/assessment.h"
#include "relay/store/configuration-source.h"
#include "tests/store/configuration-text.h"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static PstConfiguration *
interpret_good(const char *user)
{
  g_autofree char *told = NULL;
  PstConfiguration *configuration = pst_test_interpret(user, NULL, TRUE, &told);
  g_assert_cmpstr(told, ==, "");
  g_assert_nonnull(configuration);
  return configuration;
}

#define ACCOUNT                                                                                              \
  "[Account work]\nAddresses=me@example.org\nHost=smtp.example.org\nAuthentication=none\n" /* 4 lines */

/* A listener bound to one account goes with that one alone. */
static void
test_bound_listener(void)
{
  g_autoptr(PstConfiguration) configuration =
      interpret_good("[Listener a]\nAccount=one\n[Listener b]\nPort=2525\nSecurity=tls\nAuthentication=pass-"
                     "through\nAccount=two\n[Account one]\nAddresses=me@example.org\nHost=smtp.example.org\n"
                     "Authentication=none\n[Account two]\nAddresses=me@example.net\nHost=smtp.example.net\n"
                     "Authentication=pass-through\nPort=\n");
  const PstListenerConfig *listener = g_ptr_array_index(configuration->listeners, 1);
  g_assert_cmpstr(listener->name, ==, "b");
  g_assert_cmpstr(listener->account, ==, "two");
  g_assert_cmpint(listener->security, ==, PST_SECURITY_TLS);
  g_assert_cmpint(listener->authentication, ==, PST_LISTENER_AUTH_PASS_THROUGH);
}

static void
test_defaults(void)
{
  g_autofree char *told = NULL;
  g_autoptr(PstConfiguration) configuration = pst_test_interpret(NULL, NULL, TRUE, &told);
  g_assert_cmpstr(told, ==, "");
  g_assert_cmpint(configuration->mode, ==, PST_REQUIREMENT_USUAL);
  g_assert_true(configuration->peer_check_uid);
  g_assert_false(configuration->hold);
  g_assert_cmpuint(configuration->history_days, ==, 365);
  g_assert_cmpuint(configuration->accounts->len, ==, 0);
  g_assert_cmpuint(configuration->listeners->len, ==, 1);
  const PstListenerConfig *listener = g_ptr_array_index(configuration->listeners, 0);
  static const char *const addresses[] = { "127.0.0.1", "::1", NULL };
  g_assert_cmpstr(listener->name, ==, "main");
  g_assert_true(g_strv_equal((const char *const *)listener->addresses, addresses));
  g_assert_cmpuint(listener->port, ==, 1587);
  g_assert_cmpint(listener->security, ==, PST_SECURITY_NONE);
  g_assert_cmpint(listener->authentication, ==, PST_LISTENER_AUTH_PASSWORD);
}

static void
test_account(void)
{
  g_autoptr(PstConfiguration) configuration =
      interpret_good("[Account work]\nAddresses= Me@Example.org ; *@b\xc3\xbc"
                     "cher.example;\nHost=SMTP.example.org\nAuthentication=none\nSecurity=starttls\n"
                     "Honours=dane; mta-sts\nUser=me\nRequirement=encrypted\n");
  const PstAccountConfig *account = pst_configuration_account(configuration, "work");
  g_assert_nonnull(account);
  static const char *const addresses[] = { "me@example.org", "*@xn--bcher-kva.example", NULL };
  g_assert_true(g_strv_equal((const char *const *)account->addresses, addresses));
  g_assert_cmpstr(account->host, ==, "smtp.example.org");
  g_assert_cmpuint(account->port, ==, 587);
  g_assert_true(account->has_honours);
  g_assert_cmpuint(account->honours, ==, PST_POLICY_DANE | PST_POLICY_MTA_STS);
  g_assert_true(account->requirement.present);
  g_assert_cmpint(account->requirement.value, ==, PST_REQUIREMENT_ENCRYPTED);
  g_assert_cmpstr(account->route, ==, "provider");
  g_assert_null(pst_configuration_account(configuration, "home"));
}

static const char two_accounts[] =
    "[Account work]\nAddresses=me@example.org;*@work.example\nHost=smtp.example.org\nAuthentication=none\n"
    "User=worker\n[Account any]\nAddresses=*;info@work.example\nHost=smtp.example.net\nAuthentication=none\n";

static void
test_sender(void)
{
  static const struct {
    const char *sender, *account;
  } rows[] = {
    { "me@example.org", "work" },    { "ME@EXAMPLE.ORG", "work" },   { "you@example.org", "any" },
    { "boss@work.example", "work" }, { "info@work.example", "any" }, { "boss@sub.work.example", "any" },
    { "me@[127.0.0.1]", "any" },
  };
  g_autoptr(PstConfiguration) configuration = interpret_good(two_accounts);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstMailbox) sender = pst_mailbox_parse_address(rows[i].sender);
    const PstAccountConfig *account = pst_configuration_account_for_sender(configuration, sender);
    g_assert_cmpstr(account->name, ==, rows[i].account);
    g_assert_true(pst_account_serves(account, sender));
  }
  g_autoptr(PstMailbox) stranger = pst_mailbox_parse_address("you@example.com");
  g_assert_false(pst_account_serves(pst_configuration_account(configuration, "work"), stranger));
  g_autoptr(PstMailbox) null_path = pst_mailbox_parse_path("<>", 2, FALSE);
  g_assert_null(pst_configuration_account_for_sender(configuration, null_path));
  g_assert_true(pst_account_serves(pst_configuration_account(configuration, "work"), null_path));
  g_autoptr(PstConfiguration) single = interpret_good(ACCOUNT);
  g_assert_nonnull(pst_configuration_account_for_sender(single, null_path));
  g_assert_null(pst_configuration_account_for_sender(single, stranger));
}

static void
test_login(void)
{
  static const struct {
    const char *login, *account;
  } rows[] = {
    { "worker", "work" },
    { "me@example.org", "work" },
    { "info@work.example", "any" },
    { "Worker", NULL },
    { "", NULL },
    { "boss@work.example", NULL },
    { "nobody", NULL },
  };
  g_autoptr(PstConfiguration) configuration = interpret_good(two_accounts);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    const PstAccountConfig *account = pst_configuration_account_for_login(configuration, rows[i].login);
    g_assert_cmpstr(account != NULL ? account->name : NULL, ==, rows[i].account);
  }
  g_autofree char *file = g_strconcat(two_accounts, "User=worker\n", NULL), *told = NULL;
  g_autoptr(PstConfiguration) twice = pst_test_interpret(file, NULL, TRUE, &told);
  g_assert_null(pst_configuration_account_for_login(twice, "worker"));
  g_assert_cmpstr(
      told, ==,
      "warning: postern.conf:5: [Account work] User: worker is a login of another account too: only "
      "a listener with Account= can tell them apart\n"
      "warning: postern.conf:10: [Account any] User: worker is a login of another account too: only "
      "a listener with Account= can tell them apart");
}

static void
test_rules(void)
{
  g_autoptr(PstConfiguration) configuration = interpret_good(
      "[Rule bank]\nRecipients=*@bank.example;bank.example\nRequirement=verified\nFloor=true\n");
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address("tax@eu.bank.example");
  const PstRule *rule = pst_rules_match(configuration->rules, mailbox);
  g_assert_cmpstr(rule->name, ==, "bank");
  g_assert_cmpint(rule->requirement, ==, PST_REQUIREMENT_VERIFIED);
  g_assert_true(rule->floor);
  g_autofree char *told = NULL;
  g_autoptr(PstConfiguration) bad = pst_test_interpret(
      "[Rule bank]\nRequirement=usual\nRecipients=bank.example;b nk\n", NULL, FALSE, &told);
  g_assert_null(bad);
  g_assert_true(g_str_has_prefix(told, "postern.conf:3: [Rule bank] Recipients: b nk: "));
}

static void
test_to_variant(void)
{
  g_autoptr(PstConfiguration) configuration =
      interpret_good(ACCOUNT "Honours=none\n[Rule bank]\nRecipients=bank.example\nRequirement=verified\n");
  g_autoptr(GVariant) groups = g_variant_ref_sink(pst_configuration_to_variant(configuration));
  static const struct {
    const char *group, *key, *value;
  } rows[] = {
    { "Relay", "Requirement", "usual" },    { "Relay", "OnRefusal", "refuse" },
    { "Relay", "PeerCheck", "uid" },        { "Listener main", "Address", "127.0.0.1;::1" },
    { "Listener main", "Port", "1587" },    { "Probe", "PolicyPort", "443" },
    { "Listener main", "Requirement", "" }, { "Account work", "Authentication", "none" },
    { "Account work", "Honours", "none" },  { "Rule bank", "Requirement", "verified" },
    { "Probe", "Enabled", "true" },         { "Trust", "CaFile", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GVariant) keys = g_variant_lookup_value(groups, rows[i].group, G_VARIANT_TYPE("a{ss}"));
    const char *value = NULL;
    g_assert_true(g_variant_lookup(keys, rows[i].key, "&s", &value));
    g_assert_cmpstr(value, ==, rows[i].value);
  }
}

static void
assert_load_tells(const char *path, const char *text)
{
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  g_assert_null(pst_configuration_load(path, NULL, FALSE, problems));
  g_assert_cmpuint(problems->len, ==, 1);
  g_autofree char *told = pst_config_problem_to_text(g_ptr_array_index(problems, 0));
  g_autofree char *expected = g_strconcat(path, text, NULL);
  g_assert_cmpstr(told, ==, expected);
}

static void
test_files(void)
{
  g_autofree char *folder = g_dir_make_tmp("postern-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "postern.conf", NULL);
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  g_autoptr(PstConfiguration) missing = pst_configuration_load(path, path, TRUE, problems);
  g_assert_nonnull(missing);
  g_assert_cmpuint(problems->len, ==, 0);
  assert_load_tells(folder, ": is a directory");

  g_autofree char *large = g_strnfill(PST_CONFIG_FILE_MAX + 1, '#');
  g_assert_true(g_file_set_contents(path, large, -1, NULL));
  assert_load_tells(path, ": larger than 256 KiB: this is no configuration");
  g_assert_true(g_file_set_contents(path, "[Relay]\n\0", 9, NULL));
  assert_load_tells(path, ":2: a NUL octet: this is no text");
  g_assert_true(g_file_set_contents(path, large, PST_CONFIG_FILE_MAX, NULL));
  g_autoptr(PstConfiguration) full = pst_configuration_load(path, NULL, TRUE, problems);
  g_assert_nonnull(full);

  g_unlink(path);
  g_assert_cmpint(mkfifo(path, 0600), ==, 0);
  assert_load_tells(path, ": is not a file");
  g_unlink(path);
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/configuration/bound-listener", test_bound_listener);
  g_test_add_func("/configuration/defaults", test_defaults);
  g_test_add_func("/configuration/account", test_account);
  g_test_add_func("/configuration/sender", test_sender);
  g_test_add_func("/configuration/login", test_login);
  g_test_add_func("/configuration/rules", test_rules);
  g_test_add_func("/configuration/to-variant", test_to_variant);
  g_test_add_func("/configuration/files", test_files);
  return g_test_run();
}
