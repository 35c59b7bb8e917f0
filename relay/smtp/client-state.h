/* Client state: what client-engine.c (the session) and client-transaction.c (one message) share. Private to
 * the engine.
 *
 * Every command written queues what its reply will mean, so replies are never guessed at: they are read in
 * the order of the queue, and a reply nothing waits for ends the session. */
#pragma once
#include "relay/smtp/body-writer.h"
#include "relay/smtp/client-engine.h"
#include "relay/smtp/reply-parser.h"

G_BEGIN_DECLS

#define PST_CLIENT_MAX_UNANSWERED 1000 /* commands in flight */

typedef enum {
  PST_EXPECT_GREETING,
  PST_EXPECT_EHLO,
  PST_EXPECT_STARTTLS,
  PST_EXPECT_AUTH,
  PST_EXPECT_MAIL,
  PST_EXPECT_RCPT,
  PST_EXPECT_DATA,
  PST_EXPECT_CHUNK, /* BDAT without LAST */
  PST_EXPECT_END,   /* the dot or BDAT LAST */
  PST_EXPECT_RSET,
} PstExpectation;

typedef enum {
  PST_STAGE_NONE,       /* no transaction */
  PST_STAGE_ENVELOPE,   /* MAIL and RCPT are under way */
  PST_STAGE_DATA,       /* DATA was written */
  PST_STAGE_BODY,       /* GO was given */
  PST_STAGE_PAST_END,   /* the dot or LAST is in the output */
  PST_STAGE_REFUSED,    /* NO_GO was given: the host gives it up */
  PST_STAGE_CLOSE_ONLY, /* the server waits for a message that must not come */
  PST_STAGE_ABORTING,   /* RSET waits for its turn */
  PST_STAGE_RESETTING,  /* RSET was written */
} PstStage;

struct PstClientEngine {
  char *helo_name;
  gboolean starttls;
  gboolean tls;
  gboolean handshake; /* 220 to STARTTLS was read, tls_started() has not come */
  gboolean ended;     /* QUIT or a fault: whatever comes in is dropped */
  PstClientFault fault;
  PstExtensions extensions;
  PstByteQueue *input;
  PstByteQueue *output;
  PstReplyParser *parser;
  PstReply *reply;
  GQueue expected;        /* of PstExpectation */
  GQueue events;          /* of PstClientEvent, all about the last reply */
  GPtrArray *login_lines; /* still to be said */

  PstStage stage;
  GPtrArray *commands; /* MAIL and RCPT lines */
  guint n_written;
  guint n_answered;
  gboolean single;  /* one recipient */
  gboolean refused; /* MAIL, a RCPT or a chunk was */
  gboolean chunking;
  guint recipient; /* of the last RECIPIENT event */
  PstBodyWriter *body;
};

void pst_client_engine_push_event(PstClientEngine *engine, PstClientEvent event);
void pst_client_engine_fail(PstClientEngine *engine, PstClientFault fault);
/* A reply, or a part of one, is here before its command was written: it answers nothing. */
gboolean pst_client_engine_is_ahead(const PstClientEngine *engine);
/* May a command be written now, or must replies be waited for? */
gboolean pst_client_engine_may_write(const PstClientEngine *engine);
void pst_client_engine_expect(PstClientEngine *engine, PstExpectation expectation);
/* Writes a line and expects its reply; FALSE when the output has no room now. */
gboolean pst_client_engine_command(PstClientEngine *engine, PstExpectation expectation, const char *line);

/* The reply to a command of the transaction; @accepted: it was the positive one. */
void pst_client_transaction_answered(PstClientEngine *engine, PstExpectation expectation, gboolean accepted);
/* Writes what may be written now. */
void pst_client_transaction_advance(PstClientEngine *engine);

G_END_DECLS
