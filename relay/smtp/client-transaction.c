#include "relay/smtp/client-state.h"
#include "relay/smtp/transaction-commands.h"

/* Chunks that each wait for the answer to the one before are slower than DATA. */
#define CHUNKS_AHEAD (PST_EXT_CHUNKING | PST_EXT_PIPELINING)

static gboolean
envelope_is_answered(const PstClientEngine *engine)
{
  return engine->n_written == engine->commands->len && engine->n_answered == engine->n_written;
}

/* Without waiting for answers DATA may only go to a single recipient: with several, the message could end up
 * with some of them only. Chunks may run ahead for any number, because nothing is final before LAST. */
static gboolean
may_go_ahead(const PstClientEngine *engine)
{
  if (engine->refused)
    return FALSE;
  if (engine->chunking)
    return TRUE;
  gboolean pipelining = engine->extensions.flags & PST_EXT_PIPELINING;
  return (pipelining && engine->single) || envelope_is_answered(engine);
}

static gboolean
start_body(PstClientEngine *engine, PstFraming framing)
{
  if (!pst_body_writer_start(engine->body, framing))
    return FALSE;
  engine->stage = PST_STAGE_BODY;
  pst_client_engine_push_event(engine, PST_CLIENT_GO);
  return TRUE;
}

static gboolean
write_next_recipient(PstClientEngine *engine)
{
  PstExpectation expectation = engine->n_written == 0 ? PST_EXPECT_MAIL : PST_EXPECT_RCPT;
  const char *line = g_ptr_array_index(engine->commands, engine->n_written);
  if (!pst_client_engine_command(engine, expectation, line))
    return FALSE;
  engine->n_written++;
  return TRUE;
}

static gboolean
write_envelope(PstClientEngine *engine)
{
  if (engine->n_written < engine->commands->len)
    return write_next_recipient(engine);
  if (!may_go_ahead(engine))
    return FALSE;
  if (engine->chunking)
    return start_body(engine, PST_FRAMING_CHUNKS);
  if (!pst_client_engine_command(engine, PST_EXPECT_DATA, "DATA\r\n"))
    return FALSE;
  engine->stage = PST_STAGE_DATA;
  return TRUE;
}

static gboolean
write_reset(PstClientEngine *engine)
{
  if (!pst_client_engine_command(engine, PST_EXPECT_RSET, "RSET\r\n"))
    return FALSE;
  engine->stage = PST_STAGE_RESETTING;
  return TRUE;
}

static gboolean
write_next(PstClientEngine *engine)
{
  if (!pst_client_engine_may_write(engine))
    return FALSE;
  switch (engine->stage) {
  case PST_STAGE_ENVELOPE:
    return write_envelope(engine);
  case PST_STAGE_ABORTING:
    return write_reset(engine);
  case PST_STAGE_NONE:
  case PST_STAGE_DATA:
  case PST_STAGE_BODY:
  case PST_STAGE_PAST_END:
  case PST_STAGE_REFUSED:
  case PST_STAGE_CLOSE_ONLY:
  case PST_STAGE_RESETTING:
    return FALSE;
  }
  return FALSE;
}

void
pst_client_transaction_advance(PstClientEngine *engine)
{
  while (write_next(engine))
    ;
}

static gboolean
is_given_up(const PstClientEngine *engine)
{
  return engine->stage == PST_STAGE_ABORTING || engine->stage == PST_STAGE_RESETTING;
}

static void
envelope_answered(PstClientEngine *engine, gboolean accepted)
{
  gboolean is_sender = engine->n_answered++ == 0;
  if (is_given_up(engine))
    return;
  if (!accepted)
    engine->refused = TRUE;
  if (is_sender) {
    pst_client_engine_push_event(engine, PST_CLIENT_SENDER);
    /* Not pipelined, nothing is gained by asking for recipients of a message that has no sender. */
    if (!accepted)
      g_ptr_array_set_size(engine->commands, engine->n_written);
  } else {
    engine->recipient = engine->n_answered - 2;
    pst_client_engine_push_event(engine, PST_CLIENT_RECIPIENT);
  }
  if (envelope_is_answered(engine))
    pst_client_engine_push_event(engine, PST_CLIENT_ENVELOPE);
}

/* RFC 2920 section 3.1 allows a server 354 although no recipient was accepted. What came next would be a
 * message, so there is no way out but closing; likewise when the transaction was given up meanwhile. */
static void
data_answered(PstClientEngine *engine, gboolean accepted)
{
  if (is_given_up(engine)) {
    if (accepted) {
      engine->stage = PST_STAGE_CLOSE_ONLY;
      pst_client_engine_fail(engine, PST_CLIENT_FAULT_ABORTED);
    }
  } else if (!accepted || engine->refused) {
    engine->stage = accepted ? PST_STAGE_CLOSE_ONLY : PST_STAGE_REFUSED;
    pst_client_engine_push_event(engine, PST_CLIENT_NO_GO);
  } else if (!start_body(engine, PST_FRAMING_DOTS)) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
  }
}

static void
chunk_answered(PstClientEngine *engine, gboolean accepted)
{
  if (accepted || engine->refused || is_given_up(engine))
    return;
  engine->refused = TRUE;
  if (engine->stage != PST_STAGE_PAST_END)
    engine->stage = PST_STAGE_REFUSED;
  pst_client_engine_push_event(engine, PST_CLIENT_NO_GO);
}

