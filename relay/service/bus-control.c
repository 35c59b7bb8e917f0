#include "relay/mail/domain-name.h"
#include "relay/policy/ledger.h"
#include "relay/service/bus-call.h"
#include "relay/service/bus-facts.h"
#include "relay/service/requirement-of.h"
#include "relay/store/history.h"
#include <string.h>

static void
return_outcome(PstBusCall *call, gboolean done, const GError *error)
{
  if (done)
    pst_bus_return(call, NULL);
  else
    pst_bus_return_error(call, error);
}

static void
get_mode(PstBusCall *call)
{
  pst_bus_return(call, g_variant_new("(@a{sv})", pst_bus_mode_to_variant(call->context)));
}

static void
answer_mode(PstBusCall *call)
{
  pst_bus_mode_changed(call->bus);
  get_mode(call);
}

static void
return_no_requirement(PstBusCall *call)
{
  pst_bus_return_code(call, PST_ERROR_INVALID_ARGUMENT,
                      "nick: must be one of anyway, usual, encrypted, verified, required");
}

static void
set_mode(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  PstMaybeRequirement choice = { 0 };
  const char *nick;
  gboolean once;
  g_variant_get(call->arguments, "(&sb)", &nick, &once);
  choice.present = pst_requirement_parse(nick, &choice.value);
  if (!choice.present && !(once && nick[0] == '\0')) {
    return_no_requirement(call);
    return;
  }
  if (once)
    pst_choices_set_once(call->context->relay->choices, choice);
  else if (!pst_choices_set_mode(call->context->relay->choices, choice.value, &error)) {
    pst_bus_return_error(call, error);
    return;
  }
  answer_mode(call);
}

static void
pause_mail(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  gboolean paused;
  g_variant_get(call->arguments, "(b)", &paused);
  if (!pst_choices_set_paused(call->context->relay->choices, paused, &error)) {
    pst_bus_return_error(call, error);
    return;
  }
  pst_bus_status_changed(call->bus);
  pst_bus_return(call, NULL);
}

static void
get_status(PstBusCall *call)
{
  pst_bus_return(call, g_variant_new("(@a{sv})", pst_bus_status_to_variant(call->context)));
}

/* Only a message that this relay or a server did not let through can be allowed to pass. */
static gboolean
may_be_allowed(const PstMessageRecord *record)
{
  return record->grant_key != NULL &&
         (record->state == PST_STATE_REFUSED || record->state == PST_STATE_FAILED);
}

static void
allow_once(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  PstRequirement requirement;
  const char *nick;
  gint64 id;
  g_variant_get(call->arguments, "(x&s)", &id, &nick);
  if (!pst_requirement_parse(nick, &requirement)) {
    return_no_requirement(call);
    return;
  }
  g_autoptr(PstMessageRecord) record = pst_history_load(call->context->relay->database, id, &error);
  if (record == NULL) {
    pst_bus_return_error(call, error);
    return;
  }
  if (!may_be_allowed(record)) {
    pst_bus_return_code(call, PST_ERROR_NOT_ALLOWED, "this message was not refused");
    return;
  }
  g_autofree char *key = pst_requirement_ledger_key(record->grant_key);
  pst_choices_grant(call->context->relay->choices, key, requirement);
  g_autofree char *expires = pst_bus_time_to_text(g_get_real_time() + PST_GRANT_LIFETIME);
  pst_bus_return(call, g_variant_new("(s)", expires));
}

static void
issue_token(PstBusCall *call)
{
  PstRequirement requirement;
  const char *nick;
  g_variant_get(call->arguments, "(&s)", &nick);
  if (!pst_requirement_parse(nick, &requirement)) {
    return_no_requirement(call);
    return;
  }
  g_autofree char *token = pst_choices_issue_token(call->context->relay->choices, requirement);
  pst_bus_return(call, g_variant_new("(s)", token));
}

/* The domain of an argument, normalised; NULL: the call was answered with an error. */
static char *
read_domain(PstBusCall *call)
{
  const char *text;
  g_variant_get(call->arguments, "(&s)", &text);
  char *domain = pst_domain_name_normalise(text, strlen(text));
  if (domain == NULL)
    pst_bus_return_code(call, PST_ERROR_INVALID_ARGUMENT, "domain: not a domain name");
  return domain;
}

static void
accept_change(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *domain = read_domain(call);
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(call->context->relay);
  if (domain != NULL) {
    gboolean done = pst_assessor_accept(assessor, domain, &error);
    return_outcome(call, done, error);
  }
}

static void
forget(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *domain = read_domain(call);
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(call->context->relay);
  if (domain == NULL)
    return;
  gint64 n = pst_assessor_forget(assessor, domain, &error);
  if (n == 0)
    pst_bus_return_code(call, PST_ERROR_NOT_FOUND, "nothing is remembered of this domain");
  else
    return_outcome(call, n > 0, error);
}

static void
forget_all(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(call->context->relay);
  gint64 n = pst_assessor_forget(assessor, NULL, &error);
  if (n < 0)
    pst_bus_return_error(call, error);
  else
    pst_bus_return(call, g_variant_new("(u)", (guint)n));
}

static void
client_settings(PstBusCall *call)
{
  pst_bus_return(call, g_variant_new("(@aa{sv})", pst_bus_client_settings_to_variant(call->context)));
}

static void
get_configuration(PstBusCall *call)
{
  g_autoptr(PstConfiguration) configuration = pst_relay_ref_configuration(call->context->relay);
  pst_bus_return(call, g_variant_new("(@a{sa{ss}})", pst_configuration_to_variant(configuration)));
}

static void
set_key(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  const char *group, *key, *value;
  g_variant_get(call->arguments, "(&s&s&s)", &group, &key, &value);
  gboolean done = pst_config_keeper_set(call->context->keeper, group, key, value, &error);
  return_outcome(call, done, error);
}

static void
reload(PstBusCall *call)
{
  g_autoptr(GError) error = NULL;
  gboolean done = pst_config_keeper_reload(call->context->keeper, &error);
  return_outcome(call, done, error);
}

static void
quit(PstBusCall *call)
{
  pst_bus_return(call, NULL);
  call->context->quit(call->context->data);
}

PstBusHandler
pst_bus_find_control(const char *method)
{
  static const struct {
    const char *method;
    PstBusHandler handler;
  } controls[] = {
    { "GetMode", get_mode },
    { "SetMode", set_mode },
    { "Pause", pause_mail },
    { "GetStatus", get_status },
    { "AllowOnce", allow_once },
    { "IssueToken", issue_token },
    { "AcceptChange", accept_change },
    { "Forget", forget },
    { "ForgetAll", forget_all },
    { "ClientSettings", client_settings },
    { "GetConfiguration", get_configuration },
    { "Set", set_key },
    { "Reload", reload },
    { "Quit", quit },
  };
  for (guint i = 0; i < G_N_ELEMENTS(controls); i++)
    if (g_str_equal(method, controls[i].method))
      return controls[i].handler;
  return NULL;
}
