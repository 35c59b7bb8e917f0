#include "relay/store/providers.h"
#include "relay/mail/domain-name.h"
#include "relay/store/configuration-keys.h"
#include "relay/store/configuration-scan.h"
#include "relay/store/configuration-source.h"
#include <string.h>

/* Both of host name to PstPolicyKind flags; a pattern is kept without its "*.". */
struct PstProviders {
  GHashTable *hosts;
  GHashTable *patterns;
};

static PstProviders *
providers_new(void)
{
  PstProviders *providers = g_new0(PstProviders, 1);
  providers->hosts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  providers->patterns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return providers;
}

void
pst_providers_free(PstProviders *providers)
{
  if (providers == NULL)
    return;
  g_hash_table_unref(providers->hosts);
  g_hash_table_unref(providers->patterns);
  g_free(providers);
}

static char *
add_host(PstProviders *providers, const char *host, guint honours)
{
  gboolean pattern = g_str_has_prefix(host, "*.");
  const char *name = pattern ? host + 2 : host;
  GHashTable *table = pattern ? providers->patterns : providers->hosts;
  g_autofree char *domain = pst_domain_name_normalise(name, strlen(name));
  /* A whole top-level domain is no provider. */
  if (domain == NULL || pst_domain_name_parent(domain) == NULL)
    return g_strdup_printf("Hosts: not a host name: %s", host);
  if (!g_hash_table_insert(table, g_steal_pointer(&domain), GUINT_TO_POINTER(honours)))
    return g_strdup_printf("Hosts: there already: %s", host);
  return NULL;
}

static char *
add_hosts(PstProviders *providers, const char *text, guint honours)
{
  g_auto(GStrv) hosts = g_strsplit(text, ";", -1);
  char *problem = NULL;
  for (guint i = 0; hosts[i] != NULL && problem == NULL; i++)
    problem = add_host(providers, g_strstrip(hosts[i]), honours);
  return problem;
}

enum {
  HOSTS,
  HONOURS,
  SOURCE,
  DATE,
  N_KEYS,
};

static const char *const key_names[] = { "Hosts", "Honours", "Source", "Date", NULL };

static char *
find_unknown_key(GKeyFile *file, const char *group)
{
  g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains(key_names, keys[i]))
      return g_strdup_printf("%s: no such key", keys[i]);
  return NULL;
}

/* Source and Date are for people, but what has none is hearsay and must not be acted on. */
static char *
read_provider(PstProviders *providers, GKeyFile *file, const char *group)
{
  g_auto(GStrv) values = g_new0(char *, N_KEYS + 1);
  char *problem = find_unknown_key(file, group);
  gboolean said = FALSE;
  guint honours = 0;
  for (guint i = 0; i < N_KEYS && problem == NULL; i++) {
    values[i] = g_key_file_get_string(file, group, key_names[i], NULL);
    if (values[i] == NULL || *g_strstrip(values[i]) == '\0')
      problem = g_strdup_printf("%s is missing", key_names[i]);
  }
  if (problem != NULL)
    return problem;
  if (!pst_config_honours_parse(values[HONOURS], &said, &honours, &problem) || !said) {
    g_autofree char *reason = problem;
    return g_strdup_printf("Honours: %s", reason != NULL ? reason : "says nothing");
  }
  return add_hosts(providers, values[HOSTS], honours);
}

/* GKeyFile would silently make one of two groups or two keys. */
static char *
find_duplicate(const char *text, gsize length)
{
  g_autoptr(PstConfigScan) scan = pst_config_scan_new(text, length);
  for (guint i = 0; i < pst_config_scan_get_length(scan); i++) {
    const PstConfigLine *line = pst_config_scan_get(scan, i);
    if (line->first_line != 0)
      return g_strdup_printf("line %u: the same as line %u", line->line, line->first_line);
  }
  return NULL;
}

static char *
read_list(PstProviders *providers, GBytes *contents)
{
  gsize length, n_groups;
  const char *text = g_bytes_get_data(contents, &length);
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) error = NULL;
  if (length > PST_CONFIG_FILE_MAX)
    return g_strdup("is too large");
  /* A NUL would end a line for GKeyFile and not for a person. */
  if (!g_utf8_validate_len(text, length, NULL))
    return g_strdup("is no text");
  if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, &error))
    return g_strdup(error->message);
  char *problem = find_duplicate(text, length);
  g_auto(GStrv) groups = g_key_file_get_groups(file, &n_groups);
  for (gsize i = 0; i < n_groups && problem == NULL; i++) {
    g_autofree char *found = read_provider(providers, file, groups[i]);
    if (found != NULL)
      problem = g_strdup_printf("[%s] %s", groups[i], found);
  }
  return n_groups > 0 ? problem : g_strdup("has no provider");
}

PstProviders *
pst_providers_load(const char *path, char **problem)
{
  g_autoptr(PstProviders) providers = providers_new();
  g_autofree char *found = NULL;
  g_autoptr(GBytes) contents = pst_config_file_read(path, &found);
  if (contents != NULL)
    found = read_list(providers, contents);
  else if (found == NULL)
    found = g_strdup("is missing");
  *problem = found != NULL ? g_strdup_printf("%s: %s: the list of providers is not used", path, found) : NULL;
  return found != NULL ? providers_new() : g_steal_pointer(&providers);
}

static gboolean
look_up(GHashTable *table, const char *name, guint *honours)
{
  gpointer value;
  if (!g_hash_table_lookup_extended(table, name, NULL, &value))
    return FALSE;
  *honours = GPOINTER_TO_UINT(value);
  return TRUE;
}

gboolean
pst_providers_honours(const PstProviders *providers, const char *host, guint *honours)
{
  if (look_up(providers->hosts, host, honours))
    return TRUE;
  for (const char *domain = pst_domain_name_parent(host); domain != NULL;
       domain = pst_domain_name_parent(domain))
    if (look_up(providers->patterns, domain, honours))
      return TRUE;
  return FALSE;
}

void
pst_providers_apply(const PstProviders *providers, PstConfiguration *configuration)
{
  for (guint i = 0; i < configuration->accounts->len; i++) {
    PstAccountConfig *account = configuration->accounts->pdata[i];
    if (!account->has_honours)
      account->honours_listed = pst_providers_honours(providers, account->host, &account->honours);
  }
}
