#include "relay/contract/plain-text.h"
#include "relay/smtp/path-arguments.h"
#include "relay/smtp/server-state.h"
#include <string.h>

#define CLIENT_NAME_MAX 255

static PstServerEvent
say(PstServerEngine *engine, PstStockReply reply)
{
  pst_server_say(engine, reply);
  return PST_SERVER_NONE;
}

static PstServerEvent
drop_transaction(PstServerEngine *engine)
{
  if (engine->envelope == NULL)
    return PST_SERVER_NONE;
  g_clear_pointer(&engine->envelope, pst_envelope_free);
  return PST_SERVER_RESET;
}

static gboolean
offers_starttls(const PstServerEngine *engine)
{
  return engine->options.offer_starttls && !engine->tls;
}

static gboolean
offers_auth(const PstServerEngine *engine)
{
  gboolean needs_tls = engine->options.auth_needs_tls || engine->options.require_tls;
  return engine->options.mechanisms != 0 && (engine->tls || !needs_tls);
}

static void
say_extensions(PstServerEngine *engine)
{
  static const char *const always[] = { "PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "DSN" };
  pst_byte_queue_printf(engine->output, "250-%s\r\n", engine->name);
  for (guint i = 0; i < G_N_ELEMENTS(always); i++)
    pst_byte_queue_printf(engine->output, "250-%s\r\n", always[i]);
  if (offers_starttls(engine))
    pst_byte_queue_printf(engine->output, "250-STARTTLS\r\n");
  if (offers_auth(engine))
    pst_byte_queue_printf(engine->output, "250-AUTH%s%s\r\n",
                          engine->options.mechanisms & PST_AUTH_PLAIN ? " PLAIN" : "",
                          engine->options.mechanisms & PST_AUTH_LOGIN ? " LOGIN" : "");
  /* RFC 8689 section 2: the promise means something inside TLS only. */
  if (engine->tls)
    pst_byte_queue_printf(engine->output, "250-REQUIRETLS\r\n");
  pst_byte_queue_printf(engine->output, "250 ENHANCEDSTATUSCODES\r\n");
}

static PstServerEvent
run_hello(PstServerEngine *engine, const PstCommand *command)
{
  if (command->length == 0)
    return say(engine, PST_STOCK_BAD_SYNTAX);
  g_free(engine->client_name);
  engine->client_name = pst_plain_text(command->argument, command->length, CLIENT_NAME_MAX);
  engine->extended = command->verb == PST_VERB_EHLO;
  if (engine->extended)
    say_extensions(engine);
  else
    pst_byte_queue_printf(engine->output, "250 %s\r\n", engine->name);
  return drop_transaction(engine);
}

static PstServerEvent
run_starttls(PstServerEngine *engine, const PstCommand *command)
{
  if (engine->tls)
    return say(engine, PST_STOCK_ALREADY_TLS);
  if (!engine->options.offer_starttls)
    return say(engine, PST_STOCK_NOT_OFFERED);
  if (engine->envelope != NULL)
    return say(engine, PST_STOCK_BAD_SEQUENCE);
  if (pst_byte_queue_get_length(engine->input) > 0) {
    /* CVE-2011-0411: somebody on the way put commands behind ours, to be run as if they came over TLS. */
    pst_server_say(engine, PST_STOCK_EARLY_OCTETS);
    pst_server_close(engine);
    return PST_SERVER_NONE;
  }
  pst_server_say(engine, PST_STOCK_READY_FOR_TLS);
  engine->phase = PST_SERVER_PHASE_HANDSHAKE;
  return PST_SERVER_STARTTLS;
}

static PstServerEvent
take_login_status(PstServerEngine *engine, PstSaslStatus status)
{
  engine->phase = PST_SERVER_PHASE_COMMAND;
  switch (status) {
  case PST_SASL_CHALLENGE:
    engine->phase = PST_SERVER_PHASE_LOGIN;
    pst_byte_queue_printf(engine->output, "334 %s\r\n", pst_sasl_server_get_challenge(engine->sasl));
    return PST_SERVER_NONE;
  case PST_SASL_DONE:
    engine->credentials = pst_sasl_server_take_credentials(engine->sasl);
    break;
  case PST_SASL_CANCELLED:
    pst_server_say(engine, PST_STOCK_LOGIN_CANCELLED);
    break;
  case PST_SASL_BAD:
    pst_server_say(engine, PST_STOCK_BAD_LOGIN_SYNTAX);
    break;
  }
  g_clear_pointer(&engine->sasl, pst_sasl_server_free);
  return status == PST_SASL_DONE ? PST_SERVER_AUTH : PST_SERVER_NONE;
}

PstServerEvent
pst_server_run_login_line(PstServerEngine *engine, const char *line, gsize length)
{
  return take_login_status(engine, pst_sasl_server_step(engine->sasl, line, length));
}

static guint
find_mechanism(const PstServerEngine *engine, const char *word, gsize length)
{
  guint mechanism = 0;
  if (pst_span_equals(word, length, "PLAIN"))
    mechanism = PST_AUTH_PLAIN;
  else if (pst_span_equals(word, length, "LOGIN"))
    mechanism = PST_AUTH_LOGIN;
  return mechanism & engine->options.mechanisms;
}

static PstStockReply
check_auth(const PstServerEngine *engine)
{
  if (engine->options.mechanisms == 0)
    return PST_STOCK_NOT_OFFERED;
  if (!offers_auth(engine))
    return PST_STOCK_LOGIN_NEEDS_TLS;
  if (engine->authenticated)
    return PST_STOCK_ALREADY_LOGGED_IN;
  if (!engine->extended)
    return PST_STOCK_HELLO_FIRST;
  return engine->envelope != NULL ? PST_STOCK_BAD_SEQUENCE : PST_STOCK_NONE;
}

static PstServerEvent
run_auth(PstServerEngine *engine, const PstCommand *command)
{
  PstStockReply wrong = check_auth(engine);
  if (wrong != PST_STOCK_NONE)
    return say(engine, wrong);
  if (command->length == 0)
    return say(engine, PST_STOCK_BAD_SYNTAX);
  const char *end = command->argument + command->length;
  const char *blank = memchr(command->argument, ' ', command->length);
  const char *word_end = blank != NULL ? blank : end;
  guint mechanism = find_mechanism(engine, command->argument, word_end - command->argument);
  if (mechanism == 0)
    return say(engine, PST_STOCK_UNKNOWN_MECHANISM);
  const char *response = word_end;
  while (response < end && *response == ' ')
    response++;
  engine->sasl = pst_sasl_server_new(mechanism);
  return take_login_status(engine, pst_sasl_server_begin(engine->sasl, response, end - response));
}

static PstStockReply
check_mail(const PstServerEngine *engine)
{
  if (engine->client_name == NULL)
    return PST_STOCK_HELLO_FIRST;
  if (engine->options.require_auth && !engine->authenticated)
    return PST_STOCK_LOGIN_FIRST;
  return engine->envelope != NULL ? PST_STOCK_BAD_SEQUENCE : PST_STOCK_NONE;
}

static PstServerEvent
run_mail(PstServerEngine *engine, const PstCommand *command)
{
  g_autoptr(PstEnvelope) envelope = NULL;
  PstStockReply wrong = check_mail(engine);
  if (wrong == PST_STOCK_NONE)
    wrong = pst_mail_argument_parse(command->argument, command->length, &envelope);
  if (wrong == PST_STOCK_NONE && envelope->requiretls && !engine->tls)
    wrong = PST_STOCK_REQUIRETLS_NEEDS_TLS;
  if (wrong != PST_STOCK_NONE)
    return say(engine, wrong);
  engine->envelope = g_steal_pointer(&envelope);
  return PST_SERVER_MAIL;
}

static PstServerEvent
run_rcpt(PstServerEngine *engine, const PstCommand *command)
{
  if (engine->envelope == NULL)
    return say(engine, PST_STOCK_BAD_SEQUENCE);
  if (engine->envelope->recipients->len >= engine->options.max_recipients)
    return say(engine, PST_STOCK_TOO_MANY_RECIPIENTS);
  PstStockReply wrong = pst_rcpt_argument_parse(command->argument, command->length, engine->envelope);
  return wrong != PST_STOCK_NONE ? say(engine, wrong) : PST_SERVER_RCPT;
}

static PstServerEvent
run_data(PstServerEngine *engine, const PstCommand *command)
{
  if (engine->envelope == NULL)
    return say(engine, PST_STOCK_BAD_SEQUENCE);
  if (engine->envelope->recipients->len == 0)
    return say(engine, PST_STOCK_NO_RECIPIENTS);
  return PST_SERVER_DATA;
}

static PstServerEvent
run_rset(PstServerEngine *engine, const PstCommand *command)
{
  pst_server_say(engine, PST_STOCK_OK);
  return drop_transaction(engine);
}

static PstServerEvent
run_simple(PstServerEngine *engine, const PstCommand *command)
{
  static const PstStockReply replies[PST_N_VERBS] = {
    [PST_VERB_UNKNOWN] = PST_STOCK_UNKNOWN_COMMAND,
    [PST_VERB_FOREIGN] = PST_STOCK_FOREIGN_PROTOCOL,
    [PST_VERB_BDAT] = PST_STOCK_NOT_OFFERED,
    [PST_VERB_EXPN] = PST_STOCK_NOT_OFFERED,
    [PST_VERB_NOOP] = PST_STOCK_OK,
    [PST_VERB_QUIT] = PST_STOCK_BYE,
    [PST_VERB_VRFY] = PST_STOCK_CANNOT_VERIFY,
    [PST_VERB_HELP] = PST_STOCK_HELP,
  };
  return say(engine, replies[command->verb]);
}

/* What holds for a verb before it is run. */
typedef enum {
  ANY_TIME = 0,
  NO_ARGUMENT = 1 << 0,
  AFTER_TLS = 1 << 1, /* where TLS is required (RFC 3207 section 4) */
} Rules;

static const struct {
  PstServerEvent (*run)(PstServerEngine *engine, const PstCommand *command);
  Rules rules;
} verbs[PST_N_VERBS] = {
  [PST_VERB_UNKNOWN] = { run_simple, ANY_TIME },
  [PST_VERB_FOREIGN] = { run_simple, ANY_TIME },
  [PST_VERB_EHLO] = { run_hello, ANY_TIME },
  [PST_VERB_HELO] = { run_hello, AFTER_TLS },
  [PST_VERB_STARTTLS] = { run_starttls, NO_ARGUMENT },
  [PST_VERB_AUTH] = { run_auth, ANY_TIME }, /* has a reply of its own for this */
  [PST_VERB_MAIL] = { run_mail, AFTER_TLS },
  [PST_VERB_RCPT] = { run_rcpt, AFTER_TLS },
  [PST_VERB_DATA] = { run_data, AFTER_TLS | NO_ARGUMENT },
  [PST_VERB_BDAT] = { run_simple, AFTER_TLS },
  [PST_VERB_RSET] = { run_rset, AFTER_TLS | NO_ARGUMENT },
  [PST_VERB_NOOP] = { run_simple, ANY_TIME },
  [PST_VERB_QUIT] = { run_simple, NO_ARGUMENT },
  [PST_VERB_VRFY] = { run_simple, AFTER_TLS },
  [PST_VERB_EXPN] = { run_simple, AFTER_TLS },
  [PST_VERB_HELP] = { run_simple, AFTER_TLS },
};

static PstStockReply
check_rules(const PstServerEngine *engine, const PstCommand *command)
{
  Rules rules = verbs[command->verb].rules;
  gboolean known = command->verb != PST_VERB_UNKNOWN && command->verb != PST_VERB_FOREIGN;
  if (known && command->has_control)
    return PST_STOCK_BAD_SYNTAX;
  if ((rules & AFTER_TLS) && engine->options.require_tls && !engine->tls)
    return PST_STOCK_TLS_FIRST;
  if ((rules & NO_ARGUMENT) && command->length > 0)
    return PST_STOCK_NO_ARGUMENT_ALLOWED;
  return PST_STOCK_NONE;
}

PstServerEvent
pst_server_run_command(PstServerEngine *engine, const char *line, gsize length)
{
  PstCommand command;
  pst_command_parse(&command, line, length);
  PstStockReply wrong = check_rules(engine, &command);
  return wrong != PST_STOCK_NONE ? say(engine, wrong) : verbs[command.verb].run(engine, &command);
}
