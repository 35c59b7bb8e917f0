/* Assessor: finds out how recipient domains receive mail, remembers it for as long as it holds, and keeps the
 * downgrade lock.
 *
 * Made for one configuration. One inquiry per domain at a time, whoever asks; many domains in parallel,
 * bounded. A result is kept for the lives of the answers it rests on (60 seconds to a day). Thread-safe,
 * counted: the last holder to let go waits for the inquiries under way, so @database outlives every holder.
 */
#pragma once
#include "relay/contract/assessment.h"
#include "relay/net/trust-store.h"
#include "relay/net/unbound-resolver.h"
#include "relay/store/configuration.h"
#include "relay/store/database.h"

G_BEGIN_DECLS

typedef struct PstAssessor PstAssessor;

PstAssessor *pst_assessor_new(PstConfiguration *configuration, PstTrustStore *trust_store,
                              PstDatabase *database, const char *sts_folder, const char *fetch_program);
PstAssessor *pst_assessor_ref(PstAssessor *assessor);
void pst_assessor_unref(PstAssessor *assessor);
/* No new inquiries; those under way end soon. */
void pst_assessor_stop(PstAssessor *assessor);

/* Begins to find out about @domain (A-labels) unless it is known or being found out. TRUE: it is known. */
gboolean pst_assessor_start(PstAssessor *assessor, const char *domain);
/* What is known of @domain; begins and waits until @deadline (monotonic microseconds). Never NULL: what could
 * not be found out in time is `unknown` with a reason. */
PstAssessment *pst_assessor_get(PstAssessor *assessor, const char *domain, gint64 deadline);
/* What is known now, or NULL. Asks nobody. */
PstAssessment *pst_assessor_peek(PstAssessor *assessor, const char *domain);

/* The user accepts that @domain is as it is. FALSE and NOT_FOUND when nothing holds it. */
gboolean pst_assessor_accept(PstAssessor *assessor, const char *domain, GError **error);
/* @domain NULL: all. How many domains were known; -1 on error. */
gint64 pst_assessor_forget(PstAssessor *assessor, const char *domain, GError **error);

/* The network changed: what is known of it is not any more. */
void pst_assessor_renew(PstAssessor *assessor);
PstDnsService pst_assessor_get_dns(PstAssessor *assessor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstAssessor, pst_assessor_unref)

G_END_DECLS
