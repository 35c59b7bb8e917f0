#include "relay/store/configuration-keys.h"
#include "relay/contract/assessment.h"
#include "relay/contract/nick.h"
#include "relay/mail/domain-name.h"
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#define MAX_QUOTED 100 /* characters of a value that a problem shows */
#define MAX_NUMBER 99999

static const char *const boolean_names[] = { "false", "true", NULL };

static gboolean
refuse(char **problem, const char *what, const char *value, const char *allowed)
{
  g_autofree char *quoted =
      g_utf8_strlen(value, -1) > MAX_QUOTED ? g_utf8_substring(value, 0, MAX_QUOTED) : NULL;
  *problem = g_strdup_printf("%s: %s%s%s%s%s", what, quoted != NULL ? quoted : value,
                             quoted != NULL ? "…" : "", allowed != NULL ? " (allowed: " : "",
                             allowed != NULL ? allowed : "", allowed != NULL ? ")" : "");
  return FALSE;
}

static gboolean
parse_number(const char *value, guint min, guint max, guint *number)
{
  guint64 parsed;
  if (!g_ascii_string_to_unsigned(value, 10, min, max, &parsed, NULL))
    return FALSE;
  *number = parsed;
  return TRUE;
}

static gboolean
read_choice_of(const char *const *choices, const char *value, guint *field, char **problem)
{
  if (pst_nick_parse(choices, value, field))
    return TRUE;
  g_autofree char *allowed = g_strjoinv(", ", (GStrv)choices);
  return refuse(problem, "not known", value, allowed);
}

static gboolean
read_choice(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  return read_choice_of(key->choices, value, G_STRUCT_MEMBER_P(target, key->offset), problem);
}

static char *
write_choice(const PstConfigKey *key, gconstpointer target)
{
  return g_strdup(pst_nick_of(key->choices, G_STRUCT_MEMBER(guint, target, key->offset)));
}

static gboolean
read_boolean(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  return read_choice_of(boolean_names, value, G_STRUCT_MEMBER_P(target, key->offset), problem);
}

static char *
write_boolean(const PstConfigKey *key, gconstpointer target)
{
  return g_strdup(G_STRUCT_MEMBER(gboolean, target, key->offset) ? "true" : "false");
}

static gboolean
read_number(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  if (parse_number(value, key->min, key->max, G_STRUCT_MEMBER_P(target, key->offset)))
    return TRUE;
  g_autofree char *allowed = g_strdup_printf("%u to %u", key->min, key->max);
  guint number;
  return refuse(problem, parse_number(value, 0, MAX_NUMBER, &number) ? "out of range" : "not a number", value,
                allowed);
}

static char *
write_number(const PstConfigKey *key, gconstpointer target)
{
  return g_strdup_printf("%u", G_STRUCT_MEMBER(guint, target, key->offset));
}

static gboolean
read_port(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  guint number;
  if (!parse_number(value, 1, G_MAXUINT16, &number))
    return refuse(problem, "not a port number", value, "1 to 65535");
  G_STRUCT_MEMBER(guint16, target, key->offset) = number;
  return TRUE;
}

static char *
write_port(const PstConfigKey *key, gconstpointer target)
{
  return g_strdup_printf("%u", G_STRUCT_MEMBER(guint16, target, key->offset));
}

static gboolean
parse_requirement(const char *value, PstRequirement *requirement, char **problem)
{
  return pst_requirement_parse(value, requirement) ||
         refuse(problem, "not a requirement", value, "required, verified, encrypted, usual, anyway");
}

static gboolean
read_requirement(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  return parse_requirement(value, G_STRUCT_MEMBER_P(target, key->offset), problem);
}

static char *
write_requirement(const PstConfigKey *key, gconstpointer target)
{
  return g_strdup(pst_requirement_nick(G_STRUCT_MEMBER(PstRequirement, target, key->offset)));
}

static gboolean
read_maybe_requirement(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  PstMaybeRequirement *field = G_STRUCT_MEMBER_P(target, key->offset);
  field->present = parse_requirement(value, &field->value, problem);
  return field->present;
}

