/* Counters: messages by state and recipients by assurance for each week, and the bounds of ids of each day.
 *
 * To be counted out before a message's rows change and in after, in the same transaction. Demo rows do not
 * count. */
#pragma once
#include "relay/store/connection.h"

G_BEGIN_DECLS

/* @sign 1: in, -1: out; message @id with its rows as they are. */
gboolean pst_counters_count(PstConnection *connection, gint64 id, gint64 sign, GError **error);
/* The totals of all weeks by state: floating a{sv} of nick → u. */
GVariant *pst_counters_get_states(PstConnection *connection, GError **error);

/* No message of @time or later has an id below; none before @time one above. G_MAXINT64 and 0 when there is
 * none. */
gboolean pst_counters_get_lowest_id(PstConnection *connection, gint64 time, gint64 *id, GError **error);
gboolean pst_counters_get_highest_id(PstConnection *connection, gint64 time, gint64 *id, GError **error);
/* Drops the days whose messages are gone. */
gboolean pst_counters_forget_days(PstConnection *connection, GError **error);

G_END_DECLS
