#include "relay/smtp/server-state.h"

#define INPUT_CEILING (64 * 1024)
/* Over this no more input is taken until the client reads. */
#define OUTPUT_FULL (64 * 1024)
/* More than the answers to a full input can be. */
#define OUTPUT_CEILING (4 * 1024 * 1024)
/* AUTH with a token as initial response; other lines have LONGEST_COMMAND. */
#define LONGEST_LINE     12288
#define LONGEST_COMMAND  2048
#define MAX_BAD_COMMANDS 3

PstServerEngine *
pst_server_engine_new(const PstServerEngineOptions *options)
{
  PstServerEngine *engine = g_new0(PstServerEngine, 1);
  engine->options = *options;
  engine->name = g_strdup(options->name);
  engine->options.name = engine->name;
  engine->tls = options->tls;
  engine->input = pst_byte_queue_new(INPUT_CEILING);
  engine->output = pst_byte_queue_new(OUTPUT_CEILING);
  engine->splitter = pst_line_splitter_new(LONGEST_LINE);
  pst_byte_queue_set_secret(engine->input, TRUE);
  pst_byte_queue_printf(engine->output, "220 %s ESMTP Postern\r\n", engine->name);
  return engine;
}

/* Everything the client said. */
static void
forget_client(PstServerEngine *engine)
{
  engine->authenticated = engine->extended = FALSE;
  g_clear_pointer(&engine->client_name, g_free);
  g_clear_pointer(&engine->envelope, pst_envelope_free);
  g_clear_pointer(&engine->sasl, pst_sasl_server_free);
  g_clear_pointer(&engine->credentials, pst_credentials_free);
  pst_line_splitter_clear(engine->splitter);
  pst_byte_queue_clear(engine->input);
  engine->body_taken = 0;
}

void
pst_server_engine_free(PstServerEngine *engine)
{
  if (engine == NULL)
    return;
  forget_client(engine);
  pst_byte_queue_free(engine->input);
  pst_byte_queue_free(engine->output);
  pst_line_splitter_free(engine->splitter);
  g_free(engine->name);
  g_free(engine);
}

void
pst_server_close(PstServerEngine *engine)
{
  if (engine->phase != PST_SERVER_PHASE_CLOSED)
    engine->phase = PST_SERVER_PHASE_CLOSING;
  engine->unanswered = PST_SERVER_NONE;
}

static gboolean
is_bad_command(PstStockReply reply)
{
  guint code = pst_stock_reply_get_code(reply);
  return code == 500 || code == 502;
}

void
pst_server_say(PstServerEngine *engine, PstStockReply reply)
{
  if (is_bad_command(reply) && ++engine->bad_commands == MAX_BAD_COMMANDS)
    reply = PST_STOCK_TOO_MANY_ERRORS;
  g_autofree char *wire = pst_stock_reply_to_wire(reply);
  guint code = pst_stock_reply_get_code(reply);
  if (!pst_byte_queue_printf(engine->output, "%s", wire) || code == 421 || code == 221)
    pst_server_close(engine);
}

static void
say_reply(PstServerEngine *engine, const PstReply *reply)
{
  g_autoptr(GString) wire = g_string_new(NULL);
  pst_reply_append(reply, wire);
  if (!pst_byte_queue_push(engine->output, wire->str, wire->len) || reply->code == 421)
    pst_server_close(engine);
}

/* Octets of the last body span are done with as soon as the host comes back. */
static void
drop_body(PstServerEngine *engine)
{
  pst_byte_queue_pop(engine->input, engine->body_taken);
  engine->body_taken = engine->body_length = 0;
}

gsize
pst_server_engine_feed(PstServerEngine *engine, const guint8 *data, gsize length)
{
  switch (engine->phase) {
  case PST_SERVER_PHASE_CLOSING:
  case PST_SERVER_PHASE_CLOSED:
    return length;
  case PST_SERVER_PHASE_HANDSHAKE:
    /* RFC 3207 section 4.2, CVE-2011-0411: the handshake is the host's; what comes here was sent in plain. */
    if (length > 0)
      pst_server_close(engine);
    return length;
  case PST_SERVER_PHASE_COMMAND:
  case PST_SERVER_PHASE_LOGIN:
  case PST_SERVER_PHASE_BODY:
    break;
  }
  drop_body(engine);
  if (pst_byte_queue_get_length(engine->output) > OUTPUT_FULL)
    return 0;
  length = MIN(length, pst_byte_queue_get_room(engine->input));
  pst_byte_queue_push(engine->input, data, length);
  return length;
}

