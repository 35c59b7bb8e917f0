/* Outlook reason: the sentence for one host's part in an outlook, and the result types to go with it. Pure.
 */
#pragma once
#include "relay/trust/host-verdict.h"
#include "relay/trust/outlook-ladder.h"

G_BEGIN_DECLS

/* Why the host fails the policy that covers it. */
PstReason *pst_reason_for_violation(const PstDomainFacts *facts, const PstHostFacts *host,
                                    const PstHostVerdict *verdict);

/* Why the host looks no better than it does by sight. */
PstReason *pst_reason_for_sight(const PstDomainFacts *facts, const PstHostFacts *host,
                                const PstHostVerdict *verdict);

guint pst_result_types_of_host(const PstHostFacts *host, const PstHostVerdict *verdict);

G_END_DECLS
