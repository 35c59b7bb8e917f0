#include "relay/store/configuration-keys.h"
#include "relay/store/configuration-source.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What one person may have; also what keeps the checks of pairs short. */
#define MAX_LISTENERS 16
#define MAX_ACCOUNTS  100
#define MAX_RULES     1000

#define DEFAULT_LISTENER_PORT 1587

/* @room: octets that may come; more than that is not read. */
static GBytes *
read_all(int fd, gsize room, char **problem)
{
  g_autoptr(GByteArray) contents = g_byte_array_new();
  guint8 buffer[16384];
  gssize n = 0;
  do {
    g_byte_array_append(contents, buffer, n);
    n = read(fd, buffer, sizeof buffer);
  } while ((n > 0 && contents->len <= room) || (n < 0 && errno == EINTR && (n = 0) == 0));
  if (n < 0) {
    *problem = g_strdup_printf("cannot be read: %s", g_strerror(errno));
    return NULL;
  }
  return g_byte_array_free_to_bytes(g_steal_pointer(&contents));
}

GBytes *
pst_config_file_read(const char *path, char **problem)
{
  *problem = NULL;
  /* Not blocking: a FIFO in the file's place must not hold up the start. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    if (errno != ENOENT)
      *problem = g_strdup_printf("cannot be read: %s", g_strerror(errno));
    return NULL;
  }
  struct stat status = { 0 };
  GBytes *contents = NULL;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
    contents = read_all(fd, PST_CONFIG_FILE_MAX, problem);
  else
    *problem = g_strdup(S_ISDIR(status.st_mode) ? "is a directory" : "is not a file");
  close(fd);
  return contents;
}

static const char *
note_on_comment(const char *value)
{
  gboolean trailing = strstr(value, " #") != NULL || strstr(value, "\t#") != NULL;
  return trailing ? "; a # comment needs a line of its own" : "";
}

static gboolean
has_control(const char *value)
{
  for (const char *p = value; *p != '\0'; p = g_utf8_next_char(p))
    if (g_unichar_iscntrl(g_utf8_get_char(p)) && *p != '\t')
      return TRUE;
  return FALSE;
}

static void
read_key(PstConfigSource *source, const char *group, const PstConfigKey *key, gpointer target)
{
  g_autofree char *value = pst_config_source_get_value(source, group, key->key);
  g_autofree char *problem = NULL;
  if (value == NULL)
    return;
  const char *note = note_on_comment(value);
  if (has_control(value))
    problem = g_strdup("has a control character");
  else if (key->type->read(key, target, value, &problem) && note[0] != '\0')
    problem = g_strdup_printf("not taken: %s", value);
  if (problem != NULL)
    pst_config_source_tell(source, PST_CONFIG_FATAL, group, key->key, "%s%s", problem, note);
}

static void
read_group(PstConfigSource *source, const char *group, const char *kind, gpointer target)
{
  g_autoptr(GPtrArray) names = pst_config_source_get_keys(source, group);
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index(names, i);
    const PstConfigKey *key = pst_config_key_find(kind, name);
    const PstConfigKey *similar = key == NULL ? pst_config_key_find_similar(kind, name) : NULL;
    if (key != NULL)
      read_key(source, group, key, target);
    else if (similar != NULL)
      pst_config_source_tell(source, PST_CONFIG_WARNING_UNLESS_STRICT, group, name, "no such key: write %s",
                             similar->key);
    else
      pst_config_source_tell(source, PST_CONFIG_WARNING_UNLESS_STRICT, group, name, "no such key");
  }
}

static gboolean
is_full(PstConfigSource *source, const char *group, const GPtrArray *members, guint limit)
{
  if (members->len == limit)
    pst_config_source_tell(source, PST_CONFIG_FATAL, group, NULL, "more than %u of this kind", limit);
  return members->len >= limit;
}

static PstListenerConfig *
listener_new(const char *name)
{
  static const char *const addresses[] = { "127.0.0.1", "::1", NULL };
  PstListenerConfig *listener = g_new0(PstListenerConfig, 1);
  listener->name = g_strdup(name);
  listener->addresses = g_strdupv((GStrv)addresses);
  listener->port = DEFAULT_LISTENER_PORT;
  listener->security = PST_SECURITY_NONE;
  listener->authentication = PST_LISTENER_AUTH_PASSWORD;
  return listener;
}

static void
read_listener(PstConfiguration *configuration, PstConfigSource *source, const char *group, const char *name)
{
  if (is_full(source, group, configuration->listeners, MAX_LISTENERS))
    return;
  PstListenerConfig *listener = listener_new(name);
  g_ptr_array_add(configuration->listeners, listener);
  read_group(source, group, "Listener", listener);
}

static guint16
default_port(PstSecurity security)
{
  switch (security) {
  case PST_SECURITY_NONE:
    return 25;
  case PST_SECURITY_STARTTLS:
    return 587;
  case PST_SECURITY_TLS:
    return 465;
  }
  g_return_val_if_reached(0);
}

static gboolean
tell_missing(PstConfigSource *source, PstConfigGravity gravity, const char *group, const char *key)
{
  if (pst_config_source_has_value(source, group, key))
    return FALSE;
  pst_config_source_tell(source, gravity, group, NULL, "%s is missing: not used", key);
  return TRUE;
}

static void
read_account(PstConfiguration *configuration, PstConfigSource *source, const char *group, const char *name)
{
  if (is_full(source, group, configuration->accounts, MAX_ACCOUNTS))
    return;
  PstAccountConfig *account = g_new0(PstAccountConfig, 1);
  account->name = g_strdup(name);
  account->security = PST_SECURITY_TLS;
  account->authentication = PST_ACCOUNT_AUTH_PLAIN;
  account->route = g_strdup("provider");
  read_group(source, group, "Account", account);
  if (account->port == 0)
    account->port = default_port(account->security);
  gboolean complete = !tell_missing(source, PST_CONFIG_WARNING_UNLESS_STRICT, group, "Host") &&
                      !tell_missing(source, PST_CONFIG_WARNING_UNLESS_STRICT, group, "Addresses");
  if (complete && account->host != NULL && account->addresses != NULL)
    g_ptr_array_add(configuration->accounts, account);
  else
    pst_account_config_free(account);
}

static void
add_patterns(PstConfiguration *configuration, PstConfigSource *source, const char *group,
             const PstRuleConfig *rule)
{
  for (guint i = 0; rule->recipients[i] != NULL; i++) {
    const char *problem = NULL;
    if (!pst_rules_add(configuration->rules, rule->name, rule->recipients[i], rule->requirement.value,
                       rule->floor, &problem))
      pst_config_source_tell(source, PST_CONFIG_FATAL, group, "Recipients", "%s: %s", rule->recipients[i],
                             problem);
  }
}

static void
read_rule(PstConfiguration *configuration, PstConfigSource *source, const char *group, const char *name)
{
  if (is_full(source, group, configuration->rule_configs, MAX_RULES))
    return;
  PstRuleConfig *rule = g_new0(PstRuleConfig, 1);
  rule->name = g_strdup(name);
  g_ptr_array_add(configuration->rule_configs, rule);
  read_group(source, group, "Rule", rule);
  /* A rule that asks for nothing would let mail pass that was to be kept; one for nobody does no harm. */
  tell_missing(source, PST_CONFIG_FATAL, group, "Requirement");
  tell_missing(source, PST_CONFIG_WARNING_UNLESS_STRICT, group, "Recipients");
  if (rule->requirement.present && rule->recipients != NULL)
    add_patterns(configuration, source, group, rule);
}

