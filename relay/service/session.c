#include "relay/service/session.h"
#include "relay/net/peer-uid.h"
#include "relay/service/login.h"
#include "relay/service/requirement-of.h"
#include "relay/service/sender.h"
#include "relay/service/submission.h"
#include <sys/socket.h>
#include <unistd.h>

#define MAX_SESSIONS    100
#define MAX_RECIPIENTS  1000
#define COMMAND_TIMEOUT (300 * G_USEC_PER_SEC) /* RFC 5321 4.5.3.2.7 */
#define LOGIN_TIMEOUT   (60 * G_USEC_PER_SEC)  /* a client that will not log in must not hold a thread */
#define NOTICEABLE_WAIT 1000                   /* less, and the octets had been there already */
#define WRITE_TIMEOUT   (60 * G_USEC_PER_SEC)
#define TLS_TIMEOUT     (30 * G_USEC_PER_SEC)

PstReply *
pst_session_reply_of(const PstRefusal *refusal)
{
  return pst_reply_new(refusal->code, refusal->enhanced, refusal->text);
}

void
pst_session_refuse(PstSession *session, PstRefusal *refusal)
{
  g_autoptr(PstRefusal) owned = refusal;
  g_autoptr(PstReply) reply = pst_session_reply_of(owned);
  if (owned->code == 421)
    pst_server_engine_shut_down(session->engine, reply);
  else
    pst_server_engine_refuse(session->engine, reply);
}

void
pst_session_refuse_reason(PstSession *session, PstReason *reason)
{
  g_autoptr(PstReason) owned = reason;
  pst_session_refuse(session, pst_refusal_for_reason(owned));
}

static void
write_some(PstSession *session)
{
  PstByteQueue *output = pst_server_engine_get_output(session->engine);
  gsize length, put;
  const guint8 *data = pst_byte_queue_peek(output, &length);
  while (length > 0 && pst_channel_write(session->channel, data, length, &put) == PST_IO_DONE) {
    pst_byte_queue_pop(output, put);
    data = pst_byte_queue_peek(output, &length);
  }
}

gboolean
pst_session_flush(PstSession *session)
{
  PstByteQueue *output = pst_server_engine_get_output(session->engine);
  gint64 deadline = g_get_monotonic_time() + WRITE_TIMEOUT;
  for (;;) {
    gsize before = pst_byte_queue_get_length(output);
    write_some(session);
    if (pst_byte_queue_get_length(output) == 0)
      return TRUE;
    PstWaitItem item = { session->channel, FALSE, TRUE };
    gboolean ready = pst_channel_wait(&item, 1, deadline, session->relay->stopping) == PST_WAIT_READY;
    /* Writable and yet nothing moved: the connection is broken. */
    write_some(session);
    if (!ready || pst_byte_queue_get_length(output) == before) {
      session->gone = TRUE;
      return FALSE;
    }
  }
}

static void
close_with(PstSession *session, PstReasonCode code)
{
  g_autoptr(PstReason) reason = pst_reason_new(code, NULL);
  g_autoptr(PstRefusal) refusal = pst_refusal_for_reason(reason);
  g_autoptr(PstReply) reply = pst_reply_new(421, "4.3.2", refusal->text);
  pst_server_engine_shut_down(session->engine, reply);
}

static void
time_out(PstSession *session)
{
  g_autoptr(PstReply) reply = pst_reply_new(421, "4.4.2", "Nothing was heard for too long");
  pst_server_engine_shut_down(session->engine, reply);
}

/* Between messages the session ends as soon as the relay is to stop; within one, only when it must. */
static GCancellable *
cancellable_now(PstSession *session)
{
  gboolean busy = pst_server_engine_get_envelope(session->engine) != NULL;
  return busy ? session->relay->stopping : session->relay->draining;
}

static void
wait_client(PstSession *session)
{
  gint64 deadline = g_get_monotonic_time() + COMMAND_TIMEOUT;
  if (session->login_deadline != 0)
    deadline = MIN(deadline, session->login_deadline);
  PstWaitItem item = { session->channel, TRUE, FALSE };
  gint64 asked = g_get_monotonic_time();
  PstWaitResult result = pst_channel_wait(&item, 1, deadline, cancellable_now(session));
  gint64 now = g_get_monotonic_time();
  if (now - asked >= NOTICEABLE_WAIT)
    session->waited_at = now;
  switch (result) {
  case PST_WAIT_READY:
    break;
  case PST_WAIT_TIMEOUT:
    time_out(session);
    return;
  case PST_WAIT_CANCELLED:
    close_with(session, PST_REASON_SHUTTING_DOWN);
    return;
  }
  gsize got;
  PstIoStatus status = pst_channel_read(session->channel, session->input, PST_SESSION_INPUT, &got);
  session->input_start = 0;
  session->input_end = got;
  session->gone = status == PST_IO_END || status == PST_IO_ERROR;
}

PstServerEvent
pst_session_next_event(PstSession *session)
{
  for (;;) {
    PstServerEvent event = pst_server_engine_next_event(session->engine);
    if (event != PST_SERVER_NONE)
      return event;
    gsize held = session->input_end - session->input_start;
    gsize taken = pst_server_engine_feed(session->engine, session->input + session->input_start, held);
    session->input_start += taken;
    if (taken > 0)
      continue;
    /* Replies to a pipelined group go out together, once its commands are all answered. */
    if (session->gone || !pst_session_flush(session))
      return PST_SERVER_CLOSE;
    wait_client(session);
  }
}

