/* Submission: a message from DATA to the client's answer: header, requirement, decision, transfer, history
 * (DESIGN 3). */
#pragma once
#include "relay/service/session.h"

G_BEGIN_DECLS

/* Answers PST_SERVER_DATA and everything up to the end of the transaction. */
void pst_submission_run(PstSession *session);

G_END_DECLS
