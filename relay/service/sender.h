/* Sender: MAIL on a listener: which account serves the sender (DESIGN 3.3), and what can be refused at once.
 */
#pragma once
#include "relay/service/session.h"

G_BEGIN_DECLS

/* Answers PST_SERVER_MAIL. */
void pst_sender_handle_mail(PstSession *session);

G_END_DECLS
