/* Host verdict: what one host's facts mean, under DANE, under an MTA-STS policy, and by sight alone.
 *
 * Of several addresses any one that meets a policy is enough for it (senders go on to the next), while by
 * sight the weakest one counts (senders take the first). A host with a DANE failure meets no MTA-STS policy
 * (RFC 8461 section 2), and neither does one whose TLSA records are all unusable: a sender that looks at them
 * first proves nothing. */
#pragma once
#include "relay/trust/host-facts.h"
#include "relay/trust/sts-policy.h"

G_BEGIN_DECLS

typedef enum {
  PST_COVER_OUTSIDE,  /* the policy says nothing of this host, or tells senders to pass it by */
  PST_COVER_UNSEEN,   /* covered; whether it meets it was not seen */
  PST_COVER_MEETS,    /* seen to meet it */
  PST_COVER_VIOLATES, /* seen to fail it, or its DNS data is bogus */
} PstCover;

/* Ordered: greater is weaker. */
typedef enum {
  PST_SIGHT_ABSENT, /* has no address */
  PST_SIGHT_CERTIFIED,
  PST_SIGHT_ENCRYPTED,
  PST_SIGHT_UNKNOWN,
  PST_SIGHT_CLEARTEXT,
} PstSight;

typedef struct {
  PstCover dane;
  PstCover sts;
  gboolean dane_holds;    /* every DANE sender either demands a match of this host or surely passes it by */
  gboolean sts_undecided; /* the policy names it, but unusable TLSA records stand before it */
  gboolean bogus;
  PstSight sight;
  const PstProbeFacts *cover_probe; /* showed that the host meets or violates a policy; or NULL */
  const PstProbeFacts *sight_probe; /* showed what the host looks like by sight; NULL without any probe */
} PstHostVerdict;

/* @mx: standing of the MX answer. @enforced: the policy in mode `enforce`, or NULL. @verdict borrows from
 * @facts. */
void pst_host_verdict_find(const PstHostFacts *facts, PstStanding mx, const PstStsPolicy *enforced,
                           PstHostVerdict *verdict);

G_END_DECLS
