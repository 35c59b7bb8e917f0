#include "relay/store/configuration-keys.h"
#include "relay/contract/nick.h"
#include <string.h>

#define NAME_MAX_OCTETS 64

static const char *const refusal_names[] = { "refuse", "hold", NULL };
static const char *const peer_check_names[] = { "none", "uid", NULL };
static const char *const security_names[] = { "none", "starttls", "tls", NULL };
static const char *const listener_auth_names[] = { "password", "pass-through", "none", NULL };
static const char *const account_auth_names[] = { "pass-through", "none",    "plain", "login",
                                                  "scram",        "xoauth2", NULL };
static const char *const route_names[] = { "provider", "direct", "auto", NULL };

/* clang-format off */
#define AT(type, field) G_STRUCT_OFFSET (type, field)
#define ROOT(field)     AT (PstConfiguration, field)
#define LISTENER(field) AT (PstListenerConfig, field)
#define ACCOUNT(field)  AT (PstAccountConfig, field)
#define RULE(field)     AT (PstRuleConfig, field)

static const PstConfigKey keys[] = {
  { "Relay", "Requirement", &pst_config_requirement, ROOT (mode) },
  { "Relay", "OnRefusal", &pst_config_choice, ROOT (hold), .choices = refusal_names },
  { "Relay", "SubjectTags", &pst_config_boolean, ROOT (subject_tags) },
  { "Relay", "PeerCheck", &pst_config_choice, ROOT (peer_check_uid), .choices = peer_check_names },
  { "Relay", "HeaderMayLower", &pst_config_boolean, ROOT (header_may_lower) },
  { "Listener", "Address", &pst_config_loopback_list, LISTENER (addresses) },
  { "Listener", "Port", &pst_config_port, LISTENER (port) },
  { "Listener", "Security", &pst_config_choice, LISTENER (security), .choices = security_names },
  { "Listener", "Authentication", &pst_config_choice, LISTENER (authentication), .choices = listener_auth_names },
  { "Listener", "Account", &pst_config_text, LISTENER (account) },
  { "Listener", "Requirement", &pst_config_maybe_requirement, LISTENER (requirement) },
  { "Listener", "Floor", &pst_config_boolean, LISTENER (floor) },
  { "Listener", "OfferLogin", &pst_config_boolean, LISTENER (offer_login) },
  { "Listener", "PlainPassThrough", &pst_config_boolean, LISTENER (plain_pass_through) },
  { "Account", "Addresses", &pst_config_sender_list, ACCOUNT (addresses) },
  { "Account", "Host", &pst_config_host, ACCOUNT (host) },
  { "Account", "Port", &pst_config_port, ACCOUNT (port) },
  { "Account", "Security", &pst_config_choice, ACCOUNT (security), .choices = security_names },
  { "Account", "Authentication", &pst_config_choice, ACCOUNT (authentication), .choices = account_auth_names },
  { "Account", "User", &pst_config_text, ACCOUNT (user) },
  { "Account", "Honours", &pst_config_honours, ACCOUNT (has_honours) },
  { "Account", "Route", &pst_config_name, ACCOUNT (route), .choices = route_names },
  { "Account", "Requirement", &pst_config_maybe_requirement, ACCOUNT (requirement) },
  { "Rule", "Recipients", &pst_config_list, RULE (recipients) },
  { "Rule", "Requirement", &pst_config_maybe_requirement, RULE (requirement) },
  { "Rule", "Floor", &pst_config_boolean, RULE (floor) },
  { "Probe", "Enabled", &pst_config_boolean, ROOT (probe_enabled) },
  { "Probe", "ForUsual", &pst_config_boolean, ROOT (probe_for_usual) },
  { "Probe", "AllowPrivateAddresses", &pst_config_boolean, ROOT (probe_private_addresses) },
  { "Probe", "Port", &pst_config_port, ROOT (probe_port) },
  { "Probe", "PolicyPort", &pst_config_port, ROOT (policy_port) },
  { "Probe", "TimeoutSeconds", &pst_config_number, ROOT (probe_timeout), .min = 1, .max = 120 },
  { "Resolver", "Servers", &pst_config_server_list, ROOT (resolver_servers) },
  { "Resolver", "TrustAnchorFile", &pst_config_file, ROOT (trust_anchor_file) },
  { "Trust", "CaFile", &pst_config_file, ROOT (ca_file) },
  { "Direct", "Port", &pst_config_port, ROOT (direct_port) },
  { "Direct", "HeloName", &pst_config_domain, ROOT (helo_name) },
  { "History", "Days", &pst_config_number, ROOT (history_days), .min = 0, .max = 36500 },
  { "History", "Subjects", &pst_config_boolean, ROOT (history_subjects) },
  { "History", "NotifyDetails", &pst_config_boolean, ROOT (history_notify_details) },
  { NULL },
};
/* clang-format on */

/* The fields of choices are read as guint, and enums and booleans must be as wide. */
G_STATIC_ASSERT(sizeof(PstSecurity) == sizeof(guint));
G_STATIC_ASSERT(sizeof(gboolean) == sizeof(guint));

const char *
pst_security_nick(PstSecurity security)
{
  return pst_nick_of(security_names, security);
}

gboolean
pst_security_parse(const char *nick, PstSecurity *security)
{
  guint value;
  if (!pst_nick_parse(security_names, nick, &value))
    return FALSE;
  *security = value;
  return TRUE;
}

const char *
pst_listener_auth_nick(PstListenerAuth authentication)
{
  return pst_nick_of(listener_auth_names, authentication);
}

const char *
pst_account_auth_nick(PstAccountAuth authentication)
{
  return pst_nick_of(account_auth_names, authentication);
}

const PstConfigKey *
pst_config_keys(void)
{
  return keys;
}

const PstConfigKey *
pst_config_key_find(const char *kind, const char *key)
{
  for (guint i = 0; keys[i].group != NULL; i++)
    if (g_str_equal(keys[i].group, kind) && g_str_equal(keys[i].key, key))
      return &keys[i];
  return NULL;
}

const PstConfigKey *
pst_config_key_find_similar(const char *kind, const char *key)
{
  for (guint i = 0; keys[i].group != NULL; i++)
    if (g_str_equal(keys[i].group, kind) && g_ascii_strcasecmp(keys[i].key, key) == 0)
      return &keys[i];
  return NULL;
}

static gboolean
is_name(const char *name)
{
  gsize length = strlen(name);
  return length > 0 && length <= NAME_MAX_OCTETS && name[0] != ' ' && name[length - 1] != ' ';
}

gboolean
pst_config_group_parse(const char *group, const char **kind, const char **name)
{
  static const char *const named[] = { "Listener", "Account", "Rule" };
  *name = NULL;
  for (guint i = 0; i < G_N_ELEMENTS(named); i++) {
    gsize length = strlen(named[i]);
    if (strncmp(group, named[i], length) == 0 && (group[length] == ' ' || group[length] == '\0')) {
      *kind = named[i];
      *name = group[length] == ' ' ? group + length + 1 : group + length;
      return is_name(*name);
    }
  }
  for (guint i = 0; keys[i].group != NULL; i++) {
    if (g_str_equal(keys[i].group, group)) {
      *kind = keys[i].group;
      return TRUE;
    }
  }
  return FALSE;
}
