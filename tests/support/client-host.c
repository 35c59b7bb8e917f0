#include "tests/support/client-host.h"
#include <string.h>

struct PstClientHost {
  PstClientEngine *engine;
  PstClientEngineOptions options;
  GQueue events; /* of char* */
  gboolean handshake;
  gboolean idle; /* a transaction, a login or a ping may begin */
  gboolean open; /* a transaction is */
  gboolean go;
  gboolean single, answered, refused;
  gboolean over;
};

static const char *const event_names[] = {
  [PST_CLIENT_NONE] = "NONE",         [PST_CLIENT_STARTTLS] = "STARTTLS",
  [PST_CLIENT_READY] = "READY",       [PST_CLIENT_AUTH] = "AUTH",
  [PST_CLIENT_SENDER] = "SENDER",     [PST_CLIENT_RECIPIENT] = "RECIPIENT",
  [PST_CLIENT_ENVELOPE] = "ENVELOPE", [PST_CLIENT_GO] = "GO",
  [PST_CLIENT_NO_GO] = "NO_GO",       [PST_CLIENT_FINAL] = "FINAL",
  [PST_CLIENT_IDLE] = "IDLE",         [PST_CLIENT_FAULT] = "FAULT",
};

static const char *const fault_names[] = {
  [PST_CLIENT_FAULT_NONE] = "NONE",
  [PST_CLIENT_FAULT_GREETING] = "GREETING",
  [PST_CLIENT_FAULT_NO_STARTTLS] = "NO_STARTTLS",
  [PST_CLIENT_FAULT_STARTTLS_REFUSED] = "STARTTLS_REFUSED",
  [PST_CLIENT_FAULT_INJECTION] = "INJECTION",
  [PST_CLIENT_FAULT_PROTOCOL] = "PROTOCOL",
  [PST_CLIENT_FAULT_CLOSING] = "CLOSING",
  [PST_CLIENT_FAULT_NOT_CARRIED] = "NOT_CARRIED",
  [PST_CLIENT_FAULT_ABORTED] = "ABORTED",
};

PstClientHost *
pst_client_host_new(void)
{
  PstClientHost *host = g_new0(PstClientHost, 1);
  host->options.helo_name = "localhost";
  g_queue_init(&host->events);
  return host;
}

void
pst_client_host_free(PstClientHost *host)
{
  if (host == NULL)
    return;
  pst_client_engine_free(host->engine);
  g_queue_clear_full(&host->events, g_free);
  g_free(host);
}

PstClientEngine *
pst_client_host_get_engine(PstClientHost *host)
{
  if (host->engine == NULL)
    host->engine = pst_client_engine_new(&host->options);
  return host->engine;
}

static gboolean
is_refusal(const PstReply *reply)
{
  return reply != NULL && !pst_reply_is_positive(reply);
}

static void
note(PstClientHost *host, PstClientEvent event)
{
  switch (event) {
  case PST_CLIENT_STARTTLS:
    host->handshake = TRUE;
    break;
  case PST_CLIENT_READY:
  case PST_CLIENT_AUTH:
  case PST_CLIENT_IDLE:
    host->idle = TRUE;
    host->open = host->go = FALSE;
    break;
  case PST_CLIENT_SENDER:
  case PST_CLIENT_RECIPIENT:
    host->refused |= is_refusal(pst_client_engine_get_reply(host->engine));
    break;
  case PST_CLIENT_ENVELOPE:
    host->answered = TRUE;
    break;
  case PST_CLIENT_GO:
    host->go = TRUE;
    break;
  case PST_CLIENT_NO_GO:
  case PST_CLIENT_FINAL:
    host->go = FALSE;
    break;
  case PST_CLIENT_FAULT:
    host->over = TRUE;
    break;
  case PST_CLIENT_NONE:
    break;
  }
}

