/* Refusal: what the client is told for a reason; one place for code, enhanced code and sentence.
 *
 * A value without SMTP types: the service makes the reply of it. At most three lines of ASCII English that
 * stand alone without the codes (Thunderbird strips them), no full stop at the end: what happened, what was
 * asked and by whom, for whom ("This attempt sent it to nobody"). */
#pragma once
#include "relay/contract/reason.h"
#include "relay/policy/choice.h"

G_BEGIN_DECLS

typedef struct {
  guint code;           /* 421 to 599 */
  const char *enhanced; /* static, "5.7.30" */
  char *text;           /* lines parted by '\n' */
} PstRefusal;

PstRefusal *pst_refusal_new(guint code, const char *enhanced, const char *text);
void pst_refusal_free(PstRefusal *refusal);

/* For @reason alone (client's mistakes, provider out of reach, limits): class and codes are the reason's.
 * Where a message is at hand and surely went nowhere, the text says so. */
PstRefusal *pst_refusal_for_reason(const PstReason *reason);

/* A provider that cannot be reached over verified TLS: 451 4.4.x/4.7.5, or 550 5.7.10 under `required`. */
PstRefusal *pst_refusal_for_upstream(const PstReason *reason, PstRequirement requirement);

/* "You asked for Verified" / "Your rule for bank.example asks for Verified". Caller frees. */
char *pst_refusal_who_asked(const PstChoice *choice);

/* Some recipients cannot be written to: @reason speaks for the first of @addresses (@n of them, perhaps none;
 * three are named). @choice says who asked for it; NULL: nobody of ours, a server said no. */
PstRefusal *pst_refusal_for_recipients(guint code, const char *enhanced, const PstReason *reason,
                                       const PstChoice *choice, const char *const *addresses, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstRefusal, pst_refusal_free)

G_END_DECLS
