/* Outlook ladder: from everything found out about a domain to the one word for it (DESIGN 1). Pure.
 *
 * The weakest host counts. DANE stands over MTA-STS. Only a policy that binds every host makes `verified` or
 * `policy`; what a stranger on this computer's network could have forged (an unsigned absence, a bogus or
 * missing answer, a silent host) never does. A host that could not be seen is unknown, never good and never
 * bad. */
#pragma once
#include "relay/contract/assessment.h"
#include "relay/trust/host-facts.h"
#include "relay/trust/result-type.h"
#include "relay/trust/sts-policy.h"

G_BEGIN_DECLS

typedef enum {
  PST_PROBING_ON,
  PST_PROBING_OFF,
  PST_PROBING_BLOCKED, /* this network lets nothing through to port 25: silence means nothing */
} PstProbing;

typedef struct {
  const PstMxRoute *route;
  GPtrArray *hosts;           /* of PstHostFacts, one per host of the route, in its order */
  const PstStsPolicy *policy; /* that applies now, fetched or kept; else NULL */
  const char *policy_id;      /* of the record it was fetched under, or NULL */
  guint policy_faults;        /* PST_RESULT_FLAGs of looking for one */
  PstProbing probing;
} PstDomainFacts;

typedef enum {
  PST_MAYBE_UNKNOWN,
  PST_MAYBE_NO,
  PST_MAYBE_YES,
} PstMaybe;

typedef struct {
  PstOutlook outlook;
  PstDnssec dnssec;
  gboolean dnssec_known; /* the MX question was answered at all */
  guint policies;        /* PstPolicyKind flags that bind every host; 0 unless `verified` or `policy` */
  PstMaybe requiretls;   /* every host was seen to announce it after TLS */
  guint result_types;    /* PST_RESULT_FLAGs of everything that was seen to fail */
  PstReason *reason;     /* of the weakest host; NULL for `verified` and `policy` */
} PstFinding;

PstFinding *pst_finding_new(const PstDomainFacts *facts);
void pst_finding_free(PstFinding *finding);

/* How long the finding may be used, in seconds: @ttl is the least of all answers it rests on. 60 seconds to a
 * day. */
guint pst_finding_lifetime(const PstFinding *finding, guint ttl);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstFinding, pst_finding_free)

G_END_DECLS
