#include "relay/smtp/client-engine.h"
#include "relay/smtp/client-state.h"
#include "relay/smtp/login-lines.h"
#include <string.h>

#define INPUT_CEILING  (64 * 1024)
#define OUTPUT_CEILING (256 * 1024)

PstClientEngine *
pst_client_engine_new(const PstClientEngineOptions *options)
{
  PstClientEngine *engine = g_new0(PstClientEngine, 1);
  engine->helo_name = g_strdup(options->helo_name);
  engine->tls = options->implicit_tls;
  engine->starttls = options->starttls && !options->implicit_tls;
  engine->input = pst_byte_queue_new(INPUT_CEILING);
  engine->output = pst_byte_queue_new(OUTPUT_CEILING);
  engine->parser = pst_reply_parser_new();
  engine->body = pst_body_writer_new(engine->output);
  g_queue_init(&engine->expected);
  g_queue_init(&engine->events);
  pst_client_engine_expect(engine, PST_EXPECT_GREETING);
  return engine;
}

void
pst_client_engine_free(PstClientEngine *engine)
{
  if (engine == NULL)
    return;
  g_free(engine->helo_name);
  pst_byte_queue_free(engine->input);
  pst_byte_queue_free(engine->output);
  pst_reply_parser_free(engine->parser);
  pst_reply_free(engine->reply);
  g_queue_clear(&engine->expected);
  g_queue_clear(&engine->events);
  g_clear_pointer(&engine->login_lines, g_ptr_array_unref);
  g_clear_pointer(&engine->commands, g_ptr_array_unref);
  pst_body_writer_free(engine->body);
  g_free(engine);
}

void
pst_client_engine_push_event(PstClientEngine *engine, PstClientEvent event)
{
  g_queue_push_tail(&engine->events, GINT_TO_POINTER(event));
}

void
pst_client_engine_fail(PstClientEngine *engine, PstClientFault fault)
{
  if (engine->ended)
    return;
  engine->ended = TRUE;
  engine->fault = fault;
  g_clear_pointer(&engine->login_lines, g_ptr_array_unref);
  pst_client_engine_push_event(engine, PST_CLIENT_FAULT);
}

void
pst_client_engine_expect(PstClientEngine *engine, PstExpectation expectation)
{
  g_queue_push_tail(&engine->expected, GINT_TO_POINTER(expectation));
}

gboolean
pst_client_engine_is_ahead(const PstClientEngine *engine)
{
  return engine->expected.length == 0 &&
         (pst_byte_queue_get_length(engine->input) > 0 || !pst_reply_parser_is_idle(engine->parser));
}

/* DATA ends a group of pipelined commands (RFC 2920 section 3.1). */
static gboolean
is_data_unanswered(const PstClientEngine *engine)
{
  gpointer tail = g_queue_peek_tail((GQueue *)&engine->expected);
  return GPOINTER_TO_INT(tail) == PST_EXPECT_DATA;
}

gboolean
pst_client_engine_may_write(const PstClientEngine *engine)
{
  if (engine->ended || engine->handshake || pst_client_engine_is_ahead(engine))
    return FALSE;
  guint n_unanswered = engine->expected.length;
  if (n_unanswered == 0)
    return TRUE;
  return (engine->extensions.flags & PST_EXT_PIPELINING) && n_unanswered < PST_CLIENT_MAX_UNANSWERED &&
         !is_data_unanswered(engine);
}

gboolean
pst_client_engine_command(PstClientEngine *engine, PstExpectation expectation, const char *line)
{
  if (pst_client_engine_is_ahead(engine)) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
    return FALSE;
  }
  if (!pst_byte_queue_push(engine->output, line, strlen(line)))
    return FALSE;
  pst_client_engine_expect(engine, expectation);
  return TRUE;
}

gsize
pst_client_engine_feed(PstClientEngine *engine, const guint8 *data, gsize length)
{
  if (engine->ended)
    return length;
  gsize taken = MIN(length, pst_byte_queue_get_room(engine->input));
  pst_byte_queue_push(engine->input, data, taken);
  return taken;
}

