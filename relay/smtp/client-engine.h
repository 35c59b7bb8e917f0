/* SMTP client engine: the protocol towards a submission server or MX (RFC 5321, 1870, 2920, 3030, 3207, 3461,
 * 4954, 6152, 6531, 8689) as a state machine without I/O.
 *
 * Pulled: feed octets, take events until NONE, take output to write. The host decides when to start TLS, log
 * in, and begin a transaction; the engine decides what may be pipelined. Only what the server announced in
 * its last EHLO, the one after TLS, counts. A transaction's final octets (the dot, BDAT LAST) are written
 * only by pst_client_engine_finish(): the host calls it when nothing speaks against the message any more. Not
 * thread-safe. */
#pragma once
#include "relay/base/byte-queue.h"
#include "relay/base/secret.h"
#include "relay/mail/envelope.h"
#include "relay/smtp/extensions.h"
#include "relay/smtp/reply.h"

G_BEGIN_DECLS

typedef struct PstClientEngine PstClientEngine;

typedef struct {
  const char *helo_name; /* EHLO argument: must give nothing away, e.g. "[127.0.0.1]" or "localhost" */
  gboolean implicit_tls; /* the host has done the handshake before the greeting */
  gboolean starttls;     /* go for STARTTLS after the first EHLO; not offered: FAULT STARTTLS_NOT_OFFERED */
} PstClientEngineOptions;

typedef enum {
  PST_CLIENT_NONE,      /* feed more, or write the output */
  PST_CLIENT_STARTTLS,  /* 220 was read and nothing behind it: do the handshake, then tls_started() */
  PST_CLIENT_READY,     /* EHLO is answered (after TLS where asked for): extensions are valid */
  PST_CLIENT_AUTH,      /* the verdict on the login, see get_reply() */
  PST_CLIENT_SENDER,    /* answer to MAIL, see get_reply() */
  PST_CLIENT_RECIPIENT, /* answer to one RCPT (251: will forward), see get_reply() and get_recipient(); in
                           order */
  PST_CLIENT_ENVELOPE,  /* all answers to MAIL and RCPT are in */
  PST_CLIENT_GO,        /* body may be given (354 was read, or BDAT is used); comes once per transaction */
  PST_CLIENT_NO_GO,     /* DATA or a BDAT chunk was refused before the end, see get_reply() */
  PST_CLIENT_FINAL,     /* the answer to the end of data, see get_reply() */
  PST_CLIENT_IDLE,      /* RSET or NOOP answered, or the transaction is over: a new one may begin */
  PST_CLIENT_FAULT,     /* the connection is of no further use, see get_fault(); nothing follows */
} PstClientEvent;

typedef enum {
  PST_CLIENT_FAULT_NONE,
  PST_CLIENT_FAULT_GREETING,         /* greeting or EHLO was refused, see get_reply() */
  PST_CLIENT_FAULT_NO_STARTTLS,      /* not announced */
  PST_CLIENT_FAULT_STARTTLS_REFUSED, /* see get_reply() */
  PST_CLIENT_FAULT_INJECTION, /* octets behind the 220 of STARTTLS, before TLS (RFC 3207, CVE-2011-0411 class)
                               */
  PST_CLIENT_FAULT_PROTOCOL,  /* not SMTP, or a ceiling was passed */
  PST_CLIENT_FAULT_CLOSING,   /* 421 at any time, see get_reply() */
  PST_CLIENT_FAULT_NOT_CARRIED, /* begin() needs what was not announced (REQUIRETLS, SMTPUTF8): nothing was
                                   written */
  PST_CLIENT_FAULT_ABORTED,     /* 354 came after abort(): only closing takes the message back */
} PstClientFault;

typedef struct {
  gboolean requiretls; /* add the parameter; the caller has checked that it was announced after TLS */
  gint64 size;         /* SIZE= where announced; -1: not known */
  gboolean body_8bit;  /* BODY=8BITMIME where announced */
  gboolean smtputf8;
  PstRet ret;               /* with DSN announced */
  const char *envid;        /* xtext, or NULL; copied */
  PstNotify default_notify; /* for recipients without NOTIFY; UNSET: none */
} PstClientTransaction;

PstClientEngine *pst_client_engine_new(const PstClientEngineOptions *options);
void pst_client_engine_free(PstClientEngine *engine);

gsize pst_client_engine_feed(PstClientEngine *engine, const guint8 *data, gsize length);
PstClientEvent pst_client_engine_next_event(PstClientEngine *engine);
PstByteQueue *pst_client_engine_get_output(PstClientEngine *engine);

/* After PST_CLIENT_STARTTLS and the handshake: everything said before is forgotten, EHLO is sent again. */
void pst_client_engine_tls_started(PstClientEngine *engine);

/* After READY. PLAIN with initial response, else LOGIN; FALSE when neither is announced. Wipes its copy. */
gboolean pst_client_engine_login(PstClientEngine *engine, const char *user, const PstSecret *password);

/* RSET as a sign of life of an idle connection; IDLE follows. */
void pst_client_engine_ping(PstClientEngine *engine);

/* After READY or IDLE: MAIL and RCPTs go out, pipelined where announced. With CHUNKING and PIPELINING body
 * may follow at once (GO is queued). With one recipient and PIPELINING, DATA goes along too; with several,
 * DATA waits until every RCPT was answered positively. Does not keep @envelope. */
void pst_client_engine_begin(PstClientEngine *engine, const PstEnvelope *envelope,
                             const PstClientTransaction *transaction);

/* Octets of the message that body() or finish() take now; 0 also before GO. More may be taken once output was
 * written or a reply was read. */
gsize pst_client_engine_can_take_body(const PstClientEngine *engine);
/* After GO: octets of the message (CRLF line ends, not dot-stuffed), at most can_take_body(): more is a
 * fault. */
void pst_client_engine_body(PstClientEngine *engine, const guint8 *data, gsize length);
/* The end: @data is the last piece (may be empty, at most can_take_body()), LAST or the dot goes out. FINAL
 * follows, then IDLE. Allowed when ENVELOPE has come and everybody was accepted; before it only with GO and a
 * single recipient: then SENDER and RECIPIENT still come, and a refusal there means not sent, whatever FINAL
 * says. NO_GO may still come too, for a chunk in flight; FINAL follows it. */
void pst_client_engine_finish(PstClientEngine *engine, const guint8 *data, gsize length);
/* TRUE from the moment the end is in the output until FINAL: what happens now is beyond recall. */
gboolean pst_client_engine_is_past_end(const PstClientEngine *engine);
/* Gives the transaction up. TRUE: RSET is queued and nothing but IDLE (or FAULT) follows; FALSE: only closing
 * the connection aborts (after 354, past the end). */
gboolean pst_client_engine_abort(PstClientEngine *engine);
/* QUIT is queued where the server takes commands; no answer is waited for, no event follows. */
void pst_client_engine_quit(PstClientEngine *engine);

gboolean pst_client_engine_is_tls(const PstClientEngine *engine);
const PstExtensions *pst_client_engine_get_extensions(const PstClientEngine *engine);
/* The reply the last event is about; owned by the engine, valid until the next call. */
const PstReply *pst_client_engine_get_reply(const PstClientEngine *engine);
guint pst_client_engine_get_recipient(const PstClientEngine *engine);
PstClientFault pst_client_engine_get_fault(const PstClientEngine *engine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstClientEngine, pst_client_engine_free)

G_END_DECLS
