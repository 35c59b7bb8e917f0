#include "relay/contract/outlook.h"
#include "relay/contract/nick.h"

static const char *const outlook_nicks[] = { "verified", "policy",     "certified", "encrypted", "cleartext",
                                             "failing",  "unroutable", "unknown",   NULL };

const char *
pst_outlook_nick(PstOutlook value)
{
  return pst_nick_of(outlook_nicks, value);
}

gboolean
pst_outlook_parse(const char *nick, PstOutlook *value)
{
  guint number;
  if (!pst_nick_parse(outlook_nicks, nick, &number))
    return FALSE;
  *value = number;
  return TRUE;
}

static const char *const dnssec_nicks[] = { "secure", "insecure", "bogus", "unavailable", NULL };

const char *
pst_dnssec_nick(PstDnssec value)
{
  return pst_nick_of(dnssec_nicks, value);
}

gboolean
pst_dnssec_parse(const char *nick, PstDnssec *value)
{
  guint number;
  if (!pst_nick_parse(dnssec_nicks, nick, &number))
    return FALSE;
  *value = number;
  return TRUE;
}