/* TLS or another binary protocol on the wrong port: nothing that is said could be understood. */
static gboolean
is_binary(const PstServerEngine *engine, guint8 first)
{
  gsize held;
  pst_line_splitter_get(engine->splitter, &held);
  gboolean in_line = held > 0 || pst_line_splitter_is_too_long(engine->splitter);
  return engine->client_name == NULL && !in_line && !g_ascii_isprint(first) && !g_ascii_isspace(first);
}

static PstServerEvent
run_line(PstServerEngine *engine)
{
  gsize length;
  const char *line = pst_line_splitter_get(engine->splitter, &length);
  if (engine->phase == PST_SERVER_PHASE_LOGIN)
    return pst_server_run_login_line(engine, line, length);
  if (length > LONGEST_COMMAND && g_ascii_strncasecmp(line, "AUTH ", 5) != 0) {
    pst_server_say(engine, PST_STOCK_LINE_TOO_LONG);
    return PST_SERVER_NONE;
  }
  return pst_server_run_command(engine, line, length);
}

static PstServerEvent
read_line(PstServerEngine *engine, const guint8 *data, gsize length)
{
  gsize taken;
  PstServerEvent event = PST_SERVER_NONE;
  PstLineStatus status = pst_line_splitter_feed(engine->splitter, data, length, &taken);
  pst_byte_queue_pop(engine->input, taken);
  if (status == PST_LINE_TOO_LONG) {
    engine->phase = PST_SERVER_PHASE_COMMAND;
    g_clear_pointer(&engine->sasl, pst_sasl_server_free);
    pst_server_say(engine, PST_STOCK_LINE_TOO_LONG);
  } else if (status == PST_LINE_COMPLETE) {
    event = run_line(engine);
    pst_line_splitter_clear(engine->splitter);
  }
  return event;
}

static PstServerEvent
read_body(PstServerEngine *engine, const guint8 *data, gsize length)
{
  gboolean end = pst_body_reader_take(&engine->body_reader, data, length, &engine->body_taken, &engine->body,
                                      &engine->body_length);
  if (!end)
    return engine->body_length > 0 ? PST_SERVER_BODY : PST_SERVER_NONE;
  engine->phase = PST_SERVER_PHASE_COMMAND;
  pst_byte_queue_set_secret(engine->input, TRUE);
  return PST_SERVER_BODY_END;
}

/* One step through the input; there is some. */
static PstServerEvent
step(PstServerEngine *engine)
{
  gsize length;
  const guint8 *data = pst_byte_queue_peek(engine->input, &length);
  if (engine->phase == PST_SERVER_PHASE_BODY)
    return read_body(engine, data, length);
  if (is_binary(engine, data[0])) {
    pst_server_close(engine);
    return PST_SERVER_NONE;
  }
  return read_line(engine, data, length);
}

static gboolean
is_answer_needed(PstServerEvent event)
{
  switch (event) {
  case PST_SERVER_STARTTLS:
  case PST_SERVER_AUTH:
  case PST_SERVER_MAIL:
  case PST_SERVER_RCPT:
  case PST_SERVER_DATA:
  case PST_SERVER_BODY_END:
    return TRUE;
  case PST_SERVER_NONE:
  case PST_SERVER_BODY:
  case PST_SERVER_RESET:
  case PST_SERVER_CLOSE:
    break;
  }
  return FALSE;
}

PstServerEvent
pst_server_engine_next_event(PstServerEngine *engine)
{
  PstServerEvent event = PST_SERVER_NONE;
  drop_body(engine);
  while (event == PST_SERVER_NONE && engine->unanswered == PST_SERVER_NONE &&
         engine->phase < PST_SERVER_PHASE_HANDSHAKE && pst_byte_queue_get_length(engine->input) > 0) {
    event = step(engine);
    if (event == PST_SERVER_NONE)
      drop_body(engine);
  }
  if (event == PST_SERVER_NONE && engine->phase == PST_SERVER_PHASE_CLOSING) {
    engine->phase = PST_SERVER_PHASE_CLOSED;
    pst_byte_queue_clear(engine->input);
    return PST_SERVER_CLOSE;
  }
  if (is_answer_needed(event))
    engine->unanswered = event;
  return event;
}

