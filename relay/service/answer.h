/* Answer: the end of the client's data: last checks, the end of data upstream, history, and what the client
 * is told. */
#pragma once
#include "relay/service/submission-state.h"

G_BEGIN_DECLS

/* The reply to the client; the row is committed and claims are not settled yet. Caller frees. */
PstReply *pst_answer_end_of_data(PstSubmission *submission);

/* The client closed before the end: nothing was sent. */
void pst_answer_client_left(PstSubmission *submission);

G_END_DECLS