static void
greet(PstClientEngine *engine)
{
  g_autofree char *line = g_strdup_printf("EHLO %s\r\n", engine->helo_name);
  pst_client_engine_command(engine, PST_EXPECT_EHLO, line);
}

static void
ehlo_answered(PstClientEngine *engine)
{
  pst_extensions_parse(&engine->extensions, engine->reply);
  if (!engine->starttls || engine->tls)
    pst_client_engine_push_event(engine, PST_CLIENT_READY);
  else if (engine->extensions.flags & PST_EXT_STARTTLS)
    pst_client_engine_command(engine, PST_EXPECT_STARTTLS, "STARTTLS\r\n");
  else
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_NO_STARTTLS);
}

static void
starttls_accepted(PstClientEngine *engine)
{
  engine->handshake = TRUE;
  /* Else next_event() finds the octets behind the 220. */
  if (pst_byte_queue_get_length(engine->input) == 0)
    pst_client_engine_push_event(engine, PST_CLIENT_STARTTLS);
}

/* Says the next line and keeps the output secret from then on; TRUE when there was one. */
static gboolean
say_login_line(PstClientEngine *engine)
{
  if (engine->login_lines->len == 0)
    return FALSE;
  const char *line = (const char *)pst_secret_peek(g_ptr_array_index(engine->login_lines, 0), &(gsize){ 0 });
  pst_byte_queue_set_secret(engine->output, TRUE);
  if (!pst_client_engine_command(engine, PST_EXPECT_AUTH, line))
    return FALSE;
  g_ptr_array_remove_index(engine->login_lines, 0);
  return TRUE;
}

static void
auth_answered(PstClientEngine *engine)
{
  guint code = engine->reply->code;
  gboolean lines_left = engine->login_lines->len > 0;
  if (code == 334 && say_login_line(engine))
    return;
  if (code == 334 || (code == 235 && lines_left)) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
    return;
  }
  g_clear_pointer(&engine->login_lines, g_ptr_array_unref);
  if (pst_byte_queue_get_length(engine->output) == 0)
    pst_byte_queue_set_secret(engine->output, FALSE);
  pst_client_engine_push_event(engine, PST_CLIENT_AUTH);
}

static void
session_answered(PstClientEngine *engine, PstExpectation expectation, gboolean accepted)
{
  if (expectation == PST_EXPECT_AUTH)
    auth_answered(engine);
  else if (!accepted)
    pst_client_engine_fail(engine, expectation == PST_EXPECT_STARTTLS ? PST_CLIENT_FAULT_STARTTLS_REFUSED
                                                                      : PST_CLIENT_FAULT_GREETING);
  else if (expectation == PST_EXPECT_GREETING)
    greet(engine);
  else if (expectation == PST_EXPECT_EHLO)
    ehlo_answered(engine);
  else
    starttls_accepted(engine);
}

/* The codes that say yes, by what was asked (RFC 5321 section 4.3.2, RFC 4954). Any other 2xx or 3xx is a
 * server that talks of something else. */
static gboolean
is_acceptance(PstExpectation expectation, guint code)
{
  switch (expectation) {
  case PST_EXPECT_GREETING:
  case PST_EXPECT_STARTTLS:
    return code == 220;
  case PST_EXPECT_AUTH:
    return code == 235 || code == 334;
  case PST_EXPECT_DATA:
    return code == 354;
  case PST_EXPECT_RCPT:
    return code == 250 || code == 251;
  case PST_EXPECT_EHLO:
  case PST_EXPECT_MAIL:
  case PST_EXPECT_CHUNK:
  case PST_EXPECT_END:
  case PST_EXPECT_RSET:
    return code == 250;
  }
  return FALSE;
}

/* A 421 closes the session whatever it answers (RFC 5321 section 3.8); only to the end of data it is a
 * verdict as well. */
