/* Domain survey: asks the DNS about a recipient domain's mail hosts, then looks at them; the facts an outlook
 * is found from.
 *
 * Straight-line and blocking, with deadlines (g_get_monotonic_time() microseconds): new() asks, probe()
 * connects. Without probe() the hosts simply were not seen. The policy of the domain is found out elsewhere,
 * from the record seen here. */
#pragma once
#include "relay/dns/resolver.h"
#include "relay/net/prober.h"
#include "relay/trust/outlook-ladder.h"
#include "relay/trust/sts-record.h"

G_BEGIN_DECLS

typedef struct PstDomainSurvey PstDomainSurvey;

/* @domain: normalised. */
PstDomainSurvey *pst_domain_survey_new(PstResolver *resolver, const char *domain, gint64 deadline,
                                       GCancellable *cancellable);
void pst_domain_survey_free(PstDomainSurvey *survey);

/* One connection to each address of each host, at most once. */
void pst_domain_survey_probe(PstDomainSurvey *survey, PstProber *prober, guint16 port, gint64 deadline,
                             GCancellable *cancellable);

PstStsRecordState pst_domain_survey_get_sts_record(const PstDomainSurvey *survey, const char **id);

/* The least time to live of the answers, in seconds. */
guint pst_domain_survey_get_ttl(const PstDomainSurvey *survey);

/* Route and hosts, borrowed from @survey; no policy, probing ON: the caller says otherwise. */
PstDomainFacts pst_domain_survey_get_facts(const PstDomainSurvey *survey);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstDomainSurvey, pst_domain_survey_free)

G_END_DECLS
