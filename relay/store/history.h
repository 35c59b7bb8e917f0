/* History: records in, facts out. Facts are dictionaries (a{sv}) with the keys of DESIGN 5, the same on the
 * bus and in JSON; what is not known is absent. */
#pragma once
#include "relay/delivery/record.h"
#include "relay/store/database.h"

G_BEGIN_DECLS

/* Inserts and sets record->id, or updates the row record->id. Committed when it returns TRUE. NOT_FOUND: the
 * row was deleted meanwhile; it does not come back. A message with a recipient still `sending` is `sending`
 * itself: only such messages are repaired after a kill. */
gboolean pst_history_save(PstDatabase *database, PstMessageRecord *record, GError **error);

typedef struct {
  const char *search;    /* words of addresses and subject, the last one a prefix; or NULL */
  const char *state;     /* nick, or NULL */
  const char *domain;    /* of a recipient, or NULL */
  const char *account;   /* or NULL */
  const char *assurance; /* nick some recipient has, or NULL */
  gint64 since, until;   /* microseconds, since ≤ time < until; 0: open */
} PstHistoryFilter;

/* Newest first; @before: only ids below it (0: from the newest); @limit ≤ 1000. Floating aa{sv}. */
GVariant *pst_history_list(PstDatabase *database, const PstHistoryFilter *filter, gint64 before, guint limit,
                           GError **error);
/* By position, for a list that scrolls: rows @position to @position + @n - 1 and the number of all. Floating
 * aa{sv}. */
GVariant *pst_history_window(PstDatabase *database, const PstHistoryFilter *filter, guint position, guint n,
                             guint *total, GError **error);
/* Floating a{sv}; NOT_FOUND when there is none. */
GVariant *pst_history_show(PstDatabase *database, gint64 id, GError **error);
/* The stored record, for grants; NULL and NOT_FOUND when there is none. */
PstMessageRecord *pst_history_load(PstDatabase *database, gint64 id, GError **error);

/* The newest message with this digest not older than @since, or NULL: sets @state. */
gint64 pst_history_find_digest(PstDatabase *database, GBytes *digest, gint64 since, PstState *state);

/* @id 0: all. Returns the number deleted, -1 on error (NOT_FOUND when @id is none). Gone from every file when
 * it returns, search index and write-ahead log included. That takes seconds in a history of a million once a
 * message is indexed (the last few hundred are not), so never on the main thread. */
gint64 pst_history_delete(PstDatabase *database, gint64 id, GError **error);
/* Retention: everything older than @time. */
gint64 pst_history_delete_before(PstDatabase *database, gint64 time, GError **error);

/* Messages by state, floating a{sv} of nick → u, without rows of the demo. */
GVariant *pst_history_counts(PstDatabase *database, GError **error);

G_END_DECLS
