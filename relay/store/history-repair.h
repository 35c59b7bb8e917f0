/* History repair: what a relay that was killed left under way is brought to an end (DESIGN 10.7).
 *
 * Messages past the end of data may have been sent: `uncertain`. Earlier ones nobody has: `failed`. */
#pragma once
#include "relay/store/connection.h"

G_BEGIN_DECLS

gboolean pst_history_repair(PstConnection *connection, GError **error);

G_END_DECLS
