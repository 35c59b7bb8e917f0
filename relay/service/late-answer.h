/* Late answer: waits on for the answer to a message whose client has already been told "may have been sent".
 *
 * The row is corrected and the user told when the answer comes; after ten minutes, or when the connection is
 * gone, it stays `uncertain`. */
#pragma once
#include "relay/service/message-log.h"

G_BEGIN_DECLS

/* Takes ownership of everything but @relay. */
void pst_late_answer_await(PstRelay *relay, PstUpstream *upstream, PstTransfer *transfer,
                           PstDecision *decision, PstMessageRecord *record);

/* TRUE when the newest message with this digest was sent within the last day, and its answer came late: the
 * client was told that it may have been sent, and tries again. */
gboolean pst_late_answer_was_sent(PstRelay *relay, GBytes *digest);

G_END_DECLS