static void
reply_came(PstClientEngine *engine)
{
  guint code = engine->reply->code;
  gboolean expected = !g_queue_is_empty(&engine->expected);
  PstExpectation expectation = GPOINTER_TO_INT(g_queue_pop_head(&engine->expected));
  gboolean accepted = expected && is_acceptance(expectation, code);
  if (code == 421 && !(expected && expectation == PST_EXPECT_END))
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_CLOSING);
  else if (!expected || (!accepted && code < 400))
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
  else if (expectation <= PST_EXPECT_AUTH)
    session_answered(engine, expectation, accepted);
  else
    pst_client_transaction_answered(engine, expectation, accepted);
  if (code == 421)
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_CLOSING);
}

/* Reads at most one reply; TRUE when something came of it. */
static gboolean
read_reply(PstClientEngine *engine)
{
  gsize length, taken;
  const guint8 *data = pst_byte_queue_peek(engine->input, &length);
  if (length == 0 || engine->ended)
    return FALSE;
  g_clear_pointer(&engine->reply, pst_reply_free);
  if (engine->handshake) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_INJECTION);
    return TRUE;
  }
  PstReplyStatus status = pst_reply_parser_feed(engine->parser, data, length, &taken);
  pst_byte_queue_pop(engine->input, taken);
  switch (status) {
  case PST_REPLY_MORE:
    return FALSE;
  case PST_REPLY_BROKEN:
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_PROTOCOL);
    return TRUE;
  case PST_REPLY_COMPLETE:
    engine->reply = pst_reply_parser_take(engine->parser);
    reply_came(engine);
    return TRUE;
  }
  return FALSE;
}

PstClientEvent
pst_client_engine_next_event(PstClientEngine *engine)
{
  do {
    pst_client_transaction_advance(engine);
    if (!g_queue_is_empty(&engine->events))
      return GPOINTER_TO_INT(g_queue_pop_head(&engine->events));
  } while (read_reply(engine));
  return PST_CLIENT_NONE;
}

void
pst_client_engine_tls_started(PstClientEngine *engine)
{
  if (!engine->handshake || pst_byte_queue_get_length(engine->input) > 0) {
    pst_client_engine_fail(engine, PST_CLIENT_FAULT_INJECTION);
    return;
  }
  engine->handshake = FALSE;
  engine->tls = TRUE;
  memset(&engine->extensions, 0, sizeof engine->extensions);
  greet(engine);
}

gboolean
pst_client_engine_login(PstClientEngine *engine, const char *user, const PstSecret *password)
{
  g_return_val_if_fail(g_queue_is_empty(&engine->expected), FALSE);
  engine->login_lines = pst_login_lines_new(engine->extensions.mechanisms, user, password);
  if (engine->login_lines == NULL)
    return FALSE;
  say_login_line(engine);
  return TRUE;
}

void
pst_client_engine_ping(PstClientEngine *engine)
{
  g_return_if_fail(engine->stage == PST_STAGE_NONE);
  pst_client_engine_abort(engine);
}

/* Where the server waits for a message or for TLS, QUIT would be taken for a part of it. */
static gboolean
may_say_quit(const PstClientEngine *engine)
{
  if (engine->handshake || engine->stage == PST_STAGE_CLOSE_ONLY)
    return FALSE;
  if (engine->stage == PST_STAGE_BODY && !engine->chunking)
    return FALSE;
  return !is_data_unanswered(engine);
}

void
pst_client_engine_quit(PstClientEngine *engine)
{
  if (may_say_quit(engine))
    pst_byte_queue_push(engine->output, "QUIT\r\n", strlen("QUIT\r\n"));
  g_queue_clear(&engine->events);
  engine->ended = TRUE;
}

PstByteQueue *
pst_client_engine_get_output(PstClientEngine *engine)
{
  return engine->output;
}

gboolean
pst_client_engine_is_tls(const PstClientEngine *engine)
{
  return engine->tls;
}

const PstExtensions *
pst_client_engine_get_extensions(const PstClientEngine *engine)
{
  return &engine->extensions;
}

const PstReply *
pst_client_engine_get_reply(const PstClientEngine *engine)
{
  return engine->reply;
}

guint
pst_client_engine_get_recipient(const PstClientEngine *engine)
{
  return engine->recipient;
}

PstClientFault
pst_client_engine_get_fault(const PstClientEngine *engine)
{
  return engine->fault;
}