static void
read_any_group(PstConfiguration *configuration, PstConfigSource *source, const char *group)
{
  const char *kind = NULL, *name;
  if (!pst_config_group_parse(group, &kind, &name)) {
    if (kind == NULL)
      pst_config_source_tell(source, PST_CONFIG_WARNING_UNLESS_STRICT, group, NULL, "no such group");
    else
      pst_config_source_tell(source, PST_CONFIG_FATAL, group, NULL,
                             "write it as [%s NAME], the name at most 64 long", kind);
  } else if (g_str_equal(kind, "Listener"))
    read_listener(configuration, source, group, name);
  else if (g_str_equal(kind, "Account"))
    read_account(configuration, source, group, name);
  else if (g_str_equal(kind, "Rule"))
    read_rule(configuration, source, group, name);
  else
    read_group(source, group, kind, configuration);
}

PstConfiguration *
pst_configuration_interpret(PstConfigSource *source)
{
  if (!pst_config_source_is_readable(source))
    return NULL;
  g_autoptr(PstConfiguration) configuration = pst_configuration_new();
  g_autoptr(GPtrArray) groups = pst_config_source_get_groups(source);
  for (guint i = 0; i < groups->len; i++)
    read_any_group(configuration, source, g_ptr_array_index(groups, i));
  if (configuration->listeners->len == 0)
    g_ptr_array_add(configuration->listeners, listener_new("main"));
  if (!pst_config_source_is_fatal(source))
    pst_configuration_check(configuration, source);
  return pst_config_source_is_fatal(source) ? NULL : g_steal_pointer(&configuration);
}

static GBytes *
read_file(const char *path, GPtrArray *problems, gboolean *failed)
{
  g_autofree char *text = NULL;
  GBytes *contents = path != NULL ? pst_config_file_read(path, &text) : NULL;
  if (text != NULL) {
    PstConfigProblem *problem = g_new0(PstConfigProblem, 1);
    problem->file = g_strdup(path);
    problem->text = g_steal_pointer(&text);
    problem->fatal = TRUE;
    g_ptr_array_add(problems, problem);
    *failed = TRUE;
  }
  return contents;
}

PstConfiguration *
pst_configuration_load(const char *path, const char *system_path, gboolean strict, GPtrArray *problems)
{
  gboolean failed = FALSE;
  g_autoptr(GBytes) system = read_file(system_path, problems, &failed);
  g_autoptr(GBytes) user = read_file(path, problems, &failed);
  if (failed)
    return NULL;
  g_autoptr(PstConfigSource) source =
      pst_config_source_new(path, user, system_path, system, strict, problems);
  return pst_configuration_interpret(source);
}
