#include "relay/contract/requirement.h"
#include "relay/contract/nick.h"

static const char *const requirement_nicks[] = {
  "anyway", "usual", "encrypted", "verified", "required", NULL
};
static const char *const source_nicks[] = { "grant",    "parameter", "header", "subject", "once", "rule",
                                            "listener", "account",   "mode",   "floor",   NULL };

const char *
pst_requirement_nick(PstRequirement requirement)
{
  return pst_nick_of(requirement_nicks, requirement);
}

gboolean
pst_requirement_parse(const char *nick, PstRequirement *requirement)
{
  guint value;
  if (!pst_nick_parse(requirement_nicks, nick, &value))
    return FALSE;
  *requirement = value;
  return TRUE;
}

const char *
pst_requirement_source_nick(PstRequirementSource source)
{
  return pst_nick_of(source_nicks, source);
}

gboolean
pst_requirement_source_parse(const char *nick, PstRequirementSource *source)
{
  guint value;
  if (!pst_nick_parse(source_nicks, nick, &value))
    return FALSE;
  *source = value;
  return TRUE;
}
