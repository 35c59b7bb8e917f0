#include "relay/net/policy-fetch.h"

static void
set_failure(PstPolicyFetch *fetch, PstResultType result, PstReason *reason, char *detail)
{
  *fetch = (PstPolicyFetch){ .result = result, .reason = reason, .detail = detail };
}

void
pst_policy_fetch_set_failure(PstPolicyFetch *fetch, const char *domain, char *detail)
{
  set_failure(fetch, PST_RESULT_STS_POLICY_FETCH_ERROR,
              pst_reason_new(PST_REASON_STS_FETCH_FAILED, "domain", domain, NULL), detail);
}

static void
set_invalid(PstPolicyFetch *fetch, const char *domain, const char *what, char *detail)
{
  set_failure(fetch, PST_RESULT_STS_POLICY_INVALID,
              pst_reason_new(PST_REASON_STS_POLICY_INVALID, "domain", domain, "detail", what, NULL), detail);
}

void
pst_policy_fetch_set_answer(PstPolicyFetch *fetch, const char *domain, PstFetchAnswer *answer)
{
  const char *nick = pst_fetch_status_nick(answer->status);
  char *detail = g_strjoin(answer->detail[0] != '\0' ? " " : "", nick, answer->detail, NULL);
  switch (answer->status) {
  case PST_FETCH_OK:
    *fetch = (PstPolicyFetch){ .body = g_steal_pointer(&answer->body) };
    g_free(detail);
    return;
  case PST_FETCH_WRONG_TYPE:
    set_invalid(fetch, domain, "not sent as plain text", detail);
    return;
  case PST_FETCH_TOO_LARGE:
    set_invalid(fetch, domain, "too long", detail);
    return;
  case PST_FETCH_CERTIFICATE:
    set_failure(fetch, PST_RESULT_STS_WEBPKI_INVALID,
                pst_reason_new(PST_REASON_STS_CERTIFICATE_INVALID, "domain", domain, NULL), detail);
    return;
  case PST_FETCH_HTTP_STATUS:
  case PST_FETCH_REDIRECT:
  case PST_FETCH_TLS:
  case PST_FETCH_BROKEN:
  case PST_FETCH_UNREACHABLE:
  case PST_FETCH_TIMEOUT:
    pst_policy_fetch_set_failure(fetch, domain, detail);
    return;
  }
  g_return_if_reached();
}

void
pst_policy_fetch_clear(PstPolicyFetch *fetch)
{
  g_clear_pointer(&fetch->body, g_bytes_unref);
  pst_reason_unref(fetch->reason);
  g_free(fetch->detail);
  *fetch = (PstPolicyFetch){ 0 };
}
