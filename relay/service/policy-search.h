/* Policy search: the MTA-STS policy of a domain that applies now: kept, or fetched where its record asks for
 * it (RFC 8461).
 *
 * Blocking, with a deadline (monotonic microseconds). A failure leaves what is kept in force. */
#pragma once
#include "relay/dns/resolver.h"
#include "relay/net/policy-fetcher.h"
#include "relay/store/sts-cache.h"
#include "relay/trust/sts-record.h"

G_BEGIN_DECLS

typedef struct {
  PstResolver *resolver;
  PstPolicyFetcher *fetcher;
  PstStsCache *kept;
  guint16 port;
  gboolean allow_private;
  const char *ca_file;
} PstPolicySearch;

typedef struct {
  PstStsPolicy *policy;        /* that applies, or NULL */
  char id[PST_STS_MAX_ID + 1]; /* of the record it was fetched under */
  guint time_left;             /* seconds that it applies without another fetch */
  guint faults;                /* PST_RESULT_FLAGs of looking for one */
} PstPolicyFound;

/* @record, @id: what the domain's TXT record says. Clear @found. */
void pst_policy_search_run(const PstPolicySearch *search, const char *domain, PstStsRecordState record,
                           const char *id, gint64 deadline, GCancellable *cancellable, PstPolicyFound *found);

void pst_policy_found_clear(PstPolicyFound *found);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PstPolicyFound, pst_policy_found_clear)

G_END_DECLS
