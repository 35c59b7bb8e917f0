#include "relay/store/providers.h"
#include "relay/contract/assessment.h"
#include "tests/store/scratch-folder.h"
#include <string.h>

#define DANE      PST_POLICY_DANE
#define STS       PST_POLICY_MTA_STS
#define NOT_KNOWN G_MAXUINT

static PstProviders *
load_text(const char *text, gssize length, char **problem)
{
  g_autofree char *folder = scratch_folder_new(), *path = g_build_filename(folder, "list.conf", NULL);
  if (text != NULL)
    g_assert_true(g_file_set_contents(path, text, length, NULL));
  PstProviders *providers = pst_providers_load(path, problem);
  g_assert_nonnull(providers);
  scratch_folder_remove(g_steal_pointer(&folder));
  return providers;
}

static guint
honours_of(const PstProviders *providers, const char *host)
{
  guint honours = NOT_KNOWN;
  return pst_providers_honours(providers, host, &honours) ? honours : NOT_KNOWN;
}

#define REST "Source=https://example.org/\nDate=2026-01-02\n"

static const char list[] =
    "# remark\n"
    "[One]\nHosts=smtp.one.example; Relay.One.Example\nHonours=dane;mta-sts\n" REST
    "[Two]\nHosts=*.two.example;two.example\nHonours=mta-sts\n" REST
    "[Two's other]\nHosts=odd.two.example;*.deep.two.example\nHonours=none\n" REST "[B\xc3\xbc"
    "cher]\nHosts=smtp.b\xc3\xbc"
    "cher.example\nHonours=dane;\n" REST;

static void
test_lookup(void)
{
  static const struct {
    const char *host;
    guint honours;
  } rows[] = {
    { "smtp.one.example", DANE | STS },
    { "relay.one.example", DANE | STS },
    { "one.example", NOT_KNOWN },
    { "smtp.one.example.net", NOT_KNOWN },
    { "a.smtp.one.example", NOT_KNOWN },
    { "two.example", STS },
    { "smtp.two.example", STS },
    { "a.b.two.example", STS },
    { "smtptwo.example", NOT_KNOWN },
    { "odd.two.example", 0 },
    { "a.odd.two.example", STS },
    { "deep.two.example", STS },
    { "a.deep.two.example", 0 },
    { "smtp.xn--bcher-kva.example", DANE },
    { "example", NOT_KNOWN },
    { "localhost", NOT_KNOWN },
    { "192.0.2.1", NOT_KNOWN },
    { "::1", NOT_KNOWN },
    { "", NOT_KNOWN },
  };
  g_autofree char *problem = NULL;
  g_autoptr(PstProviders) providers = load_text(list, -1, &problem);
  g_assert_cmpstr(problem, ==, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_test_message("%s", rows[i].host);
    g_assert_cmpuint(honours_of(providers, rows[i].host), ==, rows[i].honours);
  }
}

