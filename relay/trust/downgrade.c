#include "relay/trust/downgrade.h"

static void
see_good(PstDowngrade *downgrade, PstOutlook outlook)
{
  downgrade->armed = TRUE;
  downgrade->locked = FALSE;
  downgrade->best = outlook;
}

static void
remember(PstDowngrade *downgrade, gboolean good, gint64 now)
{
  downgrade->is_remembered = good;
  downgrade->remembered_at = good ? now : 0;
}

void
pst_downgrade_see(PstDowngrade *downgrade, PstOutlook outlook, gint64 now)
{
  switch (outlook) {
  case PST_OUTLOOK_VERIFIED:
  case PST_OUTLOOK_POLICY:
  case PST_OUTLOOK_CERTIFIED:
    see_good(downgrade, outlook);
    remember(downgrade, TRUE, now);
    return;
  case PST_OUTLOOK_ENCRYPTED:
    downgrade->locked = downgrade->armed;
    remember(downgrade, TRUE, now);
    return;
  case PST_OUTLOOK_CLEARTEXT:
  case PST_OUTLOOK_FAILING:
    downgrade->locked = downgrade->armed;
    remember(downgrade, FALSE, now);
    return;
  case PST_OUTLOOK_UNROUTABLE:
  case PST_OUTLOOK_UNKNOWN:
    return;
  }
}

void
pst_downgrade_accept(PstDowngrade *downgrade)
{
  downgrade->armed = FALSE;
  downgrade->locked = FALSE;
}

gboolean
pst_downgrade_remembers_good(const PstDowngrade *downgrade, gint64 now)
{
  gint64 age = now - downgrade->remembered_at;
  return downgrade->is_remembered && age >= 0 && age <= PST_GOOD_OUTLOOK_LIFETIME;
}