static char *
write_maybe_requirement(const PstConfigKey *key, gconstpointer target)
{
  const PstMaybeRequirement *field = G_STRUCT_MEMBER_P(target, key->offset);
  return g_strdup(field->present ? pst_requirement_nick(field->value) : "");
}

static void
set_text(const PstConfigKey *key, gpointer target, char *text)
{
  char **field = G_STRUCT_MEMBER_P(target, key->offset);
  g_free(*field);
  *field = text;
}

static gboolean
read_text(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  set_text(key, target, g_strdup(value));
  return TRUE;
}

static char *
write_text(const PstConfigKey *key, gconstpointer target)
{
  const char *text = G_STRUCT_MEMBER(char *, target, key->offset);
  return g_strdup(text != NULL ? text : "");
}

static gboolean
read_name(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  guint number;
  if (!read_choice_of(key->choices, value, &number, problem))
    return FALSE;
  set_text(key, target, g_strdup(value));
  return TRUE;
}

static gboolean
read_file(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  if (!g_path_is_absolute(value))
    return refuse(problem, "not an absolute path", value, NULL);
  if (!g_file_test(value, G_FILE_TEST_IS_REGULAR) || access(value, R_OK) != 0)
    return refuse(problem, "no file that can be read", value, NULL);
  set_text(key, target, g_strdup(value));
  return TRUE;
}

/* The address as inet_ntop() writes it, so that equal ones are equal text; or NULL. */
static char *
normalise_address(const char *value)
{
  guint8 octets[sizeof(struct in6_addr)];
  char text[INET6_ADDRSTRLEN];
  int family = strchr(value, ':') != NULL ? AF_INET6 : AF_INET;
  if (inet_pton(family, value, octets) != 1)
    return NULL;
  return g_strdup(inet_ntop(family, octets, text, sizeof text));
}

static gboolean
read_domain(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  char *name = pst_domain_name_normalise(value, strlen(value));
  if (name == NULL)
    return refuse(problem, "not a host name", value, NULL);
  set_text(key, target, name);
  return TRUE;
}

static gboolean
read_host(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  char *address = normalise_address(value);
  if (address == NULL)
    return read_domain(key, target, value, problem);
  set_text(key, target, address);
  return TRUE;
}

typedef char *(*NormaliseItem)(const char *item, char **problem);

static gboolean
read_items(const PstConfigKey *key, gpointer target, const char *value, NormaliseItem normalise,
           char **problem)
{
  g_auto(GStrv) items = g_strsplit(value, ";", -1);
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; items[i] != NULL; i++) {
    if (g_strstrip(items[i])[0] == '\0')
      continue;
    char *item = normalise(items[i], problem);
    if (item == NULL)
      return FALSE;
    g_ptr_array_add(list, item);
  }
  if (list->len == 0)
    return refuse(problem, "an empty list", value, NULL);
  g_ptr_array_add(list, NULL);
  GStrv *field = G_STRUCT_MEMBER_P(target, key->offset);
  g_strfreev(*field);
  *field = (GStrv)g_ptr_array_steal(list, NULL);
  return TRUE;
}

static char *
write_list(const PstConfigKey *key, gconstpointer target)
{
  GStrv list = G_STRUCT_MEMBER(GStrv, target, key->offset);
  return list != NULL ? g_strjoinv(";", list) : g_strdup("");
}

static char *
any_item(const char *item, char **problem)
{
  return g_strdup(item);
}

static gboolean
read_list(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  return read_items(key, target, value, any_item, problem);
}

gboolean
pst_config_is_loopback(const char *address)
{
  return g_str_has_prefix(address, "127.") || g_str_equal(address, "::1");
}

static char *
loopback_item(const char *item, char **problem)
{
  g_autofree char *address = normalise_address(item);
  if (address != NULL && pst_config_is_loopback(address))
    return g_steal_pointer(&address);
  refuse(problem, address != NULL ? "not an address of this computer alone" : "not an IP address", item,
         "127.0.0.1, ::1");
  return NULL;
}

static gboolean
read_loopback_list(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  return read_items(key, target, value, loopback_item, problem);
}

