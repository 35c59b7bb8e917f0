#include "relay/store/record-rows.h"
#include "relay/mail/domain-name.h"
#include "relay/store/counters.h"
#include "relay/store/record-facts.h"
#include "relay/store/record-values.h"
#include "relay/store/search-index.h"

#define MESSAGE_COLUMNS                                                                                      \
  "time, message_id, subject, sender, account, client, size, requirement, source, state, past_end, reason,"  \
  " reason_args, reply, digest, grant_key, queue_id, envid, removed_tls_required, header_ignored, demo, "    \
  "hops"
#define MESSAGE_PLACES                                                                                       \
  "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23"
#define MESSAGE_TYPES "nitttttitttotvtbbttooov"

static gboolean
write_message(PstConnection *connection, const char *sql, const PstMessageRecord *m, GError **error)
{
  g_autoptr(GVariant) arguments = pst_record_reason_arguments(m->reason);
  g_autoptr(GVariant) hops = g_variant_ref_sink(pst_record_hops_to_facts(m));
  return pst_connection_run(connection, error, sql, MESSAGE_TYPES, m->id, m->time, m->message_id, m->subject,
                            m->sender != NULL ? m->sender : "", m->account, m->client, m->size,
                            pst_requirement_nick(m->requirement), pst_requirement_source_nick(m->source),
                            pst_state_nick(m->state), m->past_end, pst_record_reason_nick(m->reason),
                            arguments, m->reply, m->digest, m->grant_key, m->queue_id, m->envid,
                            m->removed_tls_required, m->header_ignored, m->demo, hops);
}

static gboolean
insert_recipient(PstConnection *connection, gint64 id, guint position, const PstRecipientRecord *r,
                 GError **error)
{
  g_autoptr(GVariant) arguments = pst_record_reason_arguments(r->reason);
  g_autofree char *display = r->domain != NULL ? pst_domain_name_display(r->domain) : NULL;
  return pst_connection_run(
      connection, error,
      "INSERT INTO recipients (message, position, address, domain, domain_display, state, route,"
      " assurance, evidence, outlook, reason, reason_args, reply)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
      "iittttttvttvt", id, (gint64)position, r->address, r->domain,
      g_strcmp0(display, r->domain) != 0 ? display : NULL, pst_state_nick(r->state), pst_route_nick(r->route),
      pst_assurance_nick(r->assurance), r->evidence, r->has_outlook ? pst_outlook_nick(r->outlook) : NULL,
      pst_record_reason_nick(r->reason), arguments, r->reply);
}

/* All but the address, whose index would be written too. */
static gboolean
update_recipient(PstConnection *connection, gint64 id, guint position, const PstRecipientRecord *r,
                 GError **error)
{
  g_autoptr(GVariant) arguments = pst_record_reason_arguments(r->reason);
  return pst_connection_run(
      connection, error,
      "UPDATE recipients SET (state, route, assurance, evidence, outlook, reason, reason_args,"
      " reply) = (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) WHERE message = ?1 AND position = ?2",
      "iitttvttvt", id, (gint64)position, pst_state_nick(r->state), pst_route_nick(r->route),
      pst_assurance_nick(r->assurance), r->evidence, r->has_outlook ? pst_outlook_nick(r->outlook) : NULL,
      pst_record_reason_nick(r->reason), arguments, r->reply);
}

typedef gboolean (*WriteRecipient)(PstConnection *connection, gint64 id, guint position,
                                   const PstRecipientRecord *recipient, GError **error);

