#include "relay/contract/certificate-result.h"
#include "relay/contract/nick.h"

static const char *const certificate_result_nicks[] = { "valid",         "expired",     "not-yet-valid",
                                                        "host-mismatch", "not-trusted", "revoked",
                                                        "weak",          "no-names",    "malformed",
                                                        "none",          NULL };

const char *
pst_certificate_result_nick(PstCertificateResult value)
{
  return pst_nick_of(certificate_result_nicks, value);
}

gboolean
pst_certificate_result_parse(const char *nick, PstCertificateResult *value)
{
  guint number;
  if (!pst_nick_parse(certificate_result_nicks, nick, &number))
    return FALSE;
  *value = number;
  return TRUE;
}
