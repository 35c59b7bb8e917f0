/* Ledger: what is used up by being used: grants ("allow once"), header tokens and the one-shot tray choice.
 *
 * Each is reserved at the decision, committed at the client's 250 and released otherwise; a reserved one
 * serves no other message. Times are microseconds of any steady clock, given by the caller. Not thread-safe:
 * its owner locks. */
#pragma once
#include "relay/contract/requirement.h"
#include "relay/policy/choice.h"

G_BEGIN_DECLS

typedef struct PstLedger PstLedger;

#define PST_GRANT_LIFETIME (G_GINT64_CONSTANT(15) * 60 * G_USEC_PER_SEC)
#define PST_ONCE_LIFETIME  (G_GINT64_CONSTANT(10) * 60 * G_USEC_PER_SEC)
#define PST_TOKEN_LIFETIME (G_GINT64_CONSTANT(60) * 60 * G_USEC_PER_SEC)
#define PST_LEDGER_MAX     256 /* grants and tokens open at once; the oldest goes first */

/* What one message has reserved. Zero-initialised: nothing. */
typedef struct {
  guint64 grant;
  guint64 token;
  guint64 once;
} PstReservation;

PstLedger *pst_ledger_new(void);
void pst_ledger_free(PstLedger *ledger);

/* @key: what a second try of the same message shares (sender, recipients, subject), see
 * pst_ledger_message_key(). */
void pst_ledger_grant(PstLedger *ledger, const char *key, PstRequirement requirement, gint64 now);
PstMaybeRequirement pst_ledger_reserve_grant(PstLedger *ledger, const char *key, gint64 now,
                                             PstReservation *reservation);

/* A new token for @requirement: 128 random bits in ASCII, caller frees. */
char *pst_ledger_issue_token(PstLedger *ledger, PstRequirement requirement, gint64 now);
gboolean pst_ledger_reserve_token(PstLedger *ledger, const char *token, PstRequirement requirement,
                                  gint64 now, PstReservation *reservation);

void pst_ledger_set_once(PstLedger *ledger, PstMaybeRequirement once, gint64 now);
/* The one-shot that is open; @left gets the microseconds it has left. */
PstMaybeRequirement pst_ledger_get_once(PstLedger *ledger, gint64 now, gint64 *left);
PstMaybeRequirement pst_ledger_reserve_once(PstLedger *ledger, gint64 now, PstReservation *reservation);

/* Used up; *@reservation is cleared. */
void pst_ledger_commit(PstLedger *ledger, PstReservation *reservation);
/* Open again unless expired since; *@reservation is cleared. */
void pst_ledger_release(PstLedger *ledger, PstReservation *reservation);

/* Key of a message for grants: sender, recipients in any order, subject without tag. Caller frees. */
char *pst_ledger_message_key(const PstEnvelope *envelope, const char *subject);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstLedger, pst_ledger_free)

G_END_DECLS
