#include "relay/trust/result-type.h"
#include "relay/contract/nick.h"

static const char *const nicks[] = { "starttls-not-supported", "certificate-host-mismatch",
                                     "certificate-expired",    "certificate-not-trusted",
                                     "validation-failure",     "tlsa-invalid",
                                     "dnssec-invalid",         "dane-required",
                                     "sts-policy-fetch-error", "sts-policy-invalid",
                                     "sts-webpki-invalid",     NULL };

const char *
pst_result_type_nick(PstResultType type)
{
  return pst_nick_of(nicks, type);
}

guint
pst_result_flag_of_certificate(PstCertificateResult result)
{
  switch (result) {
  case PST_CERTIFICATE_VALID:
    return 0;
  case PST_CERTIFICATE_EXPIRED:
    return PST_RESULT_FLAG(PST_RESULT_CERTIFICATE_EXPIRED);
  case PST_CERTIFICATE_HOST_MISMATCH:
  case PST_CERTIFICATE_NO_NAMES:
    return PST_RESULT_FLAG(PST_RESULT_CERTIFICATE_HOST_MISMATCH);
  case PST_CERTIFICATE_NOT_TRUSTED:
    return PST_RESULT_FLAG(PST_RESULT_CERTIFICATE_NOT_TRUSTED);
  case PST_CERTIFICATE_NOT_YET_VALID:
  case PST_CERTIFICATE_REVOKED:
  case PST_CERTIFICATE_WEAK:
  case PST_CERTIFICATE_MALFORMED:
  case PST_CERTIFICATE_NONE:
    return PST_RESULT_FLAG(PST_RESULT_VALIDATION_FAILURE);
  }
  return PST_RESULT_FLAG(PST_RESULT_VALIDATION_FAILURE);
}
