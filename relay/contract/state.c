#include "relay/contract/state.h"
#include "relay/contract/nick.h"

static const char *const state_nicks[] = { "sending", "sent",      "refused", "rejected",
                                           "failed",  "uncertain", "held",    "delayed",
                                           "bounced", "discarded", NULL };

const char *
pst_state_nick(PstState value)
{
  return pst_nick_of(state_nicks, value);
}

gboolean
pst_state_parse(const char *nick, PstState *value)
{
  guint number;
  if (!pst_nick_parse(state_nicks, nick, &number))
    return FALSE;
  *value = number;
  return TRUE;
}

static const char *const route_nicks[] = { "provider", "direct", NULL };

const char *
pst_route_nick(PstRoute value)
{
  return pst_nick_of(route_nicks, value);
}

gboolean
pst_route_parse(const char *nick, PstRoute *value)
{
  guint number;
  if (!pst_nick_parse(route_nicks, nick, &number))
    return FALSE;
  *value = number;
  return TRUE;
}
