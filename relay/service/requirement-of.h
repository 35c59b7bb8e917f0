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

/* TRUE when @requirement is about what is known of the recipients' domains. */
gboolean pst_requirement_needs_outlooks(PstRequirement requirement);

/* One assessment per recipient, of PstAssessment or NULL (nothing is known): found out until @deadline where
 * the requirement needs it, else only what is known already. */
GPtrArray *pst_requirement_assess(PstRelay *relay, const PstChoice *choice, const PstEnvelope *envelope,
                                  gint64 deadline);

/* At RCPT: begins to find out about the last recipient's domain where, without a header, it would be needed.
 */
void pst_requirement_foresee(PstSession *session);

G_END_DECLS