static char *
describe(PstClientHost *host, PstClientEvent event)
{
  GString *text = g_string_new(event_names[event]);
  const PstReply *reply = pst_client_engine_get_reply(host->engine);
  if (event == PST_CLIENT_RECIPIENT)
    g_string_append_printf(text, " %u", pst_client_engine_get_recipient(host->engine));
  if (event == PST_CLIENT_FAULT)
    g_string_append_printf(text, " %s", fault_names[pst_client_engine_get_fault(host->engine)]);
  gboolean is_answer = event == PST_CLIENT_AUTH || event == PST_CLIENT_SENDER ||
                       event == PST_CLIENT_RECIPIENT || event == PST_CLIENT_NO_GO ||
                       event == PST_CLIENT_FINAL || event == PST_CLIENT_FAULT;
  if (is_answer && reply != NULL)
    g_string_append_printf(text, " %u", reply->code);
  return g_string_free(text, FALSE);
}

void
pst_client_host_pull(PstClientHost *host)
{
  PstClientEngine *engine = pst_client_host_get_engine(host);
  PstClientEvent event;
  while ((event = pst_client_engine_next_event(engine)) != PST_CLIENT_NONE) {
    g_assert_false(host->over);
    note(host, event);
    g_queue_push_tail(&host->events, describe(host, event));
  }
}

char *
pst_client_host_take_event(PstClientHost *host)
{
  return g_queue_pop_head(&host->events);
}

gboolean
pst_client_host_is_over(const PstClientHost *host)
{
  return host->over;
}

static gboolean
act_with(PstClientHost *host, const char *argument)
{
  if (host->engine != NULL)
    return FALSE;
  host->options.starttls = g_str_equal(argument, "starttls");
  host->options.implicit_tls = g_str_equal(argument, "implicit-tls");
  return host->options.starttls || host->options.implicit_tls;
}

static gboolean
act_tls(PstClientHost *host, const char *argument)
{
  if (!host->handshake)
    return FALSE;
  host->handshake = FALSE;
  pst_client_engine_tls_started(host->engine);
  return TRUE;
}

static gboolean
act_login(PstClientHost *host, const char *argument)
{
  if (!host->idle)
    return FALSE;
  gboolean none = g_str_has_prefix(argument, "none ");
  g_auto(GStrv) words = g_strsplit(argument + (none ? strlen("none ") : 0), " ", 2);
  if (g_strv_length(words) != 2)
    return FALSE;
  g_autoptr(PstSecret) password = pst_secret_new(words[1], strlen(words[1]));
  host->idle = !pst_client_engine_login(host->engine, words[0], password);
  return host->idle == none;
}

static gboolean
act_ping(PstClientHost *host, const char *argument)
{
  if (!host->idle)
    return FALSE;
  host->idle = FALSE;
  pst_client_engine_ping(host->engine);
  return TRUE;
}

static gboolean
act_quit(PstClientHost *host, const char *argument)
{
  pst_client_engine_quit(pst_client_host_get_engine(host));
  host->over = TRUE;
  return TRUE;
}

/* TRUE when @word is an option and not an address. */
static gboolean
read_option(PstClientTransaction *transaction, const char *word)
{
  if (g_str_equal(word, "requiretls"))
    transaction->requiretls = TRUE;
  else if (g_str_equal(word, "8bit"))
    transaction->body_8bit = TRUE;
  else if (g_str_equal(word, "smtputf8"))
    transaction->smtputf8 = TRUE;
  else if (g_str_has_prefix(word, "size="))
    transaction->size = g_ascii_strtoll(word + strlen("size="), NULL, 10);
  else if (g_str_has_prefix(word, "ret="))
    transaction->ret = g_str_equal(word, "ret=hdrs") ? PST_RET_HDRS : PST_RET_FULL;
  else if (g_str_has_prefix(word, "envid="))
    transaction->envid = word + strlen("envid=");
  else if (g_str_has_prefix(word, "notify="))
    transaction->default_notify = g_str_equal(word, "notify=never") ? PST_NOTIFY_NEVER : PST_NOTIFY_FAILURE;
  else
    return FALSE;
  return TRUE;
}

