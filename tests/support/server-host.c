#include "tests/support/server-host.h"
#include <string.h>

struct PstServerHost {
  PstServerEngine *engine;
  PstServerEngineOptions options;
  gsize step;
  PstServerEvent unanswered;
  GQueue events; /* of char* */
  GString *body;
  gboolean over;
};

PstServerHost *
pst_server_host_new(gsize step)
{
  PstServerHost *host = g_new0(PstServerHost, 1);
  host->options.name = "localhost";
  host->options.max_recipients = 100;
  host->step = step;
  host->body = g_string_new(NULL);
  g_queue_init(&host->events);
  return host;
}

void
pst_server_host_free(PstServerHost *host)
{
  if (host == NULL)
    return;
  pst_server_engine_free(host->engine);
  g_queue_clear_full(&host->events, g_free);
  g_string_free(host->body, TRUE);
  g_free(host);
}

PstServerEngine *
pst_server_host_get_engine(PstServerHost *host)
{
  if (host->engine == NULL)
    host->engine = pst_server_engine_new(&host->options);
  return host->engine;
}

static void
append_flag(GString *text, gboolean set, const char *word)
{
  if (set)
    g_string_append_printf(text, " %s", word);
}

static void
append_mail(GString *text, const PstEnvelope *envelope)
{
  g_string_append_printf(text, "MAIL <%s>", pst_mailbox_get_wire(envelope->sender));
  if (envelope->size >= 0)
    g_string_append_printf(text, " size=%" G_GINT64_FORMAT, envelope->size);
  append_flag(text, envelope->body == PST_BODY_8BITMIME, "8bit");
  append_flag(text, envelope->smtputf8, "smtputf8");
  append_flag(text, envelope->requiretls, "requiretls");
  append_flag(text, envelope->ret == PST_RET_FULL, "full");
  append_flag(text, envelope->ret == PST_RET_HDRS, "headers");
  append_flag(text, envelope->envid != NULL, envelope->envid);
}

static void
append_rcpt(GString *text, const PstEnvelope *envelope)
{
  const PstRecipient *recipient = pst_envelope_recipient(envelope, envelope->recipients->len - 1);
  g_string_append_printf(text, "RCPT <%s>", pst_mailbox_get_wire(recipient->mailbox));
  append_flag(text, recipient->notify & PST_NOTIFY_NEVER, "never");
  append_flag(text, recipient->notify & PST_NOTIFY_SUCCESS, "success");
  append_flag(text, recipient->notify & PST_NOTIFY_FAILURE, "failure");
  append_flag(text, recipient->notify & PST_NOTIFY_DELAY, "delay");
  append_flag(text, recipient->orcpt != NULL, recipient->orcpt);
}

static void
append_auth(GString *text, const PstCredentials *credentials)
{
  g_string_append_printf(text, "AUTH %s %s %s", credentials->mechanism == PST_AUTH_PLAIN ? "plain" : "login",
                         credentials->user, (const char *)pst_secret_peek(credentials->password, NULL));
  if (*credentials->authzid != '\0')
    g_string_append_printf(text, " as %s", credentials->authzid);
}

static void
append_end(GString *text, PstBodyFlaw flaws)
{
  g_string_append(text, "END");
  append_flag(text, flaws & PST_BODY_FLAW_BARE_LF, "bare-lf");
  append_flag(text, flaws & PST_BODY_FLAW_BARE_CR, "bare-cr");
  append_flag(text, flaws & PST_BODY_FLAW_NUL, "nul");
  append_flag(text, flaws & PST_BODY_HAS_8BIT, "8bit");
}

static char *
escape(const GString *text)
{
  GString *escaped = g_string_new(NULL);
  for (gsize i = 0; i < text->len; i++) {
    guint8 octet = text->str[i];
    if (octet == '\r')
      g_string_append(escaped, "\\r");
    else if (octet == '\n')
      g_string_append(escaped, "\\n");
    else if (octet == '\\')
      g_string_append(escaped, "\\\\");
    else if (g_ascii_isprint(octet))
      g_string_append_c(escaped, octet);
    else
      g_string_append_printf(escaped, "\\x%02x", octet);
  }
  return g_string_free(escaped, FALSE);
}

static void
take_body(PstServerHost *host)
{
  gsize length;
  const guint8 *body = pst_server_engine_get_body(host->engine, &length);
  g_assert_cmpuint(length, >, 0);
  g_string_append_len(host->body, (const char *)body, length);
}

static void
tell_body(PstServerHost *host)
{
  g_string_prepend(host->body, "BODY ");
  g_queue_push_tail(&host->events, escape(host->body));
  g_string_truncate(host->body, 0);
}

static void
note(PstServerHost *host, PstServerEvent event, GString *text)
{
  PstEnvelope *envelope = pst_server_engine_get_envelope(host->engine);
  host->unanswered = event;
  switch (event) {
  case PST_SERVER_STARTTLS:
    g_string_append(text, "STARTTLS");
    break;
  case PST_SERVER_AUTH:
    append_auth(text, pst_server_engine_get_credentials(host->engine));
    break;
  case PST_SERVER_MAIL:
    append_mail(text, envelope);
    break;
  case PST_SERVER_RCPT:
    append_rcpt(text, envelope);
    break;
  case PST_SERVER_DATA:
    g_string_append(text, "DATA");
    break;
  case PST_SERVER_BODY_END:
    tell_body(host);
    append_end(text, pst_server_engine_get_body_flaws(host->engine));
    break;
  case PST_SERVER_RESET:
    g_string_append(text, "RESET");
    host->unanswered = PST_SERVER_NONE;
    break;
  case PST_SERVER_CLOSE:
    g_string_append(text, "CLOSE");
    host->unanswered = PST_SERVER_NONE;
    host->over = TRUE;
    break;
  case PST_SERVER_NONE:
  case PST_SERVER_BODY:
    g_assert_not_reached();
  }
}

