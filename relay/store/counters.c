#include "relay/store/counters.h"

#define DAY      G_GINT64_CONSTANT(86400000000) /* microseconds */
#define SQL_DAY  "86400000000"
#define SQL_WEEK "(m.time / " SQL_DAY " + 3) / 7" /* 1 January 1970 was a Thursday */
#define SQL_ADD  " ON CONFLICT (week, kind, nick) DO UPDATE SET count = count + excluded.count"

static gboolean
note_day(PstConnection *connection, gint64 id, GError **error)
{
  return pst_connection_run(connection, error,
                            "INSERT INTO days (day, first, last)"
                            " SELECT time / " SQL_DAY ", id, id FROM messages WHERE id = ?1"
                            " ON CONFLICT (day) DO UPDATE"
                            " SET first = min (first, excluded.first), last = max (last, excluded.last)"
                            " WHERE excluded.first < first OR excluded.last > last",
                            "i", id);
}

gboolean
pst_counters_count(PstConnection *connection, gint64 id, gint64 sign, GError **error)
{
  return pst_connection_run(connection, error,
                            "INSERT INTO counters (week, kind, nick, count)"
                            " SELECT " SQL_WEEK ", 'state', m.state, ?2 FROM messages m"
                            " WHERE m.id = ?1 AND m.demo = 0" SQL_ADD,
                            "ii", id, sign) &&
         pst_connection_run(connection, error,
                            "INSERT INTO counters (week, kind, nick, count)"
                            " SELECT " SQL_WEEK ", 'assurance', r.assurance, ?2"
                            " FROM messages m JOIN recipients r ON r.message = m.id"
                            " WHERE m.id = ?1 AND m.demo = 0" SQL_ADD,
                            "ii", id, sign) &&
         (sign < 0 || note_day(connection, id, error));
}

GVariant *
pst_counters_get_states(PstConnection *connection, GError **error)
{
  g_autoptr(GError) local = NULL;
  sqlite3_stmt *row = pst_connection_query(connection, error,
                                           "SELECT nick, sum (count) FROM counters WHERE kind = 'state'"
                                           " GROUP BY nick HAVING sum (count) > 0",
                                           "");
  if (row == NULL)
    return NULL;
  GVariantBuilder counts;
  g_variant_builder_init(&counts, G_VARIANT_TYPE_VARDICT);
  while (pst_connection_next(connection, row, &local))
    g_variant_builder_add(&counts, "{sv}", sqlite3_column_text(row, 0),
                          g_variant_new_uint32(MIN(sqlite3_column_int64(row, 1), G_MAXUINT32)));
  if (local == NULL)
    return g_variant_builder_end(&counts);
  g_variant_builder_clear(&counts);
  g_propagate_error(error, g_steal_pointer(&local));
  return NULL;
}

gboolean
pst_counters_get_lowest_id(PstConnection *connection, gint64 time, gint64 *id, GError **error)
{
  return pst_connection_number(connection, id, error,
                               "SELECT coalesce (min (first), 9223372036854775807) FROM days WHERE day >= ?1",
                               "i", time / DAY);
}

gboolean
pst_counters_get_highest_id(PstConnection *connection, gint64 time, gint64 *id, GError **error)
{
  return pst_connection_number(connection, id, error,
                               "SELECT coalesce (max (last), 0) FROM days WHERE day <= ?1", "i", time / DAY);
}

gboolean
pst_counters_forget_days(PstConnection *connection, GError **error)
{
  return pst_connection_run(connection, error,
                            "DELETE FROM days WHERE last < (SELECT coalesce (min (id), 9223372036854775807)"
                            " FROM messages)",
                            "");
}
