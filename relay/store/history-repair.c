#include "relay/store/history-repair.h"
#include "relay/store/record-rows.h"

static const char *
last_host(const PstMessageRecord *record)
{
  const PstHop *hop = record->hops->len > 0 ? record->hops->pdata[record->hops->len - 1] : NULL;
  return hop != NULL && hop->to != NULL ? hop->to : record->account;
}

static PstReason *
reason_for(const PstMessageRecord *record)
{
  if (record->past_end)
    return pst_reason_new(PST_REASON_UNCERTAIN, "host", last_host(record), NULL);
  return pst_reason_new(PST_REASON_INTERRUPTED, NULL);
}

static void
end_record(PstMessageRecord *record)
{
  PstState state = record->past_end ? PST_STATE_UNCERTAIN : PST_STATE_FAILED;
  for (guint i = 0; i < record->recipients->len; i++) {
    PstRecipientRecord *recipient = record->recipients->pdata[i];
    if (recipient->state != PST_STATE_SENDING)
      continue;
    recipient->state = state;
    g_clear_pointer(&recipient->reason, pst_reason_unref);
    recipient->reason = reason_for(record);
  }
  record->state = state;
  g_clear_pointer(&record->reason, pst_reason_unref);
  record->reason = reason_for(record);
}

static GArray *
list_under_way(PstConnection *connection, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  sqlite3_stmt *row = pst_connection_query(connection, error,
                                           "SELECT id FROM messages INDEXED BY messages_by_state"
                                           " WHERE state = 'sending' AND state <> 'sent'",
                                           "");
  if (row == NULL)
    return NULL;
  while (pst_connection_next(connection, row, &local)) {
    gint64 id = sqlite3_column_int64(row, 0);
    g_array_append_val(ids, id);
  }
  if (local == NULL)
    return g_steal_pointer(&ids);
  g_propagate_error(error, g_steal_pointer(&local));
  return NULL;
}

static gboolean
end_all(PstConnection *connection, GError **error)
{
  g_autoptr(GArray) ids = list_under_way(connection, error);
  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    g_autoptr(PstMessageRecord) record =
        pst_record_rows_read(connection, g_array_index(ids, gint64, i), error);
    if (record == NULL)
      return FALSE;
    end_record(record);
    if (!pst_record_rows_replace(connection, record, error))
      return FALSE;
  }
  return ids != NULL;
}

gboolean
pst_history_repair(PstConnection *connection, GError **error)
{
  if (!pst_connection_run(connection, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  if (end_all(connection, error))
    return pst_connection_run(connection, error, "COMMIT", "");
  pst_connection_run(connection, NULL, "ROLLBACK", "");
  return FALSE;
}
