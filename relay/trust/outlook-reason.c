#include "relay/trust/outlook-reason.h"

static PstReason *
host_reason(const PstDomainFacts *facts, const PstHostFacts *host, PstReasonCode code)
{
  return pst_reason_new(code, "host", host->name, "domain", facts->route->domain, "name", host->name, NULL);
}

static PstReasonCode
code_of_certificate(PstCertificateResult result)
{
  switch (result) {
  case PST_CERTIFICATE_VALID:
    return PST_REASON_HOST_NAME_NOT_PROVEN;
  case PST_CERTIFICATE_EXPIRED:
    return PST_REASON_CERTIFICATE_EXPIRED;
  case PST_CERTIFICATE_NOT_YET_VALID:
    return PST_REASON_CERTIFICATE_NOT_YET_VALID;
  case PST_CERTIFICATE_HOST_MISMATCH:
  case PST_CERTIFICATE_NO_NAMES:
    return PST_REASON_CERTIFICATE_HOST_MISMATCH;
  case PST_CERTIFICATE_NOT_TRUSTED:
    return PST_REASON_CERTIFICATE_NOT_TRUSTED;
  case PST_CERTIFICATE_REVOKED:
  case PST_CERTIFICATE_WEAK:
  case PST_CERTIFICATE_MALFORMED:
  case PST_CERTIFICATE_NONE:
    return PST_REASON_CERTIFICATE_BAD;
  }
  return PST_REASON_CERTIFICATE_BAD;
}

/* A mismatch that is one of dates or names is told as that. */
static PstReasonCode
code_of_mismatch(const PstProbeFacts *probe)
{
  if (probe->dane_why == PST_CERTIFICATE_VALID || probe->dane_why == PST_CERTIFICATE_NOT_TRUSTED)
    return PST_REASON_DANE_MISMATCH;
  return code_of_certificate(probe->dane_why);
}

static PstReason *
probe_reason(const PstDomainFacts *facts, const PstHostFacts *host, const PstProbeFacts *probe,
             PstReasonCode code)
{
  return probe->reason != NULL ? pst_reason_ref(probe->reason) : host_reason(facts, host, code);
}

static PstReason *
reason_for_tls(const PstDomainFacts *facts, const PstHostFacts *host, const PstProbeFacts *probe)
{
  if (probe->dane == PST_DANE_MISMATCH)
    return host_reason(facts, host, code_of_mismatch(probe));
  return host_reason(facts, host, code_of_certificate(probe->certificate));
}

static PstReason *
reason_for_probe(const PstDomainFacts *facts, const PstHostFacts *host, const PstProbeFacts *probe)
{
  switch (probe->result) {
  case PST_PROBE_NOT_TRIED:
    return probe_reason(facts, host, probe, PST_REASON_HOST_NOT_TRIED);
  case PST_PROBE_SILENT:
    return probe_reason(facts, host, probe, PST_REASON_HOST_SILENT);
  case PST_PROBE_TURNED_AWAY:
    return probe_reason(facts, host, probe, PST_REASON_HOST_TOO_SLOW);
  case PST_PROBE_NO_STARTTLS:
    return probe_reason(facts, host, probe, PST_REASON_HOST_NO_ENCRYPTION);
  case PST_PROBE_STARTTLS_LATER:
    return probe_reason(facts, host, probe, PST_REASON_HOST_ENCRYPTION_LATER);
  case PST_PROBE_INJECTION:
    return probe_reason(facts, host, probe, PST_REASON_STARTTLS_INJECTION);
  case PST_PROBE_TLS_FAILED:
    return probe_reason(facts, host, probe, PST_REASON_TLS_FAILED);
  case PST_PROBE_TLS:
    return reason_for_tls(facts, host, probe);
  }
  return host_reason(facts, host, PST_REASON_HOST_NOT_TRIED);
}

PstReason *
pst_reason_for_violation(const PstDomainFacts *facts, const PstHostFacts *host, const PstHostVerdict *verdict)
{
  gboolean dane = verdict->dane == PST_COVER_VIOLATES;
  if (verdict->bogus || verdict->cover_probe == NULL)
    return host_reason(facts, host, PST_REASON_DNS_BOGUS);
  if (verdict->cover_probe->result == PST_PROBE_NO_STARTTLS)
    return host_reason(facts, host, dane ? PST_REASON_DANE_NO_ENCRYPTION : PST_REASON_STS_NO_ENCRYPTION);
  if (verdict->cover_probe->result == PST_PROBE_TLS)
    return host_reason(facts, host,
                       dane ? code_of_mismatch(verdict->cover_probe) : PST_REASON_STS_CERTIFICATE);
  return reason_for_probe(facts, host, verdict->cover_probe);
}

static gboolean
is_silent(const PstProbeFacts *probe)
{
  return probe == NULL || probe->result == PST_PROBE_NOT_TRIED || probe->result == PST_PROBE_SILENT;
}

PstReason *
pst_reason_for_sight(const PstDomainFacts *facts, const PstHostFacts *host, const PstHostVerdict *verdict)
{
  if (!host->is_host_name)
    return host_reason(facts, host, PST_REASON_MX_NOT_A_HOST);
  if (verdict->bogus && verdict->sight != PST_SIGHT_CLEARTEXT)
    return host_reason(facts, host, PST_REASON_DNS_BOGUS);
  if (host->addresses == PST_STANDING_FAILED && !host->has_address)
    return host_reason(facts, host, PST_REASON_NAME_LOOKUP_FAILED);
  if (is_silent(verdict->sight_probe) && facts->probing == PST_PROBING_OFF)
    return host_reason(facts, host, PST_REASON_PROBING_OFF);
  if (is_silent(verdict->sight_probe) && facts->probing == PST_PROBING_BLOCKED)
    return host_reason(facts, host, PST_REASON_PORT_BLOCKED);
  if (verdict->sight_probe == NULL)
    return host_reason(facts, host, PST_REASON_HOST_NOT_TRIED);
  return reason_for_probe(facts, host, verdict->sight_probe);
}

static guint
result_types_of_probe(const PstProbeFacts *probe)
{
  guint flags = 0;
  if (probe == NULL)
    return 0;
  if (probe->result == PST_PROBE_NO_STARTTLS)
    flags |= PST_RESULT_FLAG(PST_RESULT_STARTTLS_NOT_SUPPORTED);
  if (probe->result == PST_PROBE_TLS_FAILED)
    flags |= PST_RESULT_FLAG(PST_RESULT_VALIDATION_FAILURE);
  if (probe->dane == PST_DANE_MISMATCH)
    flags |= PST_RESULT_FLAG(PST_RESULT_TLSA_INVALID) | pst_result_flag_of_certificate(probe->dane_why);
  if (probe->result == PST_PROBE_TLS && probe->dane != PST_DANE_MATCH)
    flags |= pst_result_flag_of_certificate(probe->certificate);
  return flags;
}

guint
pst_result_types_of_host(const PstHostFacts *host, const PstHostVerdict *verdict)
{
  guint flags = result_types_of_probe(verdict->cover_probe) | result_types_of_probe(verdict->sight_probe);
  if (verdict->bogus)
    flags |= PST_RESULT_FLAG(PST_RESULT_DNSSEC_INVALID);
  if (host->tlsa == PST_TLSA_UNUSABLE)
    flags |= PST_RESULT_FLAG(PST_RESULT_TLSA_INVALID);
  return flags;
}