static gboolean
start_tls(PstSession *session)
{
  gint64 deadline = g_get_monotonic_time() + TLS_TIMEOUT;
  gnutls_session_t tls = pst_tls_server_session(session->relay->tls_server);
  return tls != NULL &&
         pst_channel_handshake(session->channel, tls, deadline, session->relay->stopping) == GNUTLS_E_SUCCESS;
}

static void
handle_starttls(PstSession *session)
{
  session->gone = !pst_session_flush(session) || !start_tls(session);
  session->input_start = session->input_end = 0;
  if (session->gone)
    return;
  pst_server_engine_tls_started(session->engine);
  pst_login_forget(session);
}

/* FALSE: the session is over. */
static gboolean
handle_event(PstSession *session, PstServerEvent event)
{
  switch (event) {
  case PST_SERVER_STARTTLS:
    handle_starttls(session);
    break;
  case PST_SERVER_AUTH:
    pst_login_handle(session);
    break;
  case PST_SERVER_MAIL:
    pst_sender_handle_mail(session);
    break;
  case PST_SERVER_RCPT:
    /* A floor is refused after the data: only then are all recipients and the subject known that a grant goes
     * by. */
    pst_requirement_foresee(session);
    pst_server_engine_accept(session->engine);
    break;
  case PST_SERVER_DATA:
    pst_submission_run(session);
    break;
  case PST_SERVER_CLOSE:
    return FALSE;
  case PST_SERVER_NONE:
  case PST_SERVER_RESET:
  case PST_SERVER_BODY:
  case PST_SERVER_BODY_END:
    break;
  }
  return !session->gone;
}

static gboolean
peer_is_ours(PstSession *session)
{
  uid_t uid;
  if (!session->configuration->peer_check_uid)
    return TRUE;
  return pst_peer_uid(pst_channel_get_fd(session->channel), &uid) == PST_PEER_KNOWN && uid == geteuid();
}

static PstServerEngine *
make_engine(const PstListenerConfig *listener)
{
  gboolean password = listener->authentication != PST_LISTENER_AUTH_NONE;
  gboolean pass_through = listener->authentication == PST_LISTENER_AUTH_PASS_THROUGH;
  gboolean starttls = listener->security == PST_SECURITY_STARTTLS;
  PstServerEngineOptions options = {
    .name = "localhost",
    .tls = listener->security == PST_SECURITY_TLS,
    .offer_starttls = starttls,
    .require_tls = starttls,
    .require_auth = password,
    .mechanisms = password ? PST_AUTH_PLAIN | (listener->offer_login ? PST_AUTH_LOGIN : 0) : 0,
    .auth_needs_tls = starttls || (pass_through && !listener->plain_pass_through),
    .max_recipients = MAX_RECIPIENTS,
  };
  return pst_server_engine_new(&options);
}

static const PstListenerConfig *
find_listener(const PstConfiguration *configuration, const char *name)
{
  for (guint i = 0; i < configuration->listeners->len; i++) {
    const PstListenerConfig *listener = configuration->listeners->pdata[i];
    if (g_str_equal(listener->name, name))
      return listener;
  }
  return NULL;
}

static void
session_free(PstSession *session)
{
  g_clear_pointer(&session->engine, pst_server_engine_free);
  pst_login_forget(session);
  g_clear_pointer(&session->channel, pst_channel_free);
  g_clear_pointer(&session->configuration, pst_configuration_unref);
  g_free(session->account);
  pst_wipe(session->input, sizeof session->input);
  g_free(session);
}

static gpointer
session_thread(gpointer data)
{
  PstSession *session = data;
  PstRelay *relay = session->relay;
  if (peer_is_ours(session) && (session->listener->security != PST_SECURITY_TLS || start_tls(session))) {
    while (handle_event(session, pst_session_next_event(session)))
      ;
    if (!session->gone && pst_session_flush(session))
      pst_channel_shutdown(session->channel);
  }
  session_free(session);
  pst_relay_thread_done(relay);
  return NULL;
}

void
pst_session_start(PstRelay *relay, const char *listener_name, int fd)
{
  static const char no_room[] = "421 4.3.2 Too many connections at once\r\n";
  PstSession *session = g_new0(PstSession, 1);
  session->relay = relay;
  session->channel = pst_channel_new(fd);
  session->configuration = pst_relay_ref_configuration(relay);
  session->listener = find_listener(session->configuration, listener_name);
  if (session->listener != NULL) {
    session->engine = make_engine(session->listener);
    if (session->listener->authentication != PST_LISTENER_AUTH_NONE)
      session->login_deadline = g_get_monotonic_time() + LOGIN_TIMEOUT;
    if (pst_relay_run_thread(relay, "session", MAX_SESSIONS, session_thread, session))
      return;
    gsize put;
    if (session->listener->security != PST_SECURITY_TLS)
      pst_channel_write(session->channel, (const guint8 *)no_room, sizeof no_room - 1, &put);
  }
  session_free(session);
}
