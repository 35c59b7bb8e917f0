/* Result types: why a session or a policy failed, in the field's own words (RFC 8460 section 4.3). */
#pragma once
#include "relay/contract/certificate-result.h"

G_BEGIN_DECLS

typedef enum {
  PST_RESULT_STARTTLS_NOT_SUPPORTED,
  PST_RESULT_CERTIFICATE_HOST_MISMATCH,
  PST_RESULT_CERTIFICATE_EXPIRED,
  PST_RESULT_CERTIFICATE_NOT_TRUSTED,
  PST_RESULT_VALIDATION_FAILURE,
  PST_RESULT_TLSA_INVALID,
  PST_RESULT_DNSSEC_INVALID,
  PST_RESULT_DANE_REQUIRED,
  PST_RESULT_STS_POLICY_FETCH_ERROR,
  PST_RESULT_STS_POLICY_INVALID,
  PST_RESULT_STS_WEBPKI_INVALID,
  PST_RESULT_COUNT,
} PstResultType;

#define PST_RESULT_FLAG(type) (1u << (type))

const char *pst_result_type_nick(PstResultType type);

/* The flag for a certificate that did not verify; 0 for VALID. */
guint pst_result_flag_of_certificate(PstCertificateResult result);

G_END_DECLS