PstByteQueue *
pst_server_engine_get_output(PstServerEngine *engine)
{
  return engine->output;
}

static void
start_body(PstServerEngine *engine)
{
  engine->phase = PST_SERVER_PHASE_BODY;
  engine->body_reader = (PstBodyReader)PST_BODY_READER_INIT;
  /* Messages are large; wiping is for credentials. */
  pst_byte_queue_set_secret(engine->input, FALSE);
  pst_server_say(engine, PST_STOCK_GO_AHEAD);
}

static PstServerEvent
take_unanswered(PstServerEngine *engine)
{
  PstServerEvent event = engine->unanswered;
  engine->unanswered = PST_SERVER_NONE;
  return event;
}

void
pst_server_engine_accept(PstServerEngine *engine)
{
  switch (take_unanswered(engine)) {
  case PST_SERVER_AUTH:
    engine->authenticated = TRUE;
    g_clear_pointer(&engine->credentials, pst_credentials_free);
    pst_server_say(engine, PST_STOCK_LOGGED_IN);
    break;
  case PST_SERVER_MAIL:
    pst_server_say(engine, PST_STOCK_SENDER_OK);
    break;
  case PST_SERVER_RCPT:
    pst_server_say(engine, PST_STOCK_RECIPIENT_OK);
    break;
  case PST_SERVER_DATA:
    start_body(engine);
    break;
  case PST_SERVER_NONE:
  case PST_SERVER_STARTTLS:
  case PST_SERVER_BODY:
  case PST_SERVER_BODY_END:
  case PST_SERVER_RESET:
  case PST_SERVER_CLOSE:
    g_return_if_reached();
  }
}

void
pst_server_engine_refuse(PstServerEngine *engine, const PstReply *reply)
{
  switch (take_unanswered(engine)) {
  case PST_SERVER_AUTH:
    g_clear_pointer(&engine->credentials, pst_credentials_free);
    break;
  case PST_SERVER_MAIL:
  case PST_SERVER_DATA:
    g_clear_pointer(&engine->envelope, pst_envelope_free);
    break;
  case PST_SERVER_RCPT:
    g_ptr_array_set_size(engine->envelope->recipients, engine->envelope->recipients->len - 1);
    break;
  case PST_SERVER_NONE:
  case PST_SERVER_STARTTLS:
  case PST_SERVER_BODY:
  case PST_SERVER_BODY_END:
  case PST_SERVER_RESET:
  case PST_SERVER_CLOSE:
    g_return_if_reached();
  }
  say_reply(engine, reply);
}

void
pst_server_engine_reply(PstServerEngine *engine, const PstReply *reply)
{
  g_return_if_fail(engine->unanswered == PST_SERVER_BODY_END);
  engine->unanswered = PST_SERVER_NONE;
  g_clear_pointer(&engine->envelope, pst_envelope_free);
  say_reply(engine, reply);
}

void
pst_server_engine_shut_down(PstServerEngine *engine, const PstReply *reply)
{
  if (engine->phase >= PST_SERVER_PHASE_HANDSHAKE)
    return pst_server_close(engine);
  say_reply(engine, reply);
  pst_server_close(engine);
}

void
pst_server_engine_tls_started(PstServerEngine *engine)
{
  g_return_if_fail(engine->unanswered == PST_SERVER_STARTTLS);
  engine->unanswered = PST_SERVER_NONE;
  engine->phase = PST_SERVER_PHASE_COMMAND;
  forget_client(engine);
  engine->tls = TRUE;
}

gboolean
pst_server_engine_is_tls(const PstServerEngine *engine)
{
  return engine->tls;
}

gboolean
pst_server_engine_is_authenticated(const PstServerEngine *engine)
{
  return engine->authenticated;
}

const char *
pst_server_engine_get_client_name(const PstServerEngine *engine)
{
  return engine->client_name;
}

const PstCredentials *
pst_server_engine_get_credentials(const PstServerEngine *engine)
{
  return engine->credentials;
}

PstEnvelope *
pst_server_engine_get_envelope(PstServerEngine *engine)
{
  return engine->envelope;
}

const guint8 *
pst_server_engine_get_body(const PstServerEngine *engine, gsize *length)
{
  *length = engine->body_length;
  return engine->body;
}

PstBodyFlaw
pst_server_engine_get_body_flaws(const PstServerEngine *engine)
{
  return engine->body_reader.flaws;
}
