/* Submission state: what the steps of one message share, from DATA to the client's answer. Lives on its
 * session's stack. */
#pragma once
#include "relay/policy/decision.h"
#include "relay/service/carriage.h"
#include "relay/service/message-digest.h"
#include "relay/service/message-log.h"

G_BEGIN_DECLS

typedef struct {
  PstSession *session;
  PstRelay *relay;
  PstConfiguration *configuration;
  const PstAccountConfig *account;
  PstEnvelope *envelope; /* the engine's */

  PstHeaderScanner *scanner;
  gsize header_size;
  gboolean header_done;
  gint64 decided_at,
      decision_took; /* how long the header's end held the client up; microseconds, monotonic */
  PstMessageDigest *digest;
  gint64 size;

  PstClaims claims;
  PstChoice *choice;
  PstDecision *decision;
  GPtrArray *assessments; /* one per recipient, PstAssessment or NULL */
  PstRefusal *refusal;    /* why the message is not sent; the rest of it is swallowed */
  PstUpstream *upstream;
  PstTransfer *transfer;
  char own_envid[PST_ENVID_SIZE];
  PstMessageRecord *record;
} PstSubmission;

/* The message is not sent, for @reason (taken over); what is still to come of it is swallowed. */
void pst_submission_refuse(PstSubmission *submission, PstReason *reason, PstState state);

/* The header block is complete: requirement, decision, and the way upstream. */
void pst_submission_header_complete(PstSubmission *submission);

/* Sends a message that was lost on a connection that had lain idle over a new one, as far as before the end
 * of data. FALSE: there is nothing to be sent again; or no way to, then the message is refused. */
gboolean pst_submission_retry(PstSubmission *submission, gint64 deadline);

G_END_DECLS
