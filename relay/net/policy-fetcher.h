/* Policy fetcher: the relay's side of postern-fetch, which fetches MTA-STS policies over HTTPS.
 *
 * The program is started for the first request and ended PST_FETCH_IDLE_TIME after the last. Thread-safe: any
 * number of threads may fetch, PST_FETCH_MAX_AT_ONCE are under way, the others wait within their deadlines.
 * When the program crashes, hangs or babbles, what was under way fails and the next request starts another.
 */
#pragma once
#include "relay/net/policy-fetch.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct PstPolicyFetcher PstPolicyFetcher;

/* Where postern-fetch is: beside this program, built or installed. Caller frees; NULL: not known. */
char *pst_policy_fetcher_find_program(void);

/* @program: the absolute path of postern-fetch. */
PstPolicyFetcher *pst_policy_fetcher_new(const char *program);
/* Ends the program. No fetch may be under way. */
void pst_policy_fetcher_free(PstPolicyFetcher *fetcher);

/* Blocks until the policy of @domain (A-labels) is there or cannot be had. @addresses: of PstAddress, those
 * of mta-sts.@domain, at least one, the first PST_FETCH_MAX_ADDRESSES count; whether they may be connected
 * to is the caller's to decide. @ca_file: PEM, trusted beside the system's roots, or NULL. @deadline:
 * g_get_monotonic_time() microseconds. Always fills in @fetch. */
void pst_policy_fetcher_fetch(PstPolicyFetcher *fetcher, const char *domain, guint16 port,
                              const GArray *addresses, const char *ca_file, gint64 deadline,
                              GCancellable *cancellable, PstPolicyFetch *fetch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstPolicyFetcher, pst_policy_fetcher_free)

G_END_DECLS