static gboolean
write_recipients(PstConnection *connection, gint64 id, const PstMessageRecord *record, WriteRecipient write,
                 GError **error)
{
  for (guint i = 0; i < record->recipients->len; i++)
    if (!write(connection, id, i, record->recipients->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
delete_recipients(PstConnection *connection, gint64 id, GError **error)
{
  return pst_connection_run(connection, error, "DELETE FROM recipients WHERE message = ?1", "i", id);
}

gboolean
pst_record_rows_insert(PstConnection *connection, const PstMessageRecord *record, gint64 *id, GError **error)
{
  if (!write_message(connection,
                     "INSERT INTO messages (id, " MESSAGE_COLUMNS ") VALUES (?1, " MESSAGE_PLACES ")", record,
                     error))
    return FALSE;
  *id = sqlite3_last_insert_rowid(pst_connection_get_sqlite(connection));
  return write_recipients(connection, *id, record, insert_recipient, error) &&
         pst_counters_count(connection, *id, 1, error);
}

static gboolean
read_recipients(PstConnection *connection, PstMessageRecord *record, GError **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *row =
      pst_connection_query(connection, error,
                           "SELECT address, domain, state, route, assurance, evidence, outlook, reason,"
                           " reason_args, reply FROM recipients WHERE message = ?1 ORDER BY position",
                           "i", record->id);
  if (row == NULL)
    return FALSE;
  while (pst_connection_next(connection, row, &local))
    if (!pst_record_take_recipient(record, row, &local))
      break;
  sqlite3_reset(row);
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

/* All but the hops, which are left as they are stored. */
static PstMessageRecord *
read_record(PstConnection *connection, gint64 id, GVariant **hops, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(PstMessageRecord) record = NULL;
  sqlite3_stmt *row = pst_connection_query(
      connection, error, "SELECT id, " MESSAGE_COLUMNS " FROM messages WHERE id = ?1", "i", id);
  if (row == NULL)
    return NULL;
  if (pst_connection_next(connection, row, &local)) {
    record = pst_record_take_message(row, hops, &local);
    sqlite3_reset(row);
  } else if (local == NULL) {
    g_set_error(&local, PST_ERROR, PST_ERROR_NOT_FOUND, "there is no message %" G_GINT64_FORMAT, id);
  }
  if (local != NULL)
    g_propagate_error(error, g_steal_pointer(&local));
  else if (read_recipients(connection, record, error))
    return g_steal_pointer(&record);
  return NULL;
}

PstMessageRecord *
pst_record_rows_read(PstConnection *connection, gint64 id, GError **error)
{
  g_autoptr(GVariant) hops = NULL;
  g_autoptr(PstMessageRecord) record = read_record(connection, id, &hops, error);
  if (record == NULL || pst_record_take_hops(record, hops))
    return g_steal_pointer(&record);
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED,
              "%s: the hops of message %" G_GINT64_FORMAT " have a value this Postern does not know",
              pst_connection_get_path(connection), id);
  return NULL;
}

GVariant *
pst_record_rows_read_facts(PstConnection *connection, gint64 id, GError **error)
{
  g_autoptr(GVariant) hops = NULL;
  g_autoptr(PstMessageRecord) record = read_record(connection, id, &hops, error);
  return record != NULL ? pst_record_to_facts(record, hops) : NULL;
}

/* What the search index and the index of domains hold of the two. */
static gboolean
have_same_text(const PstMessageRecord *a, const PstMessageRecord *b)
{
  if (g_strcmp0(a->subject, b->subject) != 0 || g_strcmp0(a->sender, b->sender) != 0 ||
      a->recipients->len != b->recipients->len)
    return FALSE;
  for (guint i = 0; i < a->recipients->len; i++) {
    const PstRecipientRecord *one = a->recipients->pdata[i], *other = b->recipients->pdata[i];
    if (g_strcmp0(one->address, other->address) != 0 || g_strcmp0(one->domain, other->domain) != 0)
      return FALSE;
  }
  return TRUE;
}

#define UPDATE "UPDATE messages SET (" MESSAGE_COLUMNS ") = (" MESSAGE_PLACES ") WHERE id = ?1"

static gboolean
update(PstConnection *connection, const PstMessageRecord *record, WriteRecipient write, GError **error)
{
  return write_message(connection, UPDATE, record, error) &&
         write_recipients(connection, record->id, record, write, error) &&
         pst_counters_count(connection, record->id, 1, error);
}

gboolean
pst_record_rows_replace(PstConnection *connection, const PstMessageRecord *record, GError **error)
{
  gint64 id = record->id;
  g_autoptr(GVariant) hops = NULL;
  g_autoptr(PstMessageRecord) before = read_record(connection, id, &hops, error);
  if (before == NULL || !pst_counters_count(connection, id, -1, error))
    return FALSE;
  /* Only states change as a rule. */
  if (have_same_text(before, record))
    return update(connection, record, update_recipient, error);
  return pst_search_index_take_out(connection, id, error) && delete_recipients(connection, id, error) &&
         update(connection, record, insert_recipient, error) &&
         pst_search_index_put_back(connection, id, error);
}

gboolean
pst_record_rows_delete(PstConnection *connection, gint64 id, GError **error)
{
  gint64 found;
  if (!pst_connection_number(connection, &found, error, "SELECT id FROM messages WHERE id = ?1", "i", id))
    return FALSE;
  if (found == 0) {
    g_set_error(error, PST_ERROR, PST_ERROR_NOT_FOUND, "there is no message %" G_GINT64_FORMAT, id);
    return FALSE;
  }
  return pst_search_index_take_out(connection, id, error) && pst_counters_count(connection, id, -1, error) &&
         delete_recipients(connection, id, error) &&
         pst_connection_run(connection, error, "DELETE FROM messages WHERE id = ?1", "i", id);
}
