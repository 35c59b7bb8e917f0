#include "relay/store/configuration-keys.h"
#include "relay/store/configuration-source.h"
#include <string.h>

typedef struct {
  const PstConfiguration *configuration;
  PstConfigSource *source;
} Check;

#define TELL(check, gravity, group, key, ...)                                                                \
  pst_config_source_tell((check)->source, gravity, group, key, __VA_ARGS__)

static char *
listener_group(const PstListenerConfig *listener)
{
  return g_strconcat("Listener ", listener->name, NULL);
}

static char *
account_group(const PstAccountConfig *account)
{
  return g_strconcat("Account ", account->name, NULL);
}

static gboolean
serves(const PstListenerConfig *listener, const PstAccountConfig *account)
{
  return listener->account == NULL || g_str_equal(listener->account, account->name);
}

static void
check_relay(const Check *check)
{
  if (check->configuration->hold)
    TELL(check, PST_CONFIG_FATAL, "Relay", "OnRefusal", "hold is not supported yet: use refuse");
}

/* Why a listener and an account it serves do not go together, and what would; NULL when they do
 * (DESIGN 10.2). */
static const char *
mismatch(PstListenerAuth listener, PstAccountAuth account)
{
  gboolean hands_through = account == PST_ACCOUNT_AUTH_PASS_THROUGH;
  gboolean open = account == PST_ACCOUNT_AUTH_NONE;
  switch (listener) {
  case PST_LISTENER_AUTH_PASSWORD:
    return hands_through
               ? "its server needs the mail program's own login, and here the local password is asked for; "
                 "use pass-through"
               : NULL;
  case PST_LISTENER_AUTH_PASS_THROUGH:
    if (hands_through)
      return NULL;
    return open ? "its server asks for no login, so nobody would check the one given here; use password or "
                  "none"
                : "it has a login of its own, so nobody would check the one given here; use password";
  case PST_LISTENER_AUTH_NONE:
    if (open)
      return NULL;
    return hands_through
               ? "its server needs the mail program's login, and here none is asked for; use pass-through"
               : "whoever reaches this port would send with its stored login; use password";
  }
  g_return_val_if_reached("not known");
}

static void
check_pairs(const Check *check, const PstListenerConfig *listener, const char *group)
{
  for (guint i = 0; i < check->configuration->accounts->len; i++) {
    const PstAccountConfig *account = g_ptr_array_index(check->configuration->accounts, i);
    const char *why =
        serves(listener, account) ? mismatch(listener->authentication, account->authentication) : NULL;
    if (why != NULL)
      TELL(check, PST_CONFIG_FATAL, group, "Authentication",
           "%s does not go with [Account %s] Authentication=%s: %s",
           pst_listener_auth_nick(listener->authentication), account->name,
           pst_account_auth_nick(account->authentication), why);
  }
}

static void
check_listener(const Check *check, const PstListenerConfig *listener)
{
  g_autofree char *group = listener_group(listener);
  if (listener->account != NULL && pst_configuration_account(check->configuration, listener->account) == NULL)
    TELL(check, PST_CONFIG_FATAL, group, "Account", "there is no [Account %s]", listener->account);
  if (listener->floor && !listener->requirement.present)
    TELL(check, PST_CONFIG_FATAL, group, "Floor", "makes Requirement a minimum, and there is none");
  if (listener->authentication == PST_LISTENER_AUTH_NONE && !check->configuration->peer_check_uid)
    TELL(check, PST_CONFIG_FATAL, group, "Authentication",
         "none with [Relay] PeerCheck=none would serve every user of this computer: use password or "
         "PeerCheck=uid");
  if (listener->authentication == PST_LISTENER_AUTH_PASS_THROUGH && listener->security == PST_SECURITY_NONE &&
      !listener->plain_pass_through)
    TELL(check, PST_CONFIG_FATAL, group, "Authentication",
         "pass-through needs Security=tls or starttls, or PlainPassThrough=true");
  check_pairs(check, listener, group);
}

static gboolean
has_address(const PstListenerConfig *listener, const char *address, guint16 port)
{
  return listener->port == port && g_strv_contains((const char *const *)listener->addresses, address);
}

