/* Refusal: the SMTP reply for a reason, one place for code, enhanced code and sentence.
 *
 * At most three lines of ASCII English that stand alone without the codes (Thunderbird strips them), no full stop at the
 * end: what happened, what was asked and by whom, for whom ("This attempt sent it to nobody"). */
#pragma once
#include "relay/contract/reason.h"
#include "relay/policy/choice.h"
#include "relay/smtp/reply.h"

G_BEGIN_DECLS

/* The reply for @reason alone (client's mistakes, provider out of reach, limits): its class and codes are the reason's. */
PstReply *pst_refusal_reply (const PstReason *reason);

/* A provider that cannot be reached over verified TLS: 451 4.4.x/4.7.5, or 550 5.7.10 under `required`. */
PstReply *pst_refusal_upstream (const PstReason *reason, PstRequirement requirement);

/* A floor that RCPT refuses at once. */
PstReply *pst_refusal_floor (const PstRule *rule, PstRequirement asked, const char *address);

/* "You asked for Verified" / "Your rule for bank.example asks for Verified". Caller frees. */
char *pst_refusal_who_asked (const PstChoice *choice);

G_END_DECLS
