#include "relay/service/login.h"
#include <gnutls/crypto.h>
#include <string.h>

#define LOGIN_ANSWER_TIMEOUT (40 * G_USEC_PER_SEC) /* the client must hear within 45 s */
#define MAX_FAILED_LOGINS    4
#define REFUSAL_DELAY_US     (500 * 1000)
#define FRESH_IDLE           (5 * G_USEC_PER_SEC)
#define PING_TIMEOUT         (10 * G_USEC_PER_SEC)
#define DIGEST_SIZE          32

void
pst_login_forget(PstSession *session)
{
  g_clear_pointer(&session->login_account, g_free);
  g_clear_pointer(&session->pool_key, g_free);
  g_clear_pointer(&session->credentials, pst_credentials_free);
  g_clear_pointer(&session->upstream, pst_upstream_close);
}

static PstCredentials *
copy_credentials(const PstCredentials *credentials)
{
  PstCredentials *copy = g_new0(PstCredentials, 1);
  copy->mechanism = credentials->mechanism;
  copy->authzid = g_strdup(credentials->authzid);
  copy->user = g_strdup(credentials->user);
  copy->password = pst_secret_ref(credentials->password);
  return copy;
}

/* What must be the same for a connection to be used again. The serial: one that was verified by the roots of
 * an earlier configuration, or taken back after they changed, fits no key any more. */
static char *
describe_target(PstSession *session, const PstAccountConfig *account)
{
  return g_strdup_printf("%u\n%s\n%s:%u\n%s", pst_relay_get_configuration_serial(session->relay),
                         account->name, account->host, account->port, pst_security_nick(account->security));
}

/* The digest is keyed, so that a key that leaks into a log or dump says nothing of the password. */
static char *
make_pool_key(PstSession *session, const PstAccountConfig *account, const PstCredentials *credentials)
{
  g_autofree char *target = describe_target(session, account);
  if (credentials == NULL)
    return g_steal_pointer(&target);
  guint8 digest[DIGEST_SIZE];
  gsize length, key_length;
  const guint8 *password = pst_secret_peek(credentials->password, &length);
  const void *key = g_bytes_get_data(session->relay->digest_key, &key_length);
  gnutls_hmac_hd_t hmac;
  g_autoptr(GString) text = g_string_new(target);
  g_string_append_c(text, '\n');
  if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, key, key_length) < 0)
    return NULL;
  /* The terminating NULs part the fields. */
  gnutls_hmac(hmac, credentials->authzid, strlen(credentials->authzid) + 1);
  gnutls_hmac(hmac, credentials->user, strlen(credentials->user) + 1);
  gnutls_hmac(hmac, password, length);
  gnutls_hmac_deinit(hmac, digest);
  for (gsize i = 0; i < sizeof digest; i++)
    g_string_append_printf(text, "%02x", digest[i]);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static PstUpstream *
open_connection(PstSession *session, const PstAccountConfig *account, gint64 deadline, PstReason **reason)
{
  PstRelay *relay = session->relay;
  g_autoptr(PstTrustStore) store = pst_relay_ref_trust_store(relay);
  PstUpstreamTarget target = { account->host, account->port, account->security == PST_SECURITY_TLS,
                               account->security == PST_SECURITY_STARTTLS };
  PstUpstream *upstream = pst_upstream_open(&target, store, deadline, relay->stopping, reason);
  if (upstream == NULL)
    pst_accounts_failed(relay->accounts, account->name, *reason);
  return upstream;
}

static void
note_extensions(PstSession *session, const PstAccountConfig *account, PstUpstream *upstream)
{
  pst_accounts_seen(session->relay->accounts, account->name,
                    pst_client_engine_get_extensions(pst_upstream_get_engine(upstream)));
}

/* A new connection on which the server itself has said yes to @credentials (or that needs none). */
static PstUpstream *
open_proven(PstSession *session, const PstAccountConfig *account, const PstCredentials *credentials,
            gint64 deadline, PstReply **reply, PstReason **reason)
{
  g_autoptr(PstUpstream) upstream = open_connection(session, account, deadline, reason);
  if (upstream == NULL)
    return NULL;
  if (credentials != NULL && !pst_upstream_login(upstream, credentials->user, credentials->password, deadline,
                                                 session->relay->stopping, reply, reason))
    return NULL;
  note_extensions(session, account, upstream);
  return g_steal_pointer(&upstream);
}

static PstUpstream *
take_idle(PstSession *session, const char *key)
{
  PstRelay *relay = session->relay;
  gint64 idle;
  PstUpstream *upstream;
  while ((upstream = pst_upstream_pool_take(relay->pool, key, &idle)) != NULL) {
    if (idle < FRESH_IDLE ||
        pst_upstream_ping(upstream, g_get_monotonic_time() + PING_TIMEOUT, relay->stopping))
      return upstream;
    /* Where one fell silent the others will have too, and each would cost the time-out. */
    gboolean silent = pst_upstream_is_silent(upstream);
    pst_upstream_close(upstream);
    if (silent)
      break;
  }
  return NULL;
}

