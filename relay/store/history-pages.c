#include "relay/store/history.h"
#include "relay/store/database-access.h"
#include "relay/store/history-filter.h"
#include "relay/store/record-rows.h"
#include "relay/store/search-index.h"

#define MAX_PAGE 1000

/* Ids first, rows after: two statements never step through one another. */
static gboolean
collect_ids(PstConnection *connection, sqlite3_stmt *statement, GArray *ids, GError **error)
{
  g_autoptr(GError) local = NULL;
  while (pst_connection_next(connection, statement, &local)) {
    gint64 id = sqlite3_column_int64(statement, 0);
    g_array_append_val(ids, id);
  }
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

static GVariant *
list_facts(PstConnection *connection, GArray *ids, GError **error)
{
  GVariantBuilder list;
  g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
  for (guint i = 0; i < ids->len; i++) {
    GVariant *facts = pst_record_rows_read_facts(connection, g_array_index(ids, gint64, i), error);
    if (facts == NULL) {
      g_variant_builder_clear(&list);
      return NULL;
    }
    g_variant_builder_add_value(&list, facts);
  }
  return g_variant_builder_end(&list);
}

static GVariant *
read_page(PstConnection *connection, const PstHistoryFilter *filter, gint64 before, guint limit,
          GError **error)
{
  g_autoptr(PstHistoryQuery) query = pst_history_query_new(connection, filter, error);
  if (query == NULL)
    return NULL;
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  gint64 to = before == 0 ? G_MAXINT64 : before - 1;
  sqlite3_stmt *statement = pst_history_query_ids(query, TRUE, 0, to, MIN(limit, MAX_PAGE), 0, error);
  if (statement == NULL || !collect_ids(connection, statement, ids, error))
    return NULL;
  return list_facts(connection, ids, error);
}

static gboolean
catch_up(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  return pst_search_index_catch_up(connection, changed_from, error);
}

/* A search finds every message saved before it was asked for. */
static PstConnection *
begin_read(PstDatabase *database, const PstHistoryFilter *filter, GError **error)
{
  PstConnection *connection = pst_database_begin_read(database, error);
  gboolean behind = FALSE;
  if (connection == NULL || filter == NULL || filter->search == NULL)
    return connection;
  gboolean good = pst_search_index_is_behind(connection, &behind, error);
  if (good && !behind)
    return connection;
  pst_database_end_read(database);
  if (!good || !pst_writer_run(pst_database_get_writer(database), catch_up, NULL, error))
    return NULL;
  return pst_database_begin_read(database, error);
}

GVariant *
pst_history_list(PstDatabase *database, const PstHistoryFilter *filter, gint64 before, guint limit,
                 GError **error)
{
  PstConnection *connection = begin_read(database, filter, error);
  if (connection == NULL)
    return NULL;
  GVariant *list = read_page(connection, filter, before, limit, error);
  pst_database_end_read(database);
  return list;
}

static gboolean
complete_index(PstConnection *connection, PstHistoryQuery *query, PstPositionIndex *index, GError **error)
{
  if (index->complete)
    return TRUE;
  g_autoptr(GError) local = NULL;
  gint64 from = pst_position_index_resume(index);
  sqlite3_stmt *statement = pst_history_query_ids(query, FALSE, from, G_MAXINT64, -1, 0, error);
  if (statement == NULL)
    return FALSE;
  while (pst_connection_next(connection, statement, &local))
    pst_position_index_add(index, sqlite3_column_int64(statement, 0));
  index->complete = local == NULL;
  if (local != NULL)
    g_propagate_error(error, g_steal_pointer(&local));
  return index->complete;
}

static void
reverse(GArray *ids)
{
  for (guint i = 0, j = ids->len; i + 1 < j; i++) {
    gint64 id = g_array_index(ids, gint64, i);
    g_array_index(ids, gint64, i) = g_array_index(ids, gint64, --j);
    g_array_index(ids, gint64, j) = id;
  }
}

/* Positions count from the newest, ranks from the oldest: rows @position to @position + @n - 1 are the ranks
 * from total - @position - @n on, upside down. */
static gboolean
collect_window(PstConnection *connection, PstHistoryQuery *query, const PstPositionIndex *index,
               gint64 position, gint64 n, GArray *ids, GError **error)
{
  gint64 last = index->total - 1 - position;
  if (last < 0 || n == 0)
    return TRUE;
  gint64 skip, first = MAX(0, last - n + 1);
  gint64 from = pst_position_index_find(index, first, &skip);
  sqlite3_stmt *statement =
      pst_history_query_ids(query, FALSE, from, G_MAXINT64, last - first + 1, skip, error);
  if (statement == NULL || !collect_ids(connection, statement, ids, error))
    return FALSE;
  reverse(ids);
  return TRUE;
}

static GVariant *
read_window(PstDatabase *database, PstConnection *connection, const PstHistoryFilter *filter, guint position,
            guint n, guint *total, GError **error)
{
  g_autofree char *key = pst_history_filter_key(filter);
  g_autoptr(PstHistoryQuery) query = pst_history_query_new(connection, filter, error);
  if (query == NULL)
    return NULL;
  g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  PstPositionIndex *index = pst_position_cache_get(pst_database_get_positions(database), key);
  if (!complete_index(connection, query, index, error) ||
      !collect_window(connection, query, index, position, MIN(n, MAX_PAGE), ids, error))
    return NULL;
  *total = MIN(index->total, G_MAXUINT);
  return list_facts(connection, ids, error);
}

GVariant *
pst_history_window(PstDatabase *database, const PstHistoryFilter *filter, guint position, guint n,
                   guint *total, GError **error)
{
  PstConnection *connection = begin_read(database, filter, error);
  if (connection == NULL)
    return NULL;
  GVariant *list = read_window(database, connection, filter, position, n, total, error);
  pst_database_end_read(database);
  return list;
}
