#include "app/fact-words.h"
#include "relay/contract/reason.h"
#include "relay/contract/words.h"
#undef N_
#include <glib/gi18n.h>

const char *
pst_fact_text(GVariant *facts, const char *key)
{
  const char *text = NULL;
  return g_variant_lookup(facts, key, "&s", &text) ? text : NULL;
}

gboolean
pst_fact_is_true(GVariant *facts, const char *key)
{
  gboolean value = FALSE;
  return g_variant_lookup(facts, key, "b", &value) && value;
}

guint64
pst_fact_number(GVariant *facts, const char *key)
{
  gint64 wide;
  guint32 narrow;
  guint16 port;
  if (g_variant_lookup(facts, key, "x", &wide))
    return MAX(wide, 0);
  if (g_variant_lookup(facts, key, "u", &narrow))
    return narrow;
  return g_variant_lookup(facts, key, "q", &port) ? port : 0;
}

GVariant *
pst_fact_list(GVariant *facts, const char *key)
{
  GVariant *list = g_variant_lookup_value(facts, key, G_VARIANT_TYPE("aa{sv}"));
  return list != NULL ? list : g_variant_ref_sink(g_variant_new("aa{sv}", NULL));
}

/* What is said for a nick this program knows, for one it does not know, and for none. */
static const char *
word_or_nick(const char *nick, gboolean known, const char *word)
{
  return known ? _(word) : nick != NULL ? nick : "";
}

const char *
pst_fact_requirement(GVariant *facts, const char *key)
{
  const char *nick = pst_fact_text(facts, key);
  PstRequirement value;
  gboolean known = pst_requirement_parse(nick, &value);
  return word_or_nick(nick, known, known ? pst_requirement_word(value) : NULL);
}

const char *
pst_fact_state(GVariant *facts)
{
  const char *nick = pst_fact_text(facts, "state");
  PstState value;
  gboolean known = pst_state_parse(nick, &value);
  return word_or_nick(nick, known, known ? pst_state_word(value) : NULL);
}

const char *
pst_fact_outlook(GVariant *facts)
{
  const char *nick = pst_fact_text(facts, "outlook");
  PstOutlook value;
  gboolean known = pst_outlook_parse(nick, &value);
  return word_or_nick(nick, known, known ? pst_outlook_word(value) : NULL);
}

const char *
pst_fact_assurance(GVariant *facts)
{
  const char *nick = pst_fact_text(facts, "assurance");
  PstAssurance value;
  gboolean known = pst_assurance_parse(nick, &value);
  return word_or_nick(nick, known, known ? pst_assurance_word(value) : NULL);
}

static const char *
source_word(PstRequirementSource source)
{
  switch (source) {
  case PST_SOURCE_GRANT:
    return N_("allowed once");
  case PST_SOURCE_PARAMETER:
    return N_("by the mail program");
  case PST_SOURCE_HEADER:
    return N_("by a header of the message");
  case PST_SOURCE_SUBJECT:
    return N_("by its subject");
  case PST_SOURCE_ONCE:
    return N_("for this message alone");
  case PST_SOURCE_RULE:
    return N_("by a rule for a recipient");
  case PST_SOURCE_LISTENER:
    return N_("by the port it came in at");
  case PST_SOURCE_ACCOUNT:
    return N_("by the account");
  case PST_SOURCE_MODE:
    return N_("for all mail");
  case PST_SOURCE_FLOOR:
    return N_("as a minimum");
  }
  g_return_val_if_reached("");
}

const char *
pst_fact_source(GVariant *facts)
{
  const char *nick = pst_fact_text(facts, "requirement_source");
  PstRequirementSource value;
  gboolean known = pst_requirement_source_parse(nick, &value);
  return word_or_nick(nick, known, known ? source_word(value) : NULL);
}

char *
pst_fact_reason(GVariant *facts)
{
  const char *nick = pst_fact_text(facts, "reason_code");
  g_autoptr(GVariant) arguments = g_variant_lookup_value(facts, "reason_args", G_VARIANT_TYPE("a{ss}"));
  g_autoptr(PstReason) reason = nick != NULL ? pst_reason_from_variant(nick, arguments) : NULL;
  if (reason == NULL)
    return g_strdup(pst_fact_text(facts, "reason"));
  return pst_reason_fill(reason, _(pst_reason_template(pst_reason_get_code(reason))));
}

char *
pst_fact_time(GVariant *facts, const char *key)
{
  const char *text = pst_fact_text(facts, key);
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;
  g_autoptr(GDateTime) local = time != NULL ? g_date_time_to_local(time) : NULL;
  return local != NULL ? g_date_time_format(local, "%Y-%m-%d %H:%M") : g_strdup(text != NULL ? text : "");
}