static void
check_addresses_apart(const Check *check, guint index)
{
  const PstListenerConfig *listener = g_ptr_array_index(check->configuration->listeners, index);
  g_autofree char *group = listener_group(listener);
  for (guint i = 0; listener->addresses[i] != NULL; i++) {
    for (guint k = 0; k < i; k++)
      if (g_str_equal(listener->addresses[i], listener->addresses[k]))
        TELL(check, PST_CONFIG_FATAL, group, "Address", "%s is there twice", listener->addresses[i]);
    for (guint k = 0; k < index; k++) {
      const PstListenerConfig *other = g_ptr_array_index(check->configuration->listeners, k);
      if (has_address(other, listener->addresses[i], listener->port))
        TELL(check, PST_CONFIG_FATAL, group, "Port", "%u at %s is taken by [Listener %s]", listener->port,
             listener->addresses[i], other->name);
    }
  }
}

/* Mail handed to ourselves would go round for ever. */
static void
check_not_ourselves(const Check *check, const PstAccountConfig *account, const char *group)
{
  gboolean named = g_str_equal(account->host, "localhost");
  for (guint i = 0; i < check->configuration->listeners->len; i++) {
    const PstListenerConfig *listener = g_ptr_array_index(check->configuration->listeners, i);
    if (has_address(listener, named ? "127.0.0.1" : account->host, account->port) ||
        (named && has_address(listener, "::1", account->port)))
      TELL(check, PST_CONFIG_FATAL, group, "Host",
           "%s port %u is Postern's own [Listener %s]: it refuses itself as Host", account->host,
           account->port, listener->name);
  }
}

static void
check_account(const Check *check, const PstAccountConfig *account)
{
  g_autofree char *group = account_group(account);
  gboolean local = g_str_equal(account->host, "localhost") || pst_config_is_loopback(account->host);
  if (account->security == PST_SECURITY_NONE && !local)
    TELL(check, PST_CONFIG_FATAL, group, "Security",
         "none is for a server on this computer alone (127.0.0.1, ::1, localhost): use tls or starttls");
  if (account->authentication != PST_ACCOUNT_AUTH_PASS_THROUGH &&
      account->authentication != PST_ACCOUNT_AUTH_NONE)
    TELL(check, PST_CONFIG_FATAL, group, "Authentication",
         "%s cannot be used yet: this version has no secret store; use pass-through or none",
         pst_account_auth_nick(account->authentication));
  if (!g_str_equal(account->route, "provider"))
    TELL(check, PST_CONFIG_FATAL, group, "Route", "%s is not supported yet: use provider", account->route);
  check_not_ourselves(check, account, group);
}

/* Which of two accounts a message goes through must not hang on the order of the file. */
static void
check_accounts_apart(const Check *check)
{
  g_autoptr(GHashTable) owners = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < check->configuration->accounts->len; i++) {
    const PstAccountConfig *account = g_ptr_array_index(check->configuration->accounts, i);
    g_autofree char *group = account_group(account);
    for (guint k = 0; account->addresses[k] != NULL; k++) {
      const PstAccountConfig *owner = g_hash_table_lookup(owners, account->addresses[k]);
      if (owner == NULL)
        g_hash_table_insert(owners, account->addresses[k], (gpointer)account);
      else
        TELL(check, PST_CONFIG_FATAL, group, "Addresses", "%s is served by [Account %s]%s",
             account->addresses[k], owner->name, owner == account ? " twice" : " already");
    }
  }
}

static void
check_logins_apart(const Check *check)
{
  for (guint i = 0; i < check->configuration->accounts->len; i++) {
    const PstAccountConfig *account = g_ptr_array_index(check->configuration->accounts, i);
    if (account->user == NULL ||
        pst_configuration_account_for_login(check->configuration, account->user) == account)
      continue;
    g_autofree char *group = account_group(account);
    TELL(check, PST_CONFIG_WARNING, group, "User",
         "%s is a login of another account too: only a listener with Account= can tell them apart",
         account->user);
  }
}

void
pst_configuration_check(const PstConfiguration *configuration, PstConfigSource *source)
{
  const Check check = { configuration, source };
  check_relay(&check);
  for (guint i = 0; i < configuration->listeners->len; i++) {
    check_listener(&check, g_ptr_array_index(configuration->listeners, i));
    check_addresses_apart(&check, i);
  }
  for (guint i = 0; i < configuration->accounts->len; i++)
    check_account(&check, g_ptr_array_index(configuration->accounts, i));
  check_accounts_apart(&check);
  check_logins_apart(&check);
}
