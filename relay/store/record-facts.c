#include "relay/store/record-facts.h"
#include "relay/mail/domain-name.h"

static void
add_value(GVariantBuilder *facts, const char *key, GVariant *value)
{
  g_variant_builder_add_value(
      facts, g_variant_new_dict_entry(g_variant_new_string(key), g_variant_new_variant(value)));
}

static void
add_text(GVariantBuilder *facts, const char *key, const char *text)
{
  if (text == NULL)
    return;
  if (g_utf8_validate(text, -1, NULL))
    add_value(facts, key, g_variant_new_string(text));
  else
    add_value(facts, key, g_variant_new_take_string(g_utf8_make_valid(text, -1)));
}

static void
add_when_true(GVariantBuilder *facts, const char *key, gboolean value)
{
  if (value)
    add_value(facts, key, g_variant_new_boolean(TRUE));
}

static void
add_time(GVariantBuilder *facts, const char *key, gint64 time)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
  if (moment != NULL)
    add_value(facts, key, g_variant_new_take_string(g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ")));
}

static void
add_reason(GVariantBuilder *facts, const PstReason *reason)
{
  if (reason == NULL)
    return;
  add_value(facts, "reason", g_variant_new_take_string(pst_reason_to_english(reason)));
  add_text(facts, "reason_code", pst_reason_code_nick(pst_reason_get_code(reason)));
  add_value(facts, "reason_args", pst_reason_arguments_to_variant(reason));
}

static GVariant *
recipient_facts(const PstRecipientRecord *recipient)
{
  g_autofree char *display = recipient->domain != NULL ? pst_domain_name_display(recipient->domain) : NULL;
  GVariantBuilder facts;
  g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
  add_text(&facts, "address", recipient->address);
  add_text(&facts, "domain", recipient->domain);
  add_text(&facts, "domain_display", display);
  add_text(&facts, "state", pst_state_nick(recipient->state));
  add_text(&facts, "route", pst_route_nick(recipient->route));
  add_text(&facts, "assurance", pst_assurance_nick(recipient->assurance));
  if (recipient->evidence != NULL)
    add_value(&facts, "evidence", recipient->evidence);
  if (recipient->has_outlook)
    add_text(&facts, "outlook", pst_outlook_nick(recipient->outlook));
  add_reason(&facts, recipient->reason);
  add_text(&facts, "reply", recipient->reply);
  return g_variant_builder_end(&facts);
}

static GVariant *
hop_facts(const PstHop *hop)
{
  GVariantBuilder facts;
  g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
  add_text(&facts, "from", hop->from);
  add_text(&facts, "to", hop->to);
  add_text(&facts, "route", pst_route_nick(hop->route));
  add_text(&facts, "security", hop->security);
  add_text(&facts, "tls", hop->tls);
  add_text(&facts, "cipher", hop->cipher);
  add_text(&facts, "certificate", hop->certificate);
  add_text(&facts, "requiretls", pst_hop_requiretls_nick(hop->requiretls));
  add_text(&facts, "reply", hop->reply);
  return g_variant_builder_end(&facts);
}

GVariant *
pst_record_hops_to_facts(const PstMessageRecord *record)
{
  GVariantBuilder hops;
  g_variant_builder_init(&hops, G_VARIANT_TYPE("aa{sv}"));
  for (guint i = 0; i < record->hops->len; i++)
    g_variant_builder_add_value(&hops, hop_facts(record->hops->pdata[i]));
  return g_variant_builder_end(&hops);
}

static GVariant *
recipients_facts(const PstMessageRecord *record)
{
  GVariantBuilder recipients;
  g_variant_builder_init(&recipients, G_VARIANT_TYPE("aa{sv}"));
  for (guint i = 0; i < record->recipients->len; i++)
    g_variant_builder_add_value(&recipients, recipient_facts(record->recipients->pdata[i]));
  return g_variant_builder_end(&recipients);
}

GVariant *
pst_record_to_facts(const PstMessageRecord *record, GVariant *hops)
{
  GVariantBuilder facts;
  g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
  add_value(&facts, "id", g_variant_new_int64(record->id));
  add_time(&facts, "time", record->time);
  add_text(&facts, "message_id", record->message_id);
  add_text(&facts, "subject", record->subject);
  add_text(&facts, "from", record->sender);
  add_text(&facts, "account", record->account);
  add_text(&facts, "client", record->client);
  add_value(&facts, "size", g_variant_new_int64(record->size));
  add_text(&facts, "requirement", pst_requirement_nick(record->requirement));
  add_text(&facts, "requirement_source", pst_requirement_source_nick(record->source));
  add_text(&facts, "state", pst_state_nick(record->state));
  add_reason(&facts, record->reason);
  add_text(&facts, "reply", record->reply);
  add_text(&facts, "queue_id", record->queue_id);
  add_when_true(&facts, "removed_tls_required", record->removed_tls_required);
  add_when_true(&facts, "header_ignored", record->header_ignored);
  add_when_true(&facts, "demo", record->demo);
  add_value(&facts, "recipients", recipients_facts(record));
  add_value(&facts, "hops", hops);
  return g_variant_builder_end(&facts);
}
