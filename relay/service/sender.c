#include "relay/service/sender.h"

static char *
list_served(const PstConfiguration *configuration, const char *account_name)
{
  const PstAccountConfig *account = pst_configuration_account(configuration, account_name);
  return account != NULL ? g_strjoinv(", ", account->addresses) : NULL;
}

/* The name of the account that is bound already: by the listener, or by the login. */
static const char *
bound_account(const PstSession *session)
{
  return session->login_account != NULL ? session->login_account : session->listener->account;
}

static const PstAccountConfig *
find_account(const PstSession *session, const PstConfiguration *configuration, const PstMailbox *sender)
{
  const char *bound = bound_account(session);
  if (bound != NULL) {
    const PstAccountConfig *account = pst_configuration_account(configuration, bound);
    gboolean serves = account != NULL && (pst_mailbox_is_null(sender) || pst_account_serves(account, sender));
    return serves ? account : NULL;
  }
  if (!pst_mailbox_is_null(sender))
    return pst_configuration_account_for_sender(configuration, sender);
  return configuration->accounts->len == 1 ? configuration->accounts->pdata[0] : NULL;
}

static PstReason *
no_account_reason(const PstSession *session, const PstConfiguration *configuration, const PstMailbox *sender)
{
  const char *bound = bound_account(session);
  const char *address = pst_mailbox_is_null(sender) ? "<>" : pst_mailbox_get_wire(sender);
  g_autofree char *served = bound != NULL ? list_served(configuration, bound) : NULL;
  if (served == NULL)
    return pst_reason_new(PST_REASON_NO_ACCOUNT, "sender", address, NULL);
  if (session->login_account != NULL)
    return pst_reason_new(PST_REASON_SENDER_NOT_SERVED, "sender", address, "served", served, NULL);
  return pst_reason_new(PST_REASON_LISTENER_OTHER_ACCOUNT, "sender", address, "served", served, NULL);
}

/* Pass-through needs credentials that this session has; a listener without them cannot serve such an account.
 */
static gboolean
can_log_in(const PstSession *session, const PstAccountConfig *account)
{
  return account->authentication == PST_ACCOUNT_AUTH_NONE ||
         (account->authentication == PST_ACCOUNT_AUTH_PASS_THROUGH && session->credentials != NULL);
}

/* What the account's server is known not to carry, so that the client hears it before it sends anything. */
static PstReason *
known_limit(PstSession *session, const PstAccountConfig *account, const PstEnvelope *envelope)
{
  PstAccountFacts facts = pst_accounts_get(session->relay->accounts, account->name);
  if (!facts.reachable)
    return NULL;
  if (envelope->smtputf8 && (facts.extensions.flags & PST_EXT_SMTPUTF8) == 0)
    return pst_reason_new(PST_REASON_NO_SMTPUTF8, "host", account->host, NULL);
  if (facts.extensions.size_limit > 0 && envelope->size > 0 &&
      (guint64)envelope->size > facts.extensions.size_limit) {
    g_autofree char *limit = g_strdup_printf("%" G_GUINT64_FORMAT, facts.extensions.size_limit);
    return pst_reason_new(PST_REASON_TOO_LARGE, "host", account->host, "limit", limit, NULL);
  }
  return NULL;
}

void
pst_sender_handle_mail(PstSession *session)
{
  PstRelay *relay = session->relay;
  const PstEnvelope *envelope = pst_server_engine_get_envelope(session->engine);
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(relay);
  if (pst_choices_is_paused(relay->choices)) {
    pst_session_refuse_reason(session, pst_reason_new(PST_REASON_PAUSED, NULL));
    return;
  }
  const PstAccountConfig *account = find_account(session, configuration, envelope->sender);
  if (account == NULL || !can_log_in(session, account)) {
    pst_session_refuse_reason(session, no_account_reason(session, configuration, envelope->sender));
    return;
  }
  PstReason *limit = known_limit(session, account, envelope);
  if (limit != NULL) {
    pst_session_refuse_reason(session, limit);
    return;
  }
  g_free(session->account);
  session->account = g_strdup(account->name);
  pst_server_engine_accept(session->engine);
}
