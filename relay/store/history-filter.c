#include "relay/store/history-filter.h"
#include "relay/store/counters.h"
#include "relay/store/search-words.h"
#include <string.h>

#define SINCE      5
#define UNTIL      6
#define FIRST_TEXT 7 /* ?1 to ?4 are from, to, limit and skip */

struct PstHistoryQuery {
  PstConnection *connection;
  const char *id; /* the column that gives ids, once something leads */
  GString *tables;
  GString *conditions;
  gboolean repeats;       /* the leading table may give an id more than once */
  gboolean joined;        /* messages is among the tables */
  GPtrArray *texts;       /* for ?7 and up */
  gint64 since, until;    /* time */
  gint64 lowest, highest; /* id */
};

static const PstHistoryFilter everything;

static gboolean
leads(PstHistoryQuery *query, const char *tables, const char *id)
{
  if (query->id != NULL)
    return FALSE;
  g_string_assign(query->tables, tables);
  query->id = id;
  return TRUE;
}

static void
add_text_condition(PstHistoryQuery *query, const char *format, const char *text)
{
  g_autofree char *place = g_strdup_printf("?%u", FIRST_TEXT + query->texts->len);
  g_auto(GStrv) parts = g_strsplit(format, "?", 2);
  g_string_append_printf(query->conditions, " AND %s%s%s", parts[0], place, parts[1]);
  g_ptr_array_add(query->texts, g_strdup(text));
}

static void
need_messages(PstHistoryQuery *query)
{
  if (!query->joined)
    /* CROSS JOIN: the order as written, which keeps ids in order. */
    g_string_append_printf(query->tables, " CROSS JOIN messages ON messages.id = %s", query->id);
  query->joined = TRUE;
}

static gboolean
add_search(PstHistoryQuery *query, const char *search, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *expression = search != NULL ? pst_search_words_to_expression(search, &local) : NULL;
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (expression != NULL && leads(query, "search", "search.rowid"))
    add_text_condition(query, "search MATCH ?", expression);
  return TRUE;
}

static void
add_recipient_condition(PstHistoryQuery *query, const char *column, const char *text)
{
  if (text == NULL)
    return;
  g_autofree char *table = g_strdup_printf("recipients INDEXED BY recipients_by_%s", column);
  g_autofree char *leading = g_strdup_printf("recipients.%s = ?", column);
  if (leads(query, table, "recipients.message")) {
    query->repeats = TRUE;
    add_text_condition(query, leading, text);
    return;
  }
  g_autofree char *other = g_strdup_printf(
      "EXISTS (SELECT 1 FROM recipients r WHERE r.message = %s AND r.%s = ?)", query->id, column);
  add_text_condition(query, other, text);
}

/* Most messages are `sent`: without those, the index of states leads. */
static void
add_state(PstHistoryQuery *query, const char *state)
{
  if (state == NULL)
    return;
  gboolean common = g_str_equal(state, "sent");
  if (leads(query, common ? "messages" : "messages INDEXED BY messages_by_state", "messages.id"))
    query->joined = TRUE;
  need_messages(query);
  add_text_condition(query, common ? "messages.state = ?" : "messages.state = ? AND messages.state <> 'sent'",
                     state);
}

static void
add_account(PstHistoryQuery *query, const char *account)
{
  if (account == NULL)
    return;
  if (leads(query, "messages INDEXED BY messages_by_account", "messages.id"))
    query->joined = TRUE;
  need_messages(query);
  add_text_condition(query, "messages.account = ?", account);
}

/* Pages are by id: the days give bounds for ids, and within them time is checked message by message. */
static gboolean
add_times(PstHistoryQuery *query, gint64 since, gint64 until, GError **error)
{
  if (since != 0 || until != 0)
    need_messages(query);
  if (since != 0)
    g_string_append_printf(query->conditions, " AND messages.time >= ?%d", SINCE);
  if (until != 0)
    g_string_append_printf(query->conditions, " AND messages.time < ?%d", UNTIL);
  query->since = since;
  query->until = until;
  return (since == 0 || pst_counters_get_lowest_id(query->connection, since, &query->lowest, error)) &&
         (until == 0 || pst_counters_get_highest_id(query->connection, until, &query->highest, error));
}

PstHistoryQuery *
pst_history_query_new(PstConnection *connection, const PstHistoryFilter *filter, GError **error)
{
  g_autoptr(PstHistoryQuery) query = g_new0(PstHistoryQuery, 1);
  query->connection = connection;
  query->tables = g_string_new(NULL);
  query->conditions = g_string_new(NULL);
  query->texts = g_ptr_array_new_with_free_func(g_free);
  query->highest = G_MAXINT64;
  if (filter == NULL)
    filter = &everything;
  if (!add_search(query, filter->search, error))
    return NULL;
  add_recipient_condition(query, "domain", filter->domain);
  add_state(query, filter->state);
  add_recipient_condition(query, "assurance", filter->assurance);
  add_account(query, filter->account);
  if (leads(query, "messages", "messages.id"))
    query->joined = TRUE;
  if (!add_times(query, filter->since, filter->until, error))
    return NULL;
  return g_steal_pointer(&query);
}

void
pst_history_query_free(PstHistoryQuery *query)
{
  if (query == NULL)
    return;
  g_string_free(query->tables, TRUE);
  g_string_free(query->conditions, TRUE);
  g_ptr_array_unref(query->texts);
  g_free(query);
}

sqlite3_stmt *
pst_history_query_ids(PstHistoryQuery *query, gboolean newest_first, gint64 from, gint64 to, gint64 limit,
                      gint64 skip, GError **error)
{
  g_autofree char *sql =
      g_strdup_printf("SELECT %s %s FROM %s WHERE %s BETWEEN ?1 AND ?2%s ORDER BY %s %s LIMIT ?3 OFFSET ?4",
                      query->repeats ? "DISTINCT" : "", query->id, query->tables->str, query->id,
                      query->conditions->str, query->id, newest_first ? "DESC" : "ASC");
  sqlite3_stmt *statement = pst_connection_query(
      query->connection, error, sql, "iiii", MAX(from, query->lowest), MIN(to, query->highest), limit, skip);
  if (statement == NULL)
    return NULL;
  /* Places that the text does not have are refused, and that is all right. */
  sqlite3_bind_int64(statement, SINCE, query->since);
  sqlite3_bind_int64(statement, UNTIL, query->until);
  for (guint i = 0; i < query->texts->len; i++)
    sqlite3_bind_text(statement, FIRST_TEXT + i, query->texts->pdata[i], -1, SQLITE_TRANSIENT);
  return statement;
}

static void
append_part(GString *key, const char *text)
{
  /* The length in front keeps two filters apart whatever their texts hold. */
  if (text != NULL)
    g_string_append_printf(key, "%zu:%s", strlen(text), text);
  g_string_append_c(key, ';');
}

char *
pst_history_filter_key(const PstHistoryFilter *filter)
{
  GString *key = g_string_new(NULL);
  if (filter == NULL)
    filter = &everything;
  append_part(key, filter->search);
  append_part(key, filter->state);
  append_part(key, filter->domain);
  append_part(key, filter->account);
  append_part(key, filter->assurance);
  g_string_append_printf(key, "%" G_GINT64_FORMAT ";%" G_GINT64_FORMAT, filter->since, filter->until);
  return g_string_free(key, FALSE);
}