/* What is sound in a damaged list is not used either. */
static void
test_damaged(void)
{
  static const char good[] = "[Good]\nHosts=smtp.good.example\nHonours=dane\n" REST;
  static const struct {
    const char *more, *names;
  } rows[] = {
    { "[Bad]\nHonours=dane\n" REST, "[Bad] Hosts is missing" },
    { "[Bad]\nHosts=\nHonours=dane\n" REST, "[Bad] Hosts is missing" },
    { "[Bad]\nHosts=a.example\n" REST, "[Bad] Honours is missing" },
    { "[Bad]\nHosts=a.example\nHonours=;\n" REST, "[Bad] Honours: says nothing" },
    { "[Bad]\nHosts=a.example\nHonours=dane;tls\n" REST, "[Bad] Honours: not known: tls" },
    { "[Bad]\nHosts=a.example\nHonours=none;dane\n" REST, "[Bad] Honours: none goes with" },
    { "[Bad]\nHosts=a.example\nHonours=dane\nDate=2026-01-02\n", "[Bad] Source is missing" },
    { "[Bad]\nHosts=a.example\nHonours=dane\nSource=https://example.org/\n", "[Bad] Date is missing" },
    { "[Bad]\nHosts=a.example\nHonours=dane\nOutbound=yes\n" REST, "[Bad] Outbound: no such key" },
    { "[Bad]\nHosts=a.example;;b.example\nHonours=dane\n" REST, "[Bad] Hosts: not a host name" },
    { "[Bad]\nHosts=*\nHonours=dane\n" REST, "[Bad] Hosts: not a host name: *" },
    { "[Bad]\nHosts=*.\nHonours=dane\n" REST, "[Bad] Hosts: not a host name: *." },
    { "[Bad]\nHosts=*.example\nHonours=dane\n" REST, "[Bad] Hosts: not a host name: *.example" },
    { "[Bad]\nHosts=*.*.a.example\nHonours=dane\n" REST, "[Bad] Hosts: not a host name: *.*" },
    { "[Bad]\nHosts=smtp.*.example\nHonours=dane\n" REST, "[Bad] Hosts: not a host name: smtp.*" },
    { "[Bad]\nHosts=192.0.2.1\nHonours=dane\n" REST, "[Bad] Hosts: not a host name: 192" },
    { "[Bad]\nHosts=SMTP.good.example\nHonours=mta-sts\n" REST, "[Bad] Hosts: there already: SMTP" },
    { "[Good]\nHonours=mta-sts\n", "line 6: the same as line 1" },
    { "Honours=mta-sts\n", "line 6: the same as line 3" },
    { "[Bad]\nHosts=a\xff.example\nHonours=dane\n" REST, "is no text" },
    { "[Bad\n", "list.conf" },
    { "nonsense\n", "list.conf" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *text = g_strconcat(good, rows[i].more, NULL), *problem = NULL;
    g_autoptr(PstProviders) providers = load_text(text, -1, &problem);
    g_test_message("%s", problem);
    g_assert_nonnull(strstr(problem, "list.conf: "));
    g_assert_nonnull(strstr(problem, rows[i].names));
    g_assert_cmpuint(honours_of(providers, "smtp.good.example"), ==, NOT_KNOWN);
  }
}

static void
test_no_list(void)
{
  g_autoptr(GString) large = g_string_new(list);
  while (large->len <= 256 * 1024)
    g_string_append(large, "# and so on and so on\n");
  const struct {
    const char *text, *names;
    gssize length;
  } rows[] = {
    { NULL, "is missing", 0 },
    { "", "has no provider", 0 },
    { "# none yet\n", "has no provider", -1 },
    { large->str, "is too large", large->len },
    { "\0\1\2\3", "is no text", 4 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *problem = NULL;
    g_autoptr(PstProviders) providers = load_text(rows[i].text, rows[i].length, &problem);
    g_assert_nonnull(strstr(problem, rows[i].names));
    g_assert_cmpuint(honours_of(providers, "smtp.one.example"), ==, NOT_KNOWN);
  }
  g_autofree char *problem = NULL;
  g_autoptr(PstProviders) providers = pst_providers_load("/", &problem);
  g_assert_nonnull(strstr(problem, "is a directory"));
}

/* What the configuration says is never touched, nor does it read back as if it said more. */
static void
test_apply(void)
{
  static const struct {
    const char *host;
    gboolean own;
    guint own_honours;
    gboolean listed;
    guint honours;
  } rows[] = {
    { "smtp.one.example", FALSE, 0, TRUE, DANE | STS }, { "smtp.one.example", TRUE, 0, FALSE, 0 },
    { "smtp.one.example", TRUE, STS, FALSE, STS },      { "odd.two.example", FALSE, 0, TRUE, 0 },
    { "smtp.three.example", FALSE, 0, FALSE, 0 },       { "smtp.three.example", TRUE, DANE, FALSE, DANE },
  };
  g_autofree char *problem = NULL;
  g_autoptr(PstProviders) providers = load_text(list, -1, &problem);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GPtrArray) problems = pst_config_problems_new();
    g_autoptr(PstConfiguration) configuration = pst_configuration_load(NULL, NULL, FALSE, problems);
    PstAccountConfig account = { .host = (char *)rows[i].host,
                                 .has_honours = rows[i].own,
                                 .honours = rows[i].own_honours };
    g_ptr_array_set_free_func(configuration->accounts, NULL);
    g_ptr_array_add(configuration->accounts, &account);
    pst_providers_apply(providers, configuration);
    g_assert_cmpint(account.has_honours, ==, rows[i].own);
    g_assert_cmpint(account.honours_listed, ==, rows[i].listed);
    g_assert_cmpuint(account.honours, ==, rows[i].honours);
  }
}

static void
assert_sources(const char *group, const char *text)
{
  g_auto(GStrv) sources = g_strsplit(text, ";", -1);
  for (guint i = 0; sources[i] != NULL; i++) {
    g_autoptr(GUri) uri = g_uri_parse(sources[i], G_URI_FLAGS_NONE, NULL);
    g_test_message("[%s] %s", group, sources[i]);
    g_assert_nonnull(uri);
    g_assert_cmpstr(g_uri_get_scheme(uri), ==, "https");
    g_assert_nonnull(strchr(g_uri_get_host(uri), '.'));
  }
}

static void
assert_date(const char *group, const char *text)
{
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
  g_autofree char *noon = g_strconcat(text, "T12:00:00", NULL);
  g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(noon, utc);
  g_test_message("[%s] %s", group, text);
  g_assert_nonnull(date);
  g_autofree char *same = g_date_time_format(date, "%Y-%m-%d");
  g_assert_cmpstr(same, ==, text);
}

static void
test_shipped_list(void)
{
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "data", "providers.conf", NULL), *problem = NULL;
  g_autoptr(PstProviders) providers = pst_providers_load(path, &problem);
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_assert_cmpstr(problem, ==, NULL);
  g_assert_true(g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL));
  gsize n_groups;
  g_auto(GStrv) groups = g_key_file_get_groups(file, &n_groups);
  g_assert_cmpuint(n_groups, >, 0);
  for (gsize i = 0; i < n_groups; i++) {
    g_autofree char *source = g_key_file_get_string(file, groups[i], "Source", NULL),
                    *date = g_key_file_get_string(file, groups[i], "Date", NULL);
    assert_sources(groups[i], source);
    assert_date(groups[i], date);
  }
  g_assert_cmpuint(honours_of(providers, "smtp.example.org"), ==, NOT_KNOWN);
  g_assert_cmpuint(honours_of(providers, "localhost"), ==, NOT_KNOWN);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/providers/lookup", test_lookup);
  g_test_add_func("/providers/damaged", test_damaged);
  g_test_add_func("/providers/no-list", test_no_list);
  g_test_add_func("/providers/apply", test_apply);
  g_test_add_func("/providers/shipped-list", test_shipped_list);
  return g_test_run();
}
