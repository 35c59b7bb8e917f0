#include "relay/delivery/record.h"
#include "relay/contract/nick.h"

static const char *const requiretls_nicks[] = { "not-asked", "not-offered", "used", NULL };

const char *
pst_hop_requiretls_nick(PstHopRequiretls value)
{
  return pst_nick_of(requiretls_nicks, value);
}

gboolean
pst_hop_requiretls_parse(const char *nick, PstHopRequiretls *value)
{
  guint number;
  if (!pst_nick_parse(requiretls_nicks, nick, &number))
    return FALSE;
  *value = number;
  return TRUE;
}

static void
recipient_free(gpointer data)
{
  PstRecipientRecord *recipient = data;
  g_free(recipient->address);
  g_free(recipient->domain);
  g_clear_pointer(&recipient->evidence, g_variant_unref);
  pst_reason_unref(recipient->reason);
  g_free(recipient->reply);
  g_free(recipient);
}

static void
hop_free(gpointer data)
{
  PstHop *hop = data;
  g_free(hop->from);
  g_free(hop->to);
  g_free(hop->security);
  g_free(hop->tls);
  g_free(hop->cipher);
  g_free(hop->certificate);
  g_free(hop->reply);
  g_free(hop);
}

PstMessageRecord *
pst_message_record_new(void)
{
  PstMessageRecord *record = g_new0(PstMessageRecord, 1);
  record->requirement = PST_REQUIREMENT_USUAL;
  record->source = PST_SOURCE_MODE;
  record->recipients = g_ptr_array_new_with_free_func(recipient_free);
  record->hops = g_ptr_array_new_with_free_func(hop_free);
  return record;
}

void
pst_message_record_free(PstMessageRecord *record)
{
  if (record == NULL)
    return;
  g_free(record->message_id);
  g_free(record->subject);
  g_free(record->sender);
  g_free(record->account);
  g_free(record->client);
  pst_reason_unref(record->reason);
  g_free(record->reply);
  g_clear_pointer(&record->digest, g_bytes_unref);
  g_clear_pointer(&record->grant_key, g_bytes_unref);
  g_free(record->queue_id);
  g_free(record->envid);
  g_ptr_array_unref(record->recipients);
  g_ptr_array_unref(record->hops);
  g_free(record);
}

PstRecipientRecord *
pst_message_record_add_recipient(PstMessageRecord *record, const char *address, const char *domain)
{
  PstRecipientRecord *recipient = g_new0(PstRecipientRecord, 1);
  recipient->address = g_strdup(address);
  recipient->domain = g_strdup(domain);
  recipient->state = record->state;
  recipient->assurance = PST_ASSURANCE_UNKNOWN;
  g_ptr_array_add(record->recipients, recipient);
  return recipient;
}

PstHop *
pst_message_record_add_hop(PstMessageRecord *record, const char *from, const char *to)
{
  PstHop *hop = g_new0(PstHop, 1);
  hop->from = g_strdup(from);
  hop->to = g_strdup(to);
  g_ptr_array_add(record->hops, hop);
  return hop;
}

void
pst_message_record_set_state(PstMessageRecord *record, PstState state)
{
  record->state = state;
  for (guint i = 0; i < record->recipients->len; i++) {
    PstRecipientRecord *recipient = g_ptr_array_index(record->recipients, i);
    recipient->state = state;
  }
}
