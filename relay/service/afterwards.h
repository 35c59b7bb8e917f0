/* Afterwards: looks at the recipients of a message that went as usual, once it is gone, so that its row can
 * say what was seen (`ForUsual`). The message waits for nothing of it. */
#pragma once
#include "relay/service/message-log.h"

G_BEGIN_DECLS

/* Takes @record, whose row is updated when the outlooks are there; copies what it needs of the rest. */
void pst_afterwards_look(PstRelay *relay, PstMessageRecord *record, const PstEnvelope *envelope,
                         const PstChoice *choice, const PstAccountConfig *account);

G_END_DECLS
