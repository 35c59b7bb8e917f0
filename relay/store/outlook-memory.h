/* Outlook memory: what the downgrade lock knows of each recipient domain, kept across restarts.
 *
 * Only what pst_downgrade_see() needs is stored, per domain (A-labels); at most PST_OUTLOOK_MEMORY_MAX
 * domains, the longest unseen go first. Each change is one step: of several at once none is lost. */
#pragma once
#include "relay/store/database.h"
#include "relay/trust/downgrade.h"

G_BEGIN_DECLS

#define PST_OUTLOOK_MEMORY_MAX 20000

/* What is seen of @domain at @now (microseconds since 1970), held against what is known, and kept.
 * @downgrade gets what is known from now on. FALSE: the database could not be read or written. */
gboolean pst_outlook_memory_see(PstDatabase *database, const char *domain, PstOutlook outlook, gint64 now,
                                PstDowngrade *downgrade, GError **error);
/* The user accepts what was seen. FALSE and NOT_FOUND when the lock does not hold @domain. */
gboolean pst_outlook_memory_accept(PstDatabase *database, const char *domain, gint64 now, GError **error);
/* @domain NULL: all. How many were known; -1 on error. */
gint64 pst_outlook_memory_forget(PstDatabase *database, const char *domain, GError **error);

G_END_DECLS