static PstMailbox *
parse_address(const char *word)
{
  g_autofree char *path = g_strdup_printf("<%s>", g_str_equal(word, "-") ? "" : word);
  return pst_mailbox_parse_path(path, strlen(path), TRUE);
}

static PstEnvelope *
read_envelope(char **words, PstClientTransaction *transaction)
{
  g_autoptr(PstEnvelope) envelope = NULL;
  for (guint i = 0; words[i] != NULL; i++) {
    if (read_option(transaction, words[i]))
      continue;
    g_autoptr(PstMailbox) mailbox = parse_address(words[i]);
    if (mailbox == NULL)
      return NULL;
    if (envelope == NULL)
      envelope = pst_envelope_new(mailbox);
    else
      pst_envelope_add(envelope, mailbox);
  }
  return g_steal_pointer(&envelope);
}

static gboolean
act_begin(PstClientHost *host, const char *argument)
{
  if (!host->idle)
    return FALSE;
  PstClientTransaction transaction = { .size = -1 };
  g_auto(GStrv) words = g_strsplit(argument, " ", -1);
  g_autoptr(PstEnvelope) envelope = read_envelope(words, &transaction);
  if (envelope == NULL || envelope->recipients->len == 0)
    return FALSE;
  host->idle = host->answered = host->refused = FALSE;
  host->open = TRUE;
  host->single = envelope->recipients->len == 1;
  pst_client_engine_begin(host->engine, envelope, &transaction);
  return TRUE;
}

static gboolean
give(PstClientHost *host, const char *text, gsize length)
{
  if (!host->go || length > pst_client_engine_can_take_body(host->engine))
    return FALSE;
  pst_client_engine_body(host->engine, (const guint8 *)text, length);
  return TRUE;
}

static gboolean
act_body(PstClientHost *host, const char *argument)
{
  return give(host, argument, strlen(argument));
}

static gboolean
act_fill(PstClientHost *host, const char *argument)
{
  gsize length = MIN(g_ascii_strtoull(argument, NULL, 10), 100000);
  g_autofree char *text = g_strnfill(length, 'x');
  return give(host, text, length);
}

static gboolean
act_finish(PstClientHost *host, const char *argument)
{
  gboolean may_end = host->go && !host->refused && (host->answered || host->single);
  if (!may_end || strlen(argument) > pst_client_engine_can_take_body(host->engine))
    return FALSE;
  host->go = FALSE;
  pst_client_engine_finish(host->engine, (const guint8 *)argument, strlen(argument));
  return pst_client_engine_is_past_end(host->engine);
}

static gboolean
act_abort(PstClientHost *host, const char *argument)
{
  if (!host->open)
    return FALSE;
  gboolean aborted = pst_client_engine_abort(host->engine);
  if (aborted)
    host->go = FALSE;
  return aborted == g_str_equal(argument, "yes");
}

gboolean
pst_client_host_act(PstClientHost *host, const char *action)
{
  static const struct {
    const char *name;
    gboolean (*act)(PstClientHost *host, const char *argument);
  } acts[] = {
    { "with", act_with },     { "tls", act_tls },     { "login", act_login }, { "ping", act_ping },
    { "quit", act_quit },     { "begin", act_begin }, { "body", act_body },   { "fill", act_fill },
    { "finish", act_finish }, { "abort", act_abort },
  };
  const char *space = strchr(action, ' ');
  gsize length = space != NULL ? (gsize)(space - action) : strlen(action);
  for (guint i = 0; i < G_N_ELEMENTS(acts); i++)
    if (strlen(acts[i].name) == length && strncmp(action, acts[i].name, length) == 0)
      return acts[i].act(host, space != NULL ? space + 1 : "");
  return FALSE;
}
