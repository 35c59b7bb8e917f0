/* Login lines: what a client says, line by line, to log in with AUTH PLAIN or AUTH LOGIN (RFC 4954, 4616).
 *
 * Every line is a secret with its CRLF. The first opens the exchange, each next one answers a 334. */
#pragma once
#include "relay/base/secret.h"

G_BEGIN_DECLS

/* Lines (PstSecret) for the best of @mechanisms (flags of PstAuthMechanism): PLAIN with initial response,
 * else LOGIN. NULL when neither is there, or user and password cannot be said in it. */
GPtrArray *pst_login_lines_new(guint mechanisms, const char *user, const PstSecret *password);

G_END_DECLS
