/* Policy fetch: what came of fetching a domain's MTA-STS policy: its text, or why there is none in the words
 * of RFC 8460 and in a sentence. */
#pragma once
#include "relay/contract/fetch-frame.h"
#include "relay/contract/reason.h"
#include "relay/trust/result-type.h"

G_BEGIN_DECLS

typedef struct {
  GBytes *body;         /* what the site has, unexamined; NULL: there is none, and */
  PstResultType result; /* STS_POLICY_FETCH_ERROR, STS_POLICY_INVALID or STS_WEBPKI_INVALID says why, */
  PstReason *reason;    /* as does this, with {domain}, */
  char *detail;         /* and for the log: "http-status 404", "certificate expired", "timeout" */
} PstPolicyFetch;

/* Takes the body of @answer. */
void pst_policy_fetch_set_answer(PstPolicyFetch *fetch, const char *domain, PstFetchAnswer *answer);
/* Nothing came of it here, before the site could be heard. Takes @detail. */
void pst_policy_fetch_set_failure(PstPolicyFetch *fetch, const char *domain, char *detail);

void pst_policy_fetch_clear(PstPolicyFetch *fetch);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PstPolicyFetch, pst_policy_fetch_clear)

G_END_DECLS