static char *
sender_item(const char *item, char **problem)
{
  if (g_str_equal(item, "*"))
    return g_strdup(item);
  if (g_str_has_prefix(item, "*@")) {
    g_autofree char *domain = pst_domain_name_normalise(item + 2, strlen(item + 2));
    if (domain != NULL)
      return g_strconcat("*@", domain, NULL);
  } else {
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address(item);
    if (mailbox != NULL)
      return g_strdup(pst_mailbox_get_key(mailbox));
  }
  refuse(problem, "not a sender", item, "me@example.org, *@example.org, *");
  return NULL;
}

static gboolean
read_sender_list(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  return read_items(key, target, value, sender_item, problem);
}

static char *
server_item(const char *item, char **problem)
{
  g_auto(GStrv) parts = g_strsplit(item, "@", 2);
  g_autofree char *address = normalise_address(parts[0]);
  guint port;
  if (address == NULL || (parts[1] != NULL && !parse_number(parts[1], 1, G_MAXUINT16, &port))) {
    refuse(problem, "not a name server", item, "192.0.2.1, 192.0.2.1@5353");
    return NULL;
  }
  return parts[1] != NULL ? g_strdup_printf("%s@%u", address, port) : g_steal_pointer(&address);
}

static gboolean
read_server_list(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  return read_items(key, target, value, server_item, problem);
}

static const struct {
  const char *name;
  guint flag;
} policies[] = { { "dane", PST_POLICY_DANE }, { "mta-sts", PST_POLICY_MTA_STS }, { "none", 0 } };

static guint
policy_index(const char *name)
{
  guint i = 0;
  while (i < G_N_ELEMENTS(policies) && !g_str_equal(policies[i].name, name))
    i++;
  return i;
}

gboolean
pst_config_honours_parse(const char *value, gboolean *said, guint *honours, char **problem)
{
  g_auto(GStrv) items = g_strsplit(value, ";", -1);
  guint flags = 0;
  gboolean none = FALSE;
  for (guint i = 0; items[i] != NULL; i++) {
    if (g_strstrip(items[i])[0] == '\0')
      continue;
    guint policy = policy_index(items[i]);
    if (policy == G_N_ELEMENTS(policies))
      return refuse(problem, "not known", items[i], "dane, mta-sts, none");
    flags |= policies[policy].flag;
    none |= policies[policy].flag == 0;
  }
  if (none && flags != 0)
    return refuse(problem, "none goes with nothing else", value, NULL);
  *said = none || flags != 0;
  *honours = flags;
  return TRUE;
}

static gboolean
read_honours(const PstConfigKey *key, gpointer target, const char *value, char **problem)
{
  PstAccountConfig *account = target;
  return pst_config_honours_parse(value, &account->has_honours, &account->honours, problem);
}

static char *
write_honours(const PstConfigKey *key, gconstpointer target)
{
  const PstAccountConfig *account = target;
  if (!account->has_honours)
    return g_strdup("");
  GString *text = g_string_new(account->honours == 0 ? "none" : NULL);
  for (guint i = 0; i < G_N_ELEMENTS(policies); i++)
    if (account->honours & policies[i].flag)
      g_string_append_printf(text, "%s%s", text->len > 0 ? ";" : "", policies[i].name);
  return g_string_free(text, FALSE);
}

const PstConfigType pst_config_boolean = { read_boolean, write_boolean };
const PstConfigType pst_config_number = { read_number, write_number };
const PstConfigType pst_config_port = { read_port, write_port };
const PstConfigType pst_config_choice = { read_choice, write_choice };
const PstConfigType pst_config_requirement = { read_requirement, write_requirement };
const PstConfigType pst_config_maybe_requirement = { read_maybe_requirement, write_maybe_requirement };
const PstConfigType pst_config_text = { read_text, write_text };
const PstConfigType pst_config_name = { read_name, write_text };
const PstConfigType pst_config_host = { read_host, write_text };
const PstConfigType pst_config_domain = { read_domain, write_text };
const PstConfigType pst_config_file = { read_file, write_text };
const PstConfigType pst_config_list = { read_list, write_list };
const PstConfigType pst_config_loopback_list = { read_loopback_list, write_list };
const PstConfigType pst_config_sender_list = { read_sender_list, write_list };
const PstConfigType pst_config_server_list = { read_server_list, write_list };
const PstConfigType pst_config_honours = { read_honours, write_honours };
