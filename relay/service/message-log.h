/* Message log: fills the history record of a message from what a session knows, and keeps it in the database.
 */
#pragma once
#include "relay/delivery/record.h"
#include "relay/policy/decision.h"
#include "relay/service/session.h"
#include "relay/service/transfer.h"

G_BEGIN_DECLS

/* A record of the session's open transaction: time, sender, recipients (state `sending`), client, first hop.
 */
PstMessageRecord *pst_message_log_begin(const PstSession *session);
void pst_message_log_header(PstMessageRecord *record, const PstHeaderFacts *facts, gboolean keep_subject);
void pst_message_log_choice(PstMessageRecord *record, const PstChoice *choice);
/* What was known of each recipient's domain (@assessments of PstAssessment or NULL) and what the assurance of
 * its copy, should it be sent, rests on. */
void pst_message_log_decision(PstMessageRecord *record, const PstDecision *decision,
                              const GPtrArray *assessments, const PstAccountConfig *account);
/* The hop to the account's server as it was seen when connected. */
void pst_message_log_hop(PstMessageRecord *record, const PstAccountConfig *account, PstUpstream *upstream);
/* MAIL went, or is about to go, with REQUIRETLS on it. */
void pst_message_log_requiretls(PstMessageRecord *record);
/* Our own no: @decision may be NULL (then all recipients share @reason, which may be NULL too). */
void pst_message_log_refused(PstMessageRecord *record, const PstDecision *decision, PstReason *reason,
                             PstState state);
/* What the server said or did not say; @decision gives the assurance of what was sent. */
void pst_message_log_transfer(PstMessageRecord *record, const PstDecision *decision,
                              const PstTransfer *transfer, const char *host);

/* Commits it and tells the main context. FALSE and a warning when history cannot be written. */
gboolean pst_message_log_save(PstRelay *relay, PstMessageRecord *record);

G_END_DECLS
