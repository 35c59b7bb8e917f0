/* Session: one client connection, from accept to close, in one thread of straight-line code.
 *
 * Owned by its thread. Files of this room that serve one step of it (login, sender, submission) share this
 * struct. */
#pragma once
#include "relay/net/channel.h"
#include "relay/policy/refusal.h"
#include "relay/service/relay.h"
#include "relay/smtp/server-engine.h"

G_BEGIN_DECLS

#define PST_SESSION_INPUT (32 * 1024)

typedef struct {
  PstRelay *relay;
  PstConfiguration *configuration; /* as it was when the client connected */
  const PstListenerConfig *listener;
  PstChannel *channel;
  PstServerEngine *engine;
  guint8 input[PST_SESSION_INPUT];
  gsize input_start, input_end;
  gint64 waited_at;      /* when the client's octets were last waited for; microseconds, monotonic */
  gboolean gone;         /* the client has left */
  gint64 login_deadline; /* microseconds, monotonic; 0 once logged in */

  guint failed_logins;
  char *login_account;         /* the account the login belongs to, or NULL */
  char *pool_key;              /* under which the session's upstream connection goes back to the pool */
  PstCredentials *credentials; /* pass-through: for later connections of this session */
  PstUpstream
      *upstream; /* pass-through: the connection on which the login was proven, until a message uses it */

  char *account; /* of the open transaction */
} PstSession;

/* Takes ownership of @fd. Starts the thread; when there is no room, says 421 and closes. */
void pst_session_start(PstRelay *relay, const char *listener_name, int fd);

/* Writes what is to be written, reads, and gives the engine's next event. CLOSE when the client left or time
 * was up (session->gone then). */
PstServerEvent pst_session_next_event(PstSession *session);

/* Writes all output within a minute. FALSE: the client left. */
gboolean pst_session_flush(PstSession *session);

/* The engine's answer for a refusal or reason; both are taken over. */
void pst_session_refuse(PstSession *session, PstRefusal *refusal);
void pst_session_refuse_reason(PstSession *session, PstReason *reason);

PstReply *pst_session_reply_of(const PstRefusal *refusal);

G_END_DECLS
