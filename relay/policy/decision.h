/* Decision: facts in, verdict and sentence out (the table of DESIGN 2). Pure, made once per message.
 *
 * It fails closed: what is not known never passes a requirement that needs it known. The refusal's text
 * stands alone. */
#pragma once
#include "relay/contract/assessment.h"
#include "relay/contract/assurance.h"
#include "relay/contract/state.h"
#include "relay/mail/header-scanner.h"
#include "relay/policy/choice.h"
#include "relay/policy/refusal.h"

G_BEGIN_DECLS

typedef enum {
  PST_VERDICT_PASS,
  PST_VERDICT_REFUSE, /* 5xx: a policy answer */
  PST_VERDICT_DEFER,  /* 4xx: temporary ignorance */
} PstVerdict;

typedef struct {
  const PstChoice *choice;
  const PstEnvelope *envelope;
  const char *host;                        /* of the account's submission server */
  gboolean host_requiretls;                /* it announced REQUIRETLS after verified TLS */
  guint honours;                           /* PstPolicyKind flags the provider is known to enforce outbound */
  const PstAssessment *const *assessments; /* one per recipient, or NULL where the requirement needs none */
} PstDecisionFacts;

typedef struct {
  PstAssurance assurance; /* of the copy, should it be sent */
  PstReason
      *reason; /* why this recipient refuses or is deferred, or why its assurance is no better; or NULL */
  gboolean failing; /* this recipient is why the message is not sent */
} PstRecipientDecision;

typedef struct {
  PstVerdict verdict;
  PstRefusal *refusal; /* for REFUSE and DEFER */
  gboolean requiretls; /* MAIL carries REQUIRETLS */
  PstHeaderEdit edit;
  GArray *recipients; /* of PstRecipientDecision, one per recipient */
} PstDecision;

PstDecision *pst_decision_make(const PstDecisionFacts *facts);
void pst_decision_free(PstDecision *decision);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstDecision, pst_decision_free)

G_END_DECLS
