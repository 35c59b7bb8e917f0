/* Requirement of a message: gathers from session, configuration, run-time choices and header what speaks for
 * it, and lets policy/choice make one of it. */
#pragma once
#include "relay/contract/assessment.h"
#include "relay/service/session.h"

G_BEGIN_DECLS

/* What a second try of the same message shares, as a keyed digest; NULL when it cannot be computed. */
GBytes *pst_requirement_message_key(PstRelay *relay, const PstEnvelope *envelope, const char *subject);
/* The same digest as the ledger's key. Caller frees. */
char *pst_requirement_ledger_key(GBytes *message_key);

/* The choice; @claims holds what it has reserved. */
PstChoice *pst_requirement_choose(PstSession *session, const PstConfiguration *configuration,
                                  const PstAccountConfig *account, const PstHeaderFacts *header,
                                  GBytes *message_key, PstClaims *claims);

/* One assessment per recipient, of PstAssessment, where the requirement needs them; else NULL. */
GPtrArray *pst_requirement_assess(const PstChoice *choice, const PstEnvelope *envelope);

G_END_DECLS
