/* SMTP server engine: the protocol of our listener (RFC 5321, 1870, 2034, 2920, 3207, 3461, 4954, 6152, 6531,
 * 8689) as a state machine without I/O.
 *
 * Pulled: feed octets, take events until NONE, answer those that need it, take output to write. While an
 * event waits for its answer the engine parses nothing further, so replies keep the order of commands. It
 * answers by itself what needs no host: EHLO, NOOP, RSET, VRFY, HELP, syntax and sequence errors, unknown
 * commands (three and it closes). Not thread-safe. Replies never echo what the client sent. Buffers are
 * bounded: a line has a ceiling, body is handed out as spans of what was fed. */
#pragma once
#include "relay/base/byte-queue.h"
#include "relay/base/secret.h"
#include "relay/mail/envelope.h"
#include "relay/smtp/body-reader.h"
#include "relay/smtp/reply.h"
#include "relay/smtp/sasl-server.h"

G_BEGIN_DECLS

typedef struct PstServerEngine PstServerEngine;

typedef struct {
  const char *name;        /* what we call ourselves in the greeting and EHLO, "localhost" */
  gboolean tls;            /* inside TLS from the first octet (implicit TLS) */
  gboolean offer_starttls; /* before TLS: announce STARTTLS */
  gboolean require_tls;    /* nothing but EHLO, NOOP, QUIT, STARTTLS before TLS: 530 5.7.0 */
  gboolean require_auth;   /* MAIL before AUTH: 530 5.7.0 */
  guint mechanisms;        /* PstAuthMechanism flags to announce and take; 0: AUTH not offered */
  gboolean auth_needs_tls; /* AUTH announced and taken only inside TLS (538 5.7.11) */
  guint max_recipients;    /* 452 4.5.3 beyond */
} PstServerEngineOptions;

typedef enum {
  PST_SERVER_NONE,     /* feed more, or write the output */
  PST_SERVER_STARTTLS, /* write the output, do the handshake, then pst_server_engine_tls_started() */
  PST_SERVER_AUTH,     /* credentials are complete: answer with accept() or refuse() */
  PST_SERVER_MAIL,     /* answer with accept() or refuse(); the envelope has sender and parameters */
  PST_SERVER_RCPT,     /* answer; the envelope's last recipient is the new one, gone again when refused */
  PST_SERVER_DATA,     /* answer with accept() (354 goes out) or refuse() */
  PST_SERVER_BODY,     /* a span of the message, see get_body(); no answer */
  PST_SERVER_BODY_END, /* the end of data was read: answer with pst_server_engine_reply() */
  PST_SERVER_RESET,    /* the transaction was dropped by RSET, EHLO or AUTH state; no answer */
  PST_SERVER_CLOSE,    /* write the output, then close (QUIT, too many errors, foreign protocol) */
} PstServerEvent;

PstServerEngine *pst_server_engine_new(const PstServerEngineOptions *options);
void pst_server_engine_free(PstServerEngine *engine);

/* Octets from the client. Returns how many were taken: all, unless a ceiling, an unanswered event or output
 * not yet written holds it up. */
gsize pst_server_engine_feed(PstServerEngine *engine, const guint8 *data, gsize length);
PstServerEvent pst_server_engine_next_event(PstServerEngine *engine);
/* Octets for the client; pop what was written. */
PstByteQueue *pst_server_engine_get_output(PstServerEngine *engine);

void pst_server_engine_accept(PstServerEngine *engine);
/* Copies @reply. At MAIL and RCPT the transaction stays as it was before the command, at DATA it is over. A
 * 421 closes, here and in reply() (RFC 5321 section 3.8). */
void pst_server_engine_refuse(PstServerEngine *engine, const PstReply *reply);
/* The answer to BODY_END. Copies @reply; the transaction is over. */
void pst_server_engine_reply(PstServerEngine *engine, const PstReply *reply);
/* Says 421 (@reply) and closes: shutdown, time-out, ceiling. Valid at any time. */
void pst_server_engine_shut_down(PstServerEngine *engine, const PstReply *reply);

/* After the handshake: forgets everything the client said before (RFC 3207 section 4.2). Octets that came in
 * plain after STARTTLS have already closed the session (T16). */
void pst_server_engine_tls_started(PstServerEngine *engine);

gboolean pst_server_engine_is_tls(const PstServerEngine *engine);
gboolean pst_server_engine_is_authenticated(const PstServerEngine *engine);
/* The argument of EHLO or HELO, cleaned; NULL before. */
const char *pst_server_engine_get_client_name(const PstServerEngine *engine);
/* Owned by the engine. Valid during AUTH. */
const PstCredentials *pst_server_engine_get_credentials(const PstServerEngine *engine);
/* Owned by the engine; NULL when no transaction is open. */
PstEnvelope *pst_server_engine_get_envelope(PstServerEngine *engine);
/* After PST_SERVER_BODY: octets without dot-stuffing, CRLF line ends included; valid until the next call. */
const guint8 *pst_server_engine_get_body(const PstServerEngine *engine, gsize *length);
/* What has been seen in the body so far. */
PstBodyFlaw pst_server_engine_get_body_flaws(const PstServerEngine *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstServerEngine, pst_server_engine_free)

G_END_DECLS
