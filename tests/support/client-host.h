/* Client host: does to a client engine what the "< " lines of a dialogue say, and only what the engine's
 * header allows at that moment, so that fuzzed dialogues hold to the contract as well.
 *
 *   with starttls | with implicit-tls            options; the first line, or never
 *   tls                                          the handshake is done
 *   login USER PASSWORD | login none USER PASSWORD     "none": nothing usable was announced
 *   ping | quit
 *   begin SENDER|- RECIPIENT… [requiretls] [8bit] [smtputf8] [size=N] [ret=full|hdrs] [envid=X]
 * [notify=failure|never] body TEXT | fill N | finish TEXT             "fill": N times x abort yes | abort no
 * whether RSET may help */
#pragma once
#include "relay/smtp/client-engine.h"

G_BEGIN_DECLS

typedef struct PstClientHost PstClientHost;

PstClientHost *pst_client_host_new(void);
void pst_client_host_free(PstClientHost *host);

PstClientEngine *pst_client_host_get_engine(PstClientHost *host);
/* FALSE: unknown, not allowed now, or the engine answered otherwise than said. */
gboolean pst_client_host_act(PstClientHost *host, const char *action);
/* Takes all events the engine has. */
void pst_client_host_pull(PstClientHost *host);
/* The oldest event not taken yet, as "> " lines have it: name, index of the recipient, fault, code. NULL:
 * none. */
char *pst_client_host_take_event(PstClientHost *host);
/* A FAULT was pulled, or QUIT was said. */
gboolean pst_client_host_is_over(const PstClientHost *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstClientHost, pst_client_host_free)

G_END_DECLS