/* An idle connection under the same key was proven with the same credentials; any other is tried upstream. */
static PstUpstream *
connect_as(PstSession *session, const PstAccountConfig *account, const PstCredentials *credentials,
           gint64 deadline, PstReply **reply, PstReason **reason)
{
  g_free(session->pool_key);
  session->pool_key = make_pool_key(session, account, credentials);
  PstUpstream *upstream = session->pool_key != NULL ? take_idle(session, session->pool_key) : NULL;
  return upstream != NULL ? upstream : open_proven(session, account, credentials, deadline, reply, reason);
}

PstUpstream *
pst_login_connect(PstSession *session, const PstAccountConfig *account, gboolean fresh, gint64 deadline,
                  PstReply **reply, PstReason **reason)
{
  *reply = NULL;
  *reason = NULL;
  gboolean pass_through = account->authentication == PST_ACCOUNT_AUTH_PASS_THROUGH;
  const PstCredentials *credentials = pass_through ? session->credentials : NULL;
  g_autofree char *key = make_pool_key(session, account, credentials);
  if (!fresh && session->upstream != NULL && g_strcmp0(key, session->pool_key) == 0 &&
      pst_upstream_looks_alive(session->upstream))
    return g_steal_pointer(&session->upstream);
  g_clear_pointer(&session->upstream, pst_upstream_close);
  if (fresh)
    return open_proven(session, account, credentials, deadline, reply, reason);
  return connect_as(session, account, credentials, deadline, reply, reason);
}

/* A wrong password costs time and tries are few, so that another program of this computer cannot try many. */
static void
refuse_login(PstSession *session, const PstReply *reply)
{
  if (++session->failed_logins < MAX_FAILED_LOGINS) {
    g_usleep(REFUSAL_DELAY_US);
    pst_server_engine_refuse(session->engine, reply);
    return;
  }
  g_autoptr(PstReply) closing = pst_reply_new(421, "4.7.0", "Too many failed logins");
  pst_server_engine_refuse(session->engine, reply);
  pst_server_engine_shut_down(session->engine, closing);
}

static void
refuse_unknown(PstSession *session)
{
  g_autoptr(PstReply) reply = pst_reply_new(535, "5.7.8", "User name or password not accepted");
  refuse_login(session, reply);
}

static void
accept_login(PstSession *session, const PstAccountConfig *account)
{
  g_free(session->login_account);
  session->login_account = account != NULL ? g_strdup(account->name) : NULL;
  session->login_deadline = 0;
  pst_server_engine_accept(session->engine);
}

/* The relay's own password guards the port; the name chooses the account where it belongs to one. */
static void
handle_local(PstSession *session, const PstCredentials *credentials)
{
  if (pst_secret_equal(credentials->password, session->relay->local_password))
    accept_login(session, pst_configuration_account_for_login(session->configuration, credentials->user));
  else
    refuse_unknown(session);
}

static const PstAccountConfig *
account_of_login(PstSession *session, const PstCredentials *credentials)
{
  const PstAccountConfig *account =
      pst_configuration_account_for_login(session->configuration, credentials->user);
  const char *bound = session->listener->account;
  if (account == NULL || account->authentication != PST_ACCOUNT_AUTH_PASS_THROUGH)
    return NULL;
  return bound == NULL || g_str_equal(bound, account->name) ? account : NULL;
}

static void
answer_upstream_verdict(PstSession *session, const PstReply *reply, PstReason *reason)
{
  if (reply == NULL) {
    pst_session_refuse_reason(session, reason);
    return;
  }
  g_autofree char *words = pst_reply_words(reply);
  gboolean temporary = pst_reply_is_temporary(reply);
  g_autoptr(PstReply) verdict = pst_reply_new(temporary ? 454 : 535, temporary ? "4.7.0" : "5.7.8", words);
  refuse_login(session, verdict);
}

static void
handle_pass_through(PstSession *session, const PstCredentials *credentials)
{
  g_autoptr(PstReply) reply = NULL;
  PstReason *reason = NULL;
  const PstAccountConfig *account = account_of_login(session, credentials);
  if (account == NULL) {
    refuse_unknown(session);
    return;
  }
  pst_login_forget(session);
  gint64 deadline = g_get_monotonic_time() + LOGIN_ANSWER_TIMEOUT;
  session->upstream = connect_as(session, account, credentials, deadline, &reply, &reason);
  if (session->upstream == NULL) {
    answer_upstream_verdict(session, reply, reason);
    return;
  }
  session->credentials = copy_credentials(credentials);
  accept_login(session, account);
}

void
pst_login_handle(PstSession *session)
{
  const PstCredentials *credentials = pst_server_engine_get_credentials(session->engine);
  /* Acting for somebody else is not offered (RFC 4616 section 2). */
  if (credentials->authzid[0] != '\0' && !g_str_equal(credentials->authzid, credentials->user)) {
    refuse_unknown(session);
    return;
  }
  if (session->listener->authentication == PST_LISTENER_AUTH_PASS_THROUGH)
    handle_pass_through(session, credentials);
  else
    handle_local(session, credentials);
}
