/* Accounts: what was last seen of each account's submission server, for early answers at MAIL and for
 * `status`.
 *
 * Thread-safe. Facts are what a server announced after verified TLS, with the time they were seen. */
#pragma once
#include "relay/contract/reason.h"
#include "relay/smtp/extensions.h"

G_BEGIN_DECLS

typedef struct PstAccounts PstAccounts;

typedef struct {
  gboolean known;           /* a server was asked at all */
  gboolean reachable;       /* the last attempt reached it */
  PstExtensions extensions; /* of the last one that did */
  gint64 seen_at;           /* g_get_monotonic_time() of the last attempt */
} PstAccountFacts;

PstAccounts *pst_accounts_new(void);
void pst_accounts_free(PstAccounts *accounts);
/* Nothing is known any more: the configuration changed, and a name may mean another server. */
void pst_accounts_forget(PstAccounts *accounts);

void pst_accounts_seen(PstAccounts *accounts, const char *name, const PstExtensions *extensions);
void pst_accounts_failed(PstAccounts *accounts, const char *name, PstReason *reason);

PstAccountFacts pst_accounts_get(PstAccounts *accounts, const char *name);
/* Why the last attempt failed, a new reference, or NULL. */
PstReason *pst_accounts_get_reason(PstAccounts *accounts, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstAccounts, pst_accounts_free)

G_END_DECLS
