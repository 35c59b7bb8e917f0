/* Assessment: what was found out about one recipient domain, as a value the decision is made from.
 *
 * Immutable and counted. An assessment that could not be made has the outlook `unknown` and a reason. */
#pragma once
#include "relay/contract/outlook.h"
#include "relay/contract/reason.h"

G_BEGIN_DECLS

typedef enum {
  PST_POLICY_DANE = 1 << 0,
  PST_POLICY_MTA_STS = 1 << 1,
} PstPolicyKind;

typedef struct {
  char *domain; /* A-labels */
  PstOutlook outlook;
  PstDnssec dnssec;
  guint policies;      /* PstPolicyKind flags that authenticate every host of this domain */
  PstReason *reason;   /* why it is not better; NULL for `verified` and `policy` */
  gint64 checked_at;   /* microseconds since 1970 UTC */
  gboolean downgraded; /* the downgrade lock holds this domain (DESIGN: seen better before, not accepted) */
  gboolean good_remembered; /* `encrypted` or better was seen in the last 30 days */
  GVariant *facts;          /* a{sv} as `check` prints it, or NULL */
} PstAssessment;

/* Takes ownership of @reason. */
PstAssessment *pst_assessment_new(const char *domain, PstOutlook outlook, PstReason *reason);
PstAssessment *pst_assessment_ref(PstAssessment *assessment);
void pst_assessment_unref(PstAssessment *assessment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstAssessment, pst_assessment_unref)

G_END_DECLS
