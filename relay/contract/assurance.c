#include "relay/contract/assurance.h"
#include "relay/contract/nick.h"

static const char *const assurance_nicks[] = { "promised", "delivered", "delivered-encrypted",
                                               "policy",   "observed",  "none",
                                               "unknown",  NULL };

const char *
pst_assurance_nick(PstAssurance value)
{
  return pst_nick_of(assurance_nicks, value);
}

gboolean
pst_assurance_parse(const char *nick, PstAssurance *value)
{
  guint number;
  if (!pst_nick_parse(assurance_nicks, nick, &number))
    return FALSE;
  *value = number;
  return TRUE;
}
