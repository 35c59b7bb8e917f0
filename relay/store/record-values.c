#include "relay/store/record-values.h"

const char *
pst_record_reason_nick(const PstReason *reason)
{
  return reason != NULL ? pst_reason_code_nick(pst_reason_get_code(reason)) : NULL;
}

GVariant *
pst_record_reason_arguments(const PstReason *reason)
{
  return reason != NULL ? g_variant_ref_sink(pst_reason_arguments_to_variant(reason)) : NULL;
}

static const char *
text_at(sqlite3_stmt *row, int column)
{
  return (const char *)sqlite3_column_text(row, column);
}

static gboolean
unknown_value(sqlite3_stmt *row, int column, GError **error)
{
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s: %s has a value this Postern does not know",
              sqlite3_db_filename(sqlite3_db_handle(row), NULL), sqlite3_column_name(row, column));
  return FALSE;
}

static char *
take_fact(GVariant *facts, const char *key)
{
  char *text = NULL;
  g_variant_lookup(facts, key, "s", &text);
  return text;
}

static gboolean
take_hop(PstMessageRecord *record, GVariant *facts)
{
  const char *route = NULL, *requiretls = NULL;
  PstHop *hop = pst_message_record_add_hop(record, NULL, NULL);
  hop->from = take_fact(facts, "from");
  hop->to = take_fact(facts, "to");
  hop->security = take_fact(facts, "security");
  hop->tls = take_fact(facts, "tls");
  hop->cipher = take_fact(facts, "cipher");
  hop->certificate = take_fact(facts, "certificate");
  hop->reply = take_fact(facts, "reply");
  g_variant_lookup(facts, "route", "&s", &route);
  g_variant_lookup(facts, "requiretls", "&s", &requiretls);
  return pst_route_parse(route, &hop->route) && pst_hop_requiretls_parse(requiretls, &hop->requiretls);
}

gboolean
pst_record_take_hops(PstMessageRecord *record, GVariant *hops)
{
  for (gsize i = 0; i < g_variant_n_children(hops); i++) {
    g_autoptr(GVariant) facts = g_variant_get_child_value(hops, i);
    if (!take_hop(record, facts))
      return FALSE;
  }
  return TRUE;
}

#define TAKE_NICK(parse, row, column, place, error)                                                          \
  (parse(text_at(row, column), place) || unknown_value(row, column, error))

static PstReason *
take_reason(sqlite3_stmt *row, int column)
{
  if (text_at(row, column) == NULL)
    return NULL;
  g_autoptr(GVariant) arguments = pst_column_variant(row, column + 1, G_VARIANT_TYPE("a{ss}"));
  return pst_reason_from_variant(text_at(row, column), arguments);
}

PstMessageRecord *
pst_record_take_message(sqlite3_stmt *row, GVariant **hops, GError **error)
{
  g_autoptr(PstMessageRecord) record = pst_message_record_new();
  if (!TAKE_NICK(pst_requirement_parse, row, 8, &record->requirement, error) ||
      !TAKE_NICK(pst_requirement_source_parse, row, 9, &record->source, error) ||
      !TAKE_NICK(pst_state_parse, row, 10, &record->state, error))
    return NULL;
  record->id = sqlite3_column_int64(row, 0);
  record->time = sqlite3_column_int64(row, 1);
  record->message_id = pst_column_text(row, 2);
  record->subject = pst_column_text(row, 3);
  record->sender = pst_column_text(row, 4);
  record->account = pst_column_text(row, 5);
  record->client = pst_column_text(row, 6);
  record->size = sqlite3_column_int64(row, 7);
  record->past_end = sqlite3_column_int(row, 11) != 0;
  record->reason = take_reason(row, 12);
  record->reply = pst_column_text(row, 14);
  record->digest = pst_column_bytes(row, 15);
  record->grant_key = pst_column_bytes(row, 16);
  record->queue_id = pst_column_text(row, 17);
  record->envid = pst_column_text(row, 18);
  record->removed_tls_required = sqlite3_column_int(row, 19) != 0;
  record->header_ignored = sqlite3_column_int(row, 20) != 0;
  record->demo = sqlite3_column_int(row, 21) != 0;
  *hops = pst_column_variant(row, 22, G_VARIANT_TYPE("aa{sv}"));
  return *hops != NULL || unknown_value(row, 22, error) ? g_steal_pointer(&record) : NULL;
}

gboolean
pst_record_take_recipient(PstMessageRecord *record, sqlite3_stmt *row, GError **error)
{
  PstRecipientRecord *recipient = pst_message_record_add_recipient(record, text_at(row, 0), text_at(row, 1));
  recipient->evidence = pst_column_variant(row, 5, G_VARIANT_TYPE_VARDICT);
  recipient->has_outlook = text_at(row, 6) != NULL;
  recipient->reason = take_reason(row, 7);
  recipient->reply = pst_column_text(row, 9);
  return TAKE_NICK(pst_state_parse, row, 2, &recipient->state, error) &&
         TAKE_NICK(pst_route_parse, row, 3, &recipient->route, error) &&
         TAKE_NICK(pst_assurance_parse, row, 4, &recipient->assurance, error) &&
         (!recipient->has_outlook || TAKE_NICK(pst_outlook_parse, row, 6, &recipient->outlook, error));
}
