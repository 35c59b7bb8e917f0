#include "relay/contract/error.h"
#include "relay/contract/nick.h"

G_DEFINE_QUARK(pst - error - quark, pst_error)

static const char *const code_nicks[] = {
  "failed",    "invalid-argument", "not-found", "not-supported", "not-allowed", "busy",
  "timed-out", "not-reachable",    "tls",       "closed",        NULL
};

#define BUS_PREFIX "org.postern.Relay.Error."
static const char *const bus_names[] = { BUS_PREFIX "Failed",
                                         BUS_PREFIX "InvalidArgument",
                                         BUS_PREFIX "NotFound",
                                         BUS_PREFIX "NotSupported",
                                         BUS_PREFIX "NotAllowed",
                                         BUS_PREFIX "Busy",
                                         BUS_PREFIX "TimedOut",
                                         BUS_PREFIX "NotReachable",
                                         BUS_PREFIX "Tls",
                                         BUS_PREFIX "Closed",
                                         NULL };

const char *
pst_error_code_nick(PstErrorCode code)
{
  return pst_nick_of(code_nicks, code);
}

const char *
pst_error_bus_name(PstErrorCode code)
{
  return pst_nick_of(bus_names, code);
}

gboolean
pst_error_parse_bus_name(const char *name, PstErrorCode *code)
{
  guint value;
  if (!pst_nick_parse(bus_names, name, &value))
    return FALSE;
  *code = value;
  return TRUE;
}
