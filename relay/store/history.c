#include "relay/store/history.h"
#include "relay/store/counters.h"
#include "relay/store/database-access.h"
#include "relay/store/record-rows.h"
#include "relay/store/search-index.h"

#define DELETE_BATCH 200

typedef struct {
  const PstMessageRecord *record;
  gint64 id;
} Save;

static gboolean
write_record(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  Save *save = data;
  gboolean good = save->id == 0 ? pst_record_rows_insert(connection, save->record, &save->id, error)
                                : pst_record_rows_replace(connection, save->record, error);
  *changed_from = MIN(*changed_from, save->id);
  return good;
}

gboolean
pst_history_save(PstDatabase *database, PstMessageRecord *record, GError **error)
{
  Save save = { record, record->id };
  if (!pst_writer_run(pst_database_get_writer(database), write_record, &save, error))
    return FALSE;
  record->id = save.id;
  return TRUE;
}

PstMessageRecord *
pst_history_load(PstDatabase *database, gint64 id, GError **error)
{
  PstConnection *connection = pst_database_begin_read(database, error);
  if (connection == NULL)
    return NULL;
  PstMessageRecord *record = pst_record_rows_read(connection, id, error);
  pst_database_end_read(database);
  return record;
}

GVariant *
pst_history_show(PstDatabase *database, gint64 id, GError **error)
{
  PstConnection *connection = pst_database_begin_read(database, error);
  if (connection == NULL)
    return NULL;
  GVariant *facts = pst_record_rows_read_facts(connection, id, error);
  pst_database_end_read(database);
  return facts;
}

gint64
pst_history_find_digest(PstDatabase *database, GBytes *digest, gint64 since, PstState *state)
{
  PstConnection *connection = pst_database_begin_read(database, NULL);
  if (connection == NULL)
    return 0;
  gint64 id = 0;
  sqlite3_stmt *row = pst_connection_query(connection, NULL,
                                           "SELECT id, state FROM messages WHERE digest = ?1 AND time >= ?2"
                                           " ORDER BY id DESC LIMIT 1",
                                           "bi", digest, since);
  if (row != NULL && pst_connection_next(connection, row, NULL)) {
    if (pst_state_parse((const char *)sqlite3_column_text(row, 1), state))
      id = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
  }
  pst_database_end_read(database);
  return id;
}

typedef struct {
  gint64 id;     /* 0: any */
  gint64 before; /* time */
  gint64 deleted;
} Deletion;

static gboolean
delete_one(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  Deletion *deletion = data;
  *changed_from = MIN(*changed_from, deletion->id);
  deletion->deleted = 1;
  return pst_record_rows_delete(connection, deletion->id, error);
}

static gboolean
find_old(PstConnection *connection, gint64 before, gint64 *id, GError **error)
{
  gint64 highest = G_MAXINT64;
  return (before == G_MAXINT64 || pst_counters_get_highest_id(connection, before, &highest, error)) &&
         pst_connection_number(connection, id, error,
                               "SELECT id FROM messages WHERE id <= ?1 AND time < ?2 ORDER BY id LIMIT 1",
                               "ii", highest, before);
}

/* In bounded steps: saves of other threads pass between them. */
static gboolean
delete_some(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  Deletion *deletion = data;
  for (deletion->deleted = 0; deletion->deleted < DELETE_BATCH; deletion->deleted++) {
    gint64 id;
    if (!find_old(connection, deletion->before, &id, error))
      return FALSE;
    if (id == 0)
      break;
    *changed_from = MIN(*changed_from, id);
    if (!pst_record_rows_delete(connection, id, error))
      return FALSE;
  }
  return deletion->deleted == 0 || pst_counters_forget_days(connection, error);
}

static gboolean
purge_step(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  return pst_search_index_purge(connection, data, error);
}

/* What was deleted is still in the parts of the search index and in the write-ahead log. A purge that was cut
 * short is taken up by the next deletion. */
static gboolean
purge(PstDatabase *database, GError **error)
{
  PstWriter *writer = pst_database_get_writer(database);
  gboolean done = FALSE;
  while (!done)
    if (!pst_writer_run(writer, purge_step, &done, error))
      return FALSE;
  return pst_writer_empty_log(writer, error);
}

static gint64
delete_until_none(PstDatabase *database, gint64 before, GError **error)
{
  Deletion deletion = { .before = before };
  gint64 deleted = 0;
  do {
    if (!pst_writer_run(pst_database_get_writer(database), delete_some, &deletion, error))
      return -1;
    deleted += deletion.deleted;
  } while (deletion.deleted == DELETE_BATCH);
  return purge(database, error) ? deleted : -1;
}

gint64
pst_history_delete(PstDatabase *database, gint64 id, GError **error)
{
  if (id == 0)
    return delete_until_none(database, G_MAXINT64, error);
  Deletion deletion = { .id = id };
  if (!pst_writer_run(pst_database_get_writer(database), delete_one, &deletion, error))
    return -1;
  return purge(database, error) ? deletion.deleted : -1;
}

gint64
pst_history_delete_before(PstDatabase *database, gint64 time, GError **error)
{
  return delete_until_none(database, time, error);
}

GVariant *
pst_history_counts(PstDatabase *database, GError **error)
{
  PstConnection *connection = pst_database_begin_read(database, error);
  if (connection == NULL)
    return NULL;
  GVariant *counts = pst_counters_get_states(connection, error);
  pst_database_end_read(database);
  return counts;
}
