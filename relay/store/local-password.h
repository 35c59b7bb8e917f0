/* Local password: what a mail program shows to Postern's own listener. It guards loopback only and lives in
 * the file `local-password` of the state folder, mode 0600.
 *
 * Made once, at least 128 random bits in letters and digits that cannot be taken for one another; the user
 * may write another into the file: 16 to 128 printable ASCII characters without spaces. */
#pragma once
#include "relay/base/secret.h"
#include "relay/contract/error.h"

G_BEGIN_DECLS

/* Reads the password, making it when there is none. An error names the file. */
PstSecret *pst_local_password_load(const char *state_folder, GError **error);

G_END_DECLS
