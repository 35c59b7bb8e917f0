#include "relay/service/bus-facts.h"
#include "relay/contract/assessment.h"
#include "relay/store/history.h"

char *
pst_bus_time_to_text(gint64 time)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
  return utc != NULL ? g_date_time_format(utc, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("");
}

static void
add_text(GVariantBuilder *builder, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(text));
}

static void
add_boolean(GVariantBuilder *builder, const char *key, gboolean value)
{
  g_variant_builder_add(builder, "{sv}", key, g_variant_new_boolean(value));
}

static const char *
dns_word(PstRelay *relay)
{
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(relay);
  switch (pst_assessor_get_dns(assessor)) {
  case PST_DNS_SECURE:
    return "secure";
  case PST_DNS_UNAVAILABLE:
    return "unavailable";
  case PST_DNS_DOWN:
    return "down";
  case PST_DNS_UNTESTED:
    break;
  }
  return NULL;
}

static const char *
current_mode(const PstBusContext *context)
{
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(context->relay);
  return pst_requirement_nick(pst_choices_get_mode(context->relay->choices, configuration->mode));
}

GVariant *
pst_bus_mode_to_variant(const PstBusContext *context)
{
  gint64 left = 0;
  PstMaybeRequirement once = pst_choices_get_once(context->relay->choices, &left);
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
  add_text(&builder, "mode", current_mode(context));
  if (once.present) {
    g_autofree char *expires = pst_bus_time_to_text(g_get_real_time() + left);
    add_text(&builder, "once", pst_requirement_nick(once.value));
    add_text(&builder, "expires", expires);
  }
  return g_variant_builder_end(&builder);
}

static void
add_honours(GVariantBuilder *builder, const PstAccountConfig *account)
{
  const char *kinds[2];
  gsize n = 0;
  if (!account->has_honours && !account->honours_listed)
    return;
  if (account->honours & PST_POLICY_DANE)
    kinds[n++] = "dane";
  if (account->honours & PST_POLICY_MTA_STS)
    kinds[n++] = "mta-sts";
  g_variant_builder_add(builder, "{sv}", "honours", g_variant_new_strv(kinds, n));
  add_text(builder, "honours_from", account->has_honours ? "configuration" : "providers");
}

static GVariant *
account_to_variant(PstRelay *relay, const PstAccountConfig *account)
{
  PstAccountFacts facts = pst_accounts_get(relay->accounts, account->name);
  g_autoptr(PstReason) reason = pst_accounts_get_reason(relay->accounts, account->name);
  g_autofree char *error = reason != NULL ? pst_reason_to_english(reason) : NULL;
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
  add_text(&builder, "name", account->name);
  add_text(&builder, "host", account->host);
  add_text(&builder, "error", error);
  add_honours(&builder, account);
  if (facts.known)
    add_boolean(&builder, "reachable", facts.reachable);
  if (facts.reachable)
    add_boolean(&builder, "requiretls", (facts.extensions.flags & PST_EXT_REQUIRETLS) != 0);
  return g_variant_builder_end(&builder);
}

static GVariant *
accounts_to_variant(PstRelay *relay)
{
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(relay);
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
  for (guint i = 0; i < configuration->accounts->len; i++)
    g_variant_builder_add_value(&builder, account_to_variant(relay, configuration->accounts->pdata[i]));
  return g_variant_builder_end(&builder);
}

GVariant *
pst_bus_status_to_variant(const PstBusContext *context)
{
  PstRelay *relay = context->relay;
  gint64 left;
  PstMaybeRequirement once = pst_choices_get_once(relay->choices, &left);
  GVariant *counts = pst_history_counts(relay->database, NULL);
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
  add_text(&builder, "version", PST_VERSION);
  add_boolean(&builder, "running", TRUE);
  add_text(&builder, "mode", current_mode(context));
  add_text(&builder, "mode_once", once.present ? pst_requirement_nick(once.value) : NULL);
  add_text(&builder, "dns", dns_word(relay));
  add_boolean(&builder, "paused", pst_choices_is_paused(relay->choices));
  g_variant_builder_add(&builder, "{sv}", "held", g_variant_new_uint32(0));
  g_variant_builder_add(&builder, "{sv}", "problems",
                        g_variant_new_strv(pst_config_keeper_get_problems(context->keeper), -1));
  g_variant_builder_add(&builder, "{sv}", "listeners", pst_listeners_to_variant(context->listeners));
  g_variant_builder_add(&builder, "{sv}", "accounts", accounts_to_variant(relay));
  if (counts != NULL)
    g_variant_builder_add(&builder, "{sv}", "counts", counts);
  return g_variant_builder_end(&builder);
}

static const char *
listener_auth_nick(PstListenerAuth authentication)
{
  switch (authentication) {
  case PST_LISTENER_AUTH_PASSWORD:
    return "password";
  case PST_LISTENER_AUTH_PASS_THROUGH:
    return "pass-through";
  case PST_LISTENER_AUTH_NONE:
    return "none";
  }
  g_return_val_if_reached("none");
}

/* The name to type: the account's own where there is one, for a program that keeps several apart by it. */
static const char *
suggested_user(const PstConfiguration *configuration, const PstListenerConfig *listener)
{
  const PstAccountConfig *account = listener->account != NULL
                                        ? pst_configuration_account(configuration, listener->account)
                                    : configuration->accounts->len == 1 ? configuration->accounts->pdata[0]
                                                                        : NULL;
  if (account != NULL && account->user != NULL)
    return account->user;
  for (guint i = 0; account != NULL && account->addresses[i] != NULL; i++)
    if (account->addresses[i][0] != '*')
      return account->addresses[i];
  return listener->authentication == PST_LISTENER_AUTH_PASSWORD ? "postern" : NULL;
}

static void
add_settings(GVariantBuilder *rows, const PstBusContext *context, const PstConfiguration *configuration,
             const PstListenerConfig *listener, const char *address)
{
  gsize length;
  g_variant_builder_open(rows, G_VARIANT_TYPE_VARDICT);
  add_text(rows, "listener", listener->name);
  add_text(rows, "host", address);
  g_variant_builder_add(rows, "{sv}", "port", g_variant_new_uint16(listener->port));
  add_text(rows, "security", pst_security_nick(listener->security));
  add_text(rows, "authentication", listener_auth_nick(listener->authentication));
  if (listener->authentication != PST_LISTENER_AUTH_NONE)
    add_text(rows, "user", suggested_user(configuration, listener));
  if (listener->authentication == PST_LISTENER_AUTH_PASSWORD)
    add_text(rows, "password", (const char *)pst_secret_peek(context->relay->local_password, &length));
  g_variant_builder_close(rows);
}

GVariant *
pst_bus_client_settings_to_variant(const PstBusContext *context)
{
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(context->relay);
  GVariantBuilder rows;
  g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
  for (guint i = 0; i < configuration->listeners->len; i++) {
    const PstListenerConfig *listener = configuration->listeners->pdata[i];
    for (guint j = 0; listener->addresses[j] != NULL; j++)
      add_settings(&rows, context, configuration, listener, listener->addresses[j]);
  }
  return g_variant_builder_end(&rows);
}
