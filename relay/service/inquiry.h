/* Inquiry: everything about one recipient domain, asked once, in straight-line code: DNS, then policy and
 * probes side by side, and the finding.
 *
 * Blocking: the DNS has PST_INQUIRY_DNS_TIME, what comes after it times of its own. Never fails: what could
 * not be found out makes the outlook `unknown`. */
#pragma once
#include "relay/contract/assessment.h"
#include "relay/net/prober.h"
#include "relay/service/policy-search.h"

G_BEGIN_DECLS

#define PST_INQUIRY_POLICY_TIME (15 * G_USEC_PER_SEC)
#define PST_INQUIRY_DNS_TIME    (12 * G_USEC_PER_SEC) /* a dead resolver is told from a slow one within it */

typedef struct {
  gint64 probe_time;      /* microseconds */
  PstPolicySearch policy; /* its resolver answers for the rest too */
  PstProber *prober;      /* NULL: probing is off */
  guint16 probe_port;
} PstInquiryTools;

/* @lifetime gets the seconds the result may be used. The downgrade lock is not looked at here. */
PstAssessment *pst_inquiry_run(const PstInquiryTools *tools, const char *domain, GCancellable *cancellable,
                               guint *lifetime);

G_END_DECLS
