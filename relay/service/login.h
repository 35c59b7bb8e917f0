/* Login: AUTH on a listener: the local password, or the provider's own verdict (pass-through).
 *
 * Pass-through credentials go to the one account the login name belongs to and to no other; an unknown name
 * is 535 and nothing goes out. */
#pragma once
#include "relay/service/session.h"

G_BEGIN_DECLS

/* Answers PST_SERVER_AUTH. */
void pst_login_handle(PstSession *session);

/* Forgets and wipes what the client proved (STARTTLS, end of session). */
void pst_login_forget(PstSession *session);

/* A connection to @account for the session's next message: the one proven at login, an idle one, or a new
 * one, logged in where the account needs it; with @fresh only a new one. @reply: the server refused the
 * login;
 * @reason: it could not be reached. */
PstUpstream *pst_login_connect(PstSession *session, const PstAccountConfig *account, gboolean fresh,
                               gint64 deadline, PstReply **reply, PstReason **reason);

G_END_DECLS
