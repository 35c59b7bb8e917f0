/* Downgrade lock: a domain that was seen good and now is seen worse is held until the user accepts the
 * change.
 *
 * A pure state machine over outlooks as they are seen. Good are `verified`, `policy` and `certified`; worse
 * are `encrypted`, `cleartext` and `failing`. `unknown` and `unroutable` say nothing, and between good ones
 * nothing trips. Seeing it good again opens the lock and arms it anew. Times are microseconds since 1970. */
#pragma once
#include "relay/contract/outlook.h"

G_BEGIN_DECLS

#define PST_GOOD_OUTLOOK_LIFETIME (30 * 24 * 60 * 60 * (gint64)G_USEC_PER_SEC)

/* Zero-initialised: never seen. */
typedef struct {
  gboolean armed; /* seen good since it was last accepted */
  gboolean locked;
  PstOutlook best; /* while armed: the good outlook last seen */
  gboolean is_remembered;
  gint64 remembered_at; /* when `encrypted` or better was last seen; a `cleartext` or `failing` since forgets
                           it */
} PstDowngrade;

void pst_downgrade_see(PstDowngrade *downgrade, PstOutlook outlook, gint64 now);
/* The user accepts what is seen now. */
void pst_downgrade_accept(PstDowngrade *downgrade);
/* `encrypted` or better was seen in the last 30 days, and nothing worse since. */
gboolean pst_downgrade_remembers_good(const PstDowngrade *downgrade, gint64 now);

G_END_DECLS
