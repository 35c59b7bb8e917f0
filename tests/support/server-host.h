/* Server host: does to a server engine what the "< " lines of a dialogue say, and only what the engine's
 * header allows at that moment, so that fuzzed dialogues hold to the contract as well.
 *
 *   with WORD…        options, the first line: tls starttls require-tls require-auth auth-needs-tls plain
 * login recipients=N accept | refuse 550 5.7.1 WORDS | reply 250 2.0.0 WORDS       answers to events; words
 * may have "\n" tls               the handshake is done shut-down 421 4.3.2 WORDS fill N            the
 * client sends N times x */
#pragma once
#include "relay/smtp/server-engine.h"

G_BEGIN_DECLS

typedef struct PstServerHost PstServerHost;

/* @step: octets the engine is fed at once. */
PstServerHost *pst_server_host_new(gsize step);
void pst_server_host_free(PstServerHost *host);

PstServerEngine *pst_server_host_get_engine(PstServerHost *host);
/* FALSE: unknown, or not allowed now. */
gboolean pst_server_host_act(PstServerHost *host, const char *action);
/* The client sends. FALSE: the engine does not take it all before an answer. */
gboolean pst_server_host_feed(PstServerHost *host, const guint8 *data, gsize length);
/* The oldest event not taken yet, as "> " lines have it, odd octets escaped. All spans of a message come as
 * one BODY when its end has come. NULL: none. Caller frees. */
char *pst_server_host_take_event(PstServerHost *host);
/* An event waits for accept(), refuse() or reply(). */
PstServerEvent pst_server_host_get_unanswered(const PstServerHost *host);
/* CLOSE was pulled. */
gboolean pst_server_host_is_over(const PstServerHost *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstServerHost, pst_server_host_free)

G_END_DECLS
