#include "relay/contract/reason.h"
#include "relay/contract/nick.h"
#include "relay/contract/plain-text.h"
#include <stdarg.h>
#include <string.h>

#define MAX_ARGUMENTS 8

struct PstReason {
  PstReasonCode code;
  guint n_arguments;
  char *names[MAX_ARGUMENTS];
  char *values[MAX_ARGUMENTS];
};

static const char *const code_nicks[] = {
#define X(name, nick, text) nick,
  PST_REASON_LIST(X)
#undef X
      NULL
};

static const char *const templates[] = {
#define X(name, nick, text) text,
  PST_REASON_LIST(X)
#undef X
};

const char *
pst_reason_code_nick(PstReasonCode code)
{
  return pst_nick_of(code_nicks, code);
}

gboolean
pst_reason_code_parse(const char *nick, PstReasonCode *code)
{
  guint value;
  if (!pst_nick_parse(code_nicks, nick, &value))
    return FALSE;
  *code = value;
  return TRUE;
}

const char *
pst_reason_template(PstReasonCode code)
{
  g_return_val_if_fail(code < PST_REASON_COUNT, "");
  return templates[code];
}

static void
add_argument(PstReason *reason, const char *name, const char *value)
{
  if (reason->n_arguments == MAX_ARGUMENTS)
    return;
  reason->names[reason->n_arguments] = g_strdup(name);
  reason->values[reason->n_arguments] = pst_plain_text(value, -1, PST_REASON_MAX_ARGUMENT);
  reason->n_arguments++;
}

static PstReason *
reason_alloc(PstReasonCode code)
{
  PstReason *reason = g_atomic_rc_box_new0(PstReason);
  reason->code = code;
  return reason;
}

PstReason *
pst_reason_new(PstReasonCode code, ...)
{
  PstReason *reason = reason_alloc(code);
  va_list arguments;
  const char *name;
  va_start(arguments, code);
  while ((name = va_arg(arguments, const char *)) != NULL) {
    const char *value = va_arg(arguments, const char *);
    if (value != NULL)
      add_argument(reason, name, value);
  }
  va_end(arguments);
  return reason;
}

PstReason *
pst_reason_ref(PstReason *reason)
{
  return g_atomic_rc_box_acquire(reason);
}

static void
reason_clear(gpointer data)
{
  PstReason *reason = data;
  for (guint i = 0; i < reason->n_arguments; i++) {
    g_free(reason->names[i]);
    g_free(reason->values[i]);
  }
}

void
pst_reason_unref(PstReason *reason)
{
  if (reason != NULL)
    g_atomic_rc_box_release_full(reason, reason_clear);
}

PstReasonCode
pst_reason_get_code(const PstReason *reason)
{
  return reason->code;
}

const char *
pst_reason_get_argument(const PstReason *reason, const char *name)
{
  for (guint i = 0; i < reason->n_arguments; i++)
    if (g_str_equal(reason->names[i], name))
      return reason->values[i];
  return NULL;
}

char *
pst_reason_fill(const PstReason *reason, const char *text_template)
{
  GString *text = g_string_new(NULL);
  for (const char *p = text_template; *p != '\0';) {
    const char *close = *p == '{' ? strchr(p, '}') : NULL;
    if (close == NULL) {
      g_string_append_c(text, *p++);
      continue;
    }
    g_autofree char *name = g_strndup(p + 1, close - p - 1);
    const char *value = pst_reason_get_argument(reason, name);
    g_string_append(text, value != NULL ? value : name);
    p = close + 1;
  }
  return g_string_free(text, FALSE);
}

char *
pst_reason_to_english(const PstReason *reason)
{
  return pst_reason_fill(reason, pst_reason_template(reason->code));
}

GVariant *
pst_reason_arguments_to_variant(const PstReason *reason)
{
  GVariantBuilder builder;
  g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
  for (guint i = 0; i < reason->n_arguments; i++)
    g_variant_builder_add(&builder, "{ss}", reason->names[i], reason->values[i]);
  return g_variant_builder_end(&builder);
}

PstReason *
pst_reason_from_variant(const char *nick, GVariant *arguments)
{
  PstReasonCode code;
  if (!pst_reason_code_parse(nick, &code))
    return NULL;
  PstReason *reason = reason_alloc(code);
  if (arguments != NULL && g_variant_is_of_type(arguments, G_VARIANT_TYPE("a{ss}"))) {
    GVariantIter iter;
    const char *name, *value;
    g_variant_iter_init(&iter, arguments);
    while (g_variant_iter_next(&iter, "{&s&s}", &name, &value))
      add_argument(reason, name, value);
  }
  return reason;
}
