#include "relay/service/accounts.h"

typedef struct {
  PstAccountFacts facts;
  PstReason *reason;
} Account;

struct PstAccounts {
  GMutex lock;
  GHashTable *by_name; /* of Account */
};

static void
account_free(gpointer data)
{
  Account *account = data;
  pst_reason_unref(account->reason);
  g_free(account);
}

PstAccounts *
pst_accounts_new(void)
{
  PstAccounts *accounts = g_new0(PstAccounts, 1);
  g_mutex_init(&accounts->lock);
  accounts->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, account_free);
  return accounts;
}

void
pst_accounts_free(PstAccounts *accounts)
{
  if (accounts == NULL)
    return;
  g_hash_table_unref(accounts->by_name);
  g_mutex_clear(&accounts->lock);
  g_free(accounts);
}

void
pst_accounts_forget(PstAccounts *accounts)
{
  g_mutex_lock(&accounts->lock);
  g_hash_table_remove_all(accounts->by_name);
  g_mutex_unlock(&accounts->lock);
}

/* Takes ownership of @reason. */
static void
note(PstAccounts *accounts, const char *name, const PstExtensions *extensions, PstReason *reason)
{
  g_mutex_lock(&accounts->lock);
  Account *account = g_hash_table_lookup(accounts->by_name, name);
  if (account == NULL) {
    account = g_new0(Account, 1);
    g_hash_table_insert(accounts->by_name, g_strdup(name), account);
  }
  account->facts.known = TRUE;
  account->facts.reachable = extensions != NULL;
  account->facts.seen_at = g_get_monotonic_time();
  if (extensions != NULL)
    account->facts.extensions = *extensions;
  pst_reason_unref(account->reason);
  account->reason = reason;
  g_mutex_unlock(&accounts->lock);
}

void
pst_accounts_seen(PstAccounts *accounts, const char *name, const PstExtensions *extensions)
{
  note(accounts, name, extensions, NULL);
}

void
pst_accounts_failed(PstAccounts *accounts, const char *name, PstReason *reason)
{
  note(accounts, name, NULL, pst_reason_ref(reason));
}

PstAccountFacts
pst_accounts_get(PstAccounts *accounts, const char *name)
{
  PstAccountFacts facts = { 0 };
  g_mutex_lock(&accounts->lock);
  const Account *account = g_hash_table_lookup(accounts->by_name, name);
  if (account != NULL)
    facts = account->facts;
  g_mutex_unlock(&accounts->lock);
  return facts;
}

PstReason *
pst_accounts_get_reason(PstAccounts *accounts, const char *name)
{
  PstReason *reason = NULL;
  g_mutex_lock(&accounts->lock);
  const Account *account = g_hash_table_lookup(accounts->by_name, name);
  if (account != NULL && account->reason != NULL)
    reason = pst_reason_ref(account->reason);
  g_mutex_unlock(&accounts->lock);
  return reason;
}