/* A refused end may leave the transaction open at the server (RFC 3030 has it so for BDAT): RSET makes sure.
 */
static void
end_answered(PstClientEngine *engine, gboolean accepted)
{
  pst_client_engine_push_event(engine, PST_CLIENT_FINAL);
  if (accepted && !engine->refused) {
    engine->stage = PST_STAGE_NONE;
    pst_client_engine_push_event(engine, PST_CLIENT_IDLE);
  } else {
    engine->stage = PST_STAGE_ABORTING;
  }
}

static void
reset_answered(PstClientEngine *engine, gboolean accepted)
{
  if (!accepted) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
    return;
  }
  engine->stage = PST_STAGE_NONE;
  pst_client_engine_push_event(engine, PST_CLIENT_IDLE);
}

void
pst_client_transaction_answered(PstClientEngine *engine, PstExpectation expectation, gboolean accepted)
{
  switch (expectation) {
  case PST_EXPECT_MAIL:
  case PST_EXPECT_RCPT:
    envelope_answered(engine, accepted);
    break;
  case PST_EXPECT_DATA:
    data_answered(engine, accepted);
    break;
  case PST_EXPECT_CHUNK:
    chunk_answered(engine, accepted);
    break;
  case PST_EXPECT_END:
    end_answered(engine, accepted);
    break;
  case PST_EXPECT_RSET:
    reset_answered(engine, accepted);
    break;
  case PST_EXPECT_GREETING:
  case PST_EXPECT_EHLO:
  case PST_EXPECT_STARTTLS:
  case PST_EXPECT_AUTH:
    g_assert_not_reached();
  }
}

/* REQUIRETLS counts only where it was announced inside TLS (RFC 8689 section 2). */
static GPtrArray *
new_commands(const PstClientEngine *engine, const PstEnvelope *envelope,
             const PstClientTransaction *transaction)
{
  if (transaction->requiretls && !engine->tls)
    return NULL;
  return pst_transaction_commands_new(envelope, transaction, &engine->extensions);
}

void
pst_client_engine_begin(PstClientEngine *engine, const PstEnvelope *envelope,
                        const PstClientTransaction *transaction)
{
  g_return_if_fail(engine->stage == PST_STAGE_NONE && g_queue_is_empty(&engine->expected));
  g_return_if_fail(envelope->recipients->len > 0);
  g_clear_pointer(&engine->reply, pst_reply_free);
  g_clear_pointer(&engine->commands, g_ptr_array_unref);
  engine->commands = new_commands(engine, envelope, transaction);
  if (engine->commands == NULL) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_NOT_CARRIED);
    return;
  }
  engine->stage = PST_STAGE_ENVELOPE;
  engine->n_written = 0;
  engine->n_answered = 0;
  engine->single = envelope->recipients->len == 1;
  engine->refused = FALSE;
  engine->chunking = (engine->extensions.flags & CHUNKS_AHEAD) == CHUNKS_AHEAD;
  pst_client_transaction_advance(engine);
}

/* Something to read while nothing was asked is the end of the session, which next_event() will find; until
 * then nothing more is said. */
static gboolean
takes_body(const PstClientEngine *engine)
{
  return engine->stage == PST_STAGE_BODY && !engine->ended && !pst_client_engine_is_ahead(engine);
}

gsize
pst_client_engine_can_take_body(const PstClientEngine *engine)
{
  if (!takes_body(engine) || engine->expected.length >= PST_CLIENT_MAX_UNANSWERED)
    return 0;
  return pst_body_writer_get_room(engine->body);
}

void
pst_client_engine_body(PstClientEngine *engine, const guint8 *data, gsize length)
{
  gboolean chunk = FALSE;
  if (!takes_body(engine))
    return;
  /* Octets that find no room must not be lost in silence: what was sent is never finished. */
  if (length > pst_client_engine_can_take_body(engine) ||
      !pst_body_writer_add(engine->body, data, length, &chunk))
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
  if (chunk)
    pst_client_engine_expect(engine, PST_EXPECT_CHUNK);
}

void
pst_client_engine_finish(PstClientEngine *engine, const guint8 *data, gsize length)
{
  if (!takes_body(engine))
    return;
  g_return_if_fail(!engine->refused);
  g_return_if_fail(envelope_is_answered(engine) || (engine->single && engine->chunking));
  if (!pst_body_writer_finish(engine->body, data, length)) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
    return;
  }
  pst_client_engine_expect(engine, PST_EXPECT_END);
  engine->stage = PST_STAGE_PAST_END;
}

gboolean
pst_client_engine_is_past_end(const PstClientEngine *engine)
{
  return engine->stage == PST_STAGE_PAST_END;
}

gboolean
pst_client_engine_abort(PstClientEngine *engine)
{
  switch (engine->stage) {
  case PST_STAGE_BODY:
    if (!engine->chunking)
      return FALSE;
    break;
  case PST_STAGE_CLOSE_ONLY:
  case PST_STAGE_PAST_END:
    return FALSE;
  case PST_STAGE_ABORTING:
  case PST_STAGE_RESETTING:
    return !engine->ended;
  case PST_STAGE_NONE:
  case PST_STAGE_ENVELOPE:
  case PST_STAGE_DATA:
  case PST_STAGE_REFUSED:
    break;
  }
  if (engine->ended)
    return FALSE;
  g_queue_clear(&engine->events);
  engine->stage = PST_STAGE_ABORTING;
  pst_client_transaction_advance(engine);
  return TRUE;
}
