/* Policy get: one HTTPS GET of /.well-known/mta-sts.txt as RFC 8461 section 3.3 wants it.
 *
 * TLS 1.2 or newer, the site's certificate by PKIX and name, status 200 alone, text/plain, 64 KiB. No
 * redirect, cache, cookie, content coding, proxy or name look-up; the time runs for all of it. Runs in the
 * main loop; the answer always comes, once, later than pst_policy_get() returns. */
#pragma once
#include "relay/contract/fetch-frame.h"

G_BEGIN_DECLS

/* @answer is the caller's to clear. */
typedef void (*PstPolicyGetFunc)(PstFetchAnswer *answer, gpointer data);

/* Takes what @request holds. FALSE, and nothing is done, when an address in it is none. */
gboolean pst_policy_get(PstFetchRequest *request, PstPolicyGetFunc func, gpointer data);

G_END_DECLS
