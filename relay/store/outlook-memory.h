/* Outlook memory: what the downgrade lock knows of each recipient domain, kept across restarts.
 *
 * Only what pst_downgrade_see() needs is stored, per domain (A-labels); at most PST_OUTLOOK_MEMORY_MAX
 * domains, the longest unseen go first. */
#pragma once
#include "relay/store/database.h"
#include "relay/trust/downgrade.h"

G_BEGIN_DECLS

#define PST_OUTLOOK_MEMORY_MAX 20000

/* Zeroes @downgrade when nothing is known. FALSE: the database could not be read; then nothing is remembered.
 */
gboolean pst_outlook_memory_load(PstDatabase *database, const char *domain, PstDowngrade *downgrade,
                                 GError **error);
/* @now: microseconds since 1970. */
gboolean pst_outlook_memory_save(PstDatabase *database, const char *domain, const PstDowngrade *downgrade,
                                 gint64 now, GError **error);
/* @domain NULL: all. How many were known; -1 on error. */
gint64 pst_outlook_memory_forget(PstDatabase *database, const char *domain, GError **error);

G_END_DECLS