static void
pull(PstServerHost *host)
{
  PstServerEvent event;
  while ((event = pst_server_engine_next_event(pst_server_host_get_engine(host))) != PST_SERVER_NONE) {
    if (event == PST_SERVER_BODY) {
      take_body(host);
      continue;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    note(host, event, text);
    g_queue_push_tail(&host->events, escape(text));
  }
}

gboolean
pst_server_host_feed(PstServerHost *host, const guint8 *data, gsize length)
{
  PstServerEngine *engine = pst_server_host_get_engine(host);
  for (gsize at = 0; at < length;) {
    gsize taken = pst_server_engine_feed(engine, data + at, MIN(host->step, length - at));
    if (taken == 0)
      return FALSE;
    at += taken;
    pull(host);
  }
  return TRUE;
}

static gboolean
fill(PstServerHost *host, const char *count)
{
  gsize length = MIN(g_ascii_strtoull(count, NULL, 10), 100000);
  g_autofree char *octets = g_strnfill(length, 'x');
  return pst_server_host_feed(host, (const guint8 *)octets, length);
}

static gboolean
accept(PstServerHost *host)
{
  PstServerEvent event = host->unanswered;
  if (event == PST_SERVER_NONE || event == PST_SERVER_STARTTLS || event == PST_SERVER_BODY_END)
    return FALSE;
  host->unanswered = PST_SERVER_NONE;
  pst_server_engine_accept(host->engine);
  return TRUE;
}

static gboolean
start_tls(PstServerHost *host)
{
  if (host->unanswered != PST_SERVER_STARTTLS)
    return FALSE;
  host->unanswered = PST_SERVER_NONE;
  pst_server_engine_tls_started(host->engine);
  return TRUE;
}

/* "550 5.7.1 words"; NULL when it is none. */
static PstReply *
make_reply(const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", 3);
  guint64 code;
  if (g_strv_length(words) != 3 || !g_ascii_string_to_unsigned(words[0], 10, 200, 599, &code, NULL))
    return NULL;
  g_autofree char *lines = g_strcompress(words[2]);
  return pst_reply_new(code, words[1], lines);
}

static gboolean
answer(PstServerHost *host, const char *verb, const char *text)
{
  g_autoptr(PstReply) reply = make_reply(text);
  PstServerEvent event = host->unanswered;
  if (reply == NULL)
    return FALSE;
  host->unanswered = PST_SERVER_NONE;
  if (g_str_equal(verb, "shut-down"))
    pst_server_engine_shut_down(pst_server_host_get_engine(host), reply);
  else if (g_str_equal(verb, "reply") && event == PST_SERVER_BODY_END)
    pst_server_engine_reply(host->engine, reply);
  else if (g_str_equal(verb, "refuse") && event != PST_SERVER_NONE && event != PST_SERVER_STARTTLS &&
           event != PST_SERVER_BODY_END)
    pst_server_engine_refuse(host->engine, reply);
  else
    host->unanswered = event;
  return g_str_equal(verb, "shut-down") || host->unanswered != event;
}

static const struct {
  const char *word;
  glong offset;
} switches[] = {
  { "tls", G_STRUCT_OFFSET(PstServerEngineOptions, tls) },
  { "starttls", G_STRUCT_OFFSET(PstServerEngineOptions, offer_starttls) },
  { "require-tls", G_STRUCT_OFFSET(PstServerEngineOptions, require_tls) },
  { "require-auth", G_STRUCT_OFFSET(PstServerEngineOptions, require_auth) },
  { "auth-needs-tls", G_STRUCT_OFFSET(PstServerEngineOptions, auth_needs_tls) },
};

static gboolean
set_option(PstServerEngineOptions *options, const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS(switches); i++) {
    if (g_str_equal(word, switches[i].word)) {
      G_STRUCT_MEMBER(gboolean, options, switches[i].offset) = TRUE;
      return TRUE;
    }
  }
  if (g_str_equal(word, "plain"))
    options->mechanisms |= PST_AUTH_PLAIN;
  else if (g_str_equal(word, "login"))
    options->mechanisms |= PST_AUTH_LOGIN;
  else if (g_str_has_prefix(word, "recipients="))
    options->max_recipients = g_ascii_strtoull(word + strlen("recipients="), NULL, 10);
  else
    return g_str_equal(word, "one-segment");
  return TRUE;
}

static gboolean
set_options(PstServerHost *host, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  gboolean good = host->engine == NULL;
  for (char **word = words; good && *word != NULL; word++)
    good = set_option(&host->options, *word);
  return good;
}

gboolean
pst_server_host_act(PstServerHost *host, const char *action)
{
  g_auto(GStrv) parts = g_strsplit(action, " ", 2);
  const char *verb = parts[0] != NULL ? parts[0] : "";
  const char *rest = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";
  if (g_str_equal(verb, "with"))
    return set_options(host, rest);
  gboolean done;
  if (g_str_equal(verb, "accept"))
    done = accept(host);
  else if (g_str_equal(verb, "tls"))
    done = start_tls(host);
  else if (g_str_equal(verb, "fill"))
    done = fill(host, rest);
  else
    done = answer(host, verb, rest);
  pull(host);
  return done;
}

char *
pst_server_host_take_event(PstServerHost *host)
{
  return g_queue_pop_head(&host->events);
}

PstServerEvent
pst_server_host_get_unanswered(const PstServerHost *host)
{
  return host->unanswered;
}

gboolean
pst_server_host_is_over(const PstServerHost *host)
{
  return host->over;
}
