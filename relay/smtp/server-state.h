/* Server state: what the files of the server engine share; nobody else includes it.
 *
 * server-engine.c moves octets, events and answers; server-commands.c decides what a command does. */
#pragma once
#include "relay/smtp/command.h"
#include "relay/smtp/line-splitter.h"
#include "relay/smtp/server-engine.h"
#include "relay/smtp/stock-reply.h"

G_BEGIN_DECLS

typedef enum {
  PST_SERVER_PHASE_COMMAND,
  PST_SERVER_PHASE_LOGIN, /* the next line is a response to a challenge */
  PST_SERVER_PHASE_BODY,
  PST_SERVER_PHASE_HANDSHAKE,
  PST_SERVER_PHASE_CLOSING, /* CLOSE is to be told */
  PST_SERVER_PHASE_CLOSED,
} PstServerPhase;

struct PstServerEngine {
  PstServerEngineOptions options;
  char *name;
  PstServerPhase phase;
  PstServerEvent unanswered; /* NONE: commands may be read */
  PstByteQueue *input;
  PstByteQueue *output;
  PstLineSplitter *splitter;
  guint bad_commands;

  gboolean tls;
  gboolean authenticated;
  gboolean extended; /* greeted with EHLO */
  char *client_name; /* NULL until greeted */
  PstEnvelope *envelope;
  PstSaslServer *sasl;
  PstCredentials *credentials;

  PstBodyReader body_reader;
  const guint8 *body;
  gsize body_length;
  gsize body_taken; /* octets of the input the last BODY event is about */
};

/* server-engine.c */
void pst_server_say(PstServerEngine *engine, PstStockReply reply);
void pst_server_close(PstServerEngine *engine);

/* server-commands.c: a whole line (without CRLF) came; what the host must know of it. */
PstServerEvent pst_server_run_command(PstServerEngine *engine, const char *line, gsize length);
PstServerEvent pst_server_run_login_line(PstServerEngine *engine, const char *line, gsize length);

G_END_DECLS
