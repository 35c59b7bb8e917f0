/* Configurations from texts, for tests: no files, and all problems as one text. */
#pragma once
#include "relay/store/configuration.h"

G_BEGIN_DECLS

/* The snapshot of the user's "postern.conf" over the administrator's "system.conf" (NULL: no such file).
 * @told gets the problems, a line each, those that are not fatal with "warning: " before them; caller frees.
 */
PstConfiguration *pst_test_interpret(const char *user, const char *system, gboolean strict, char **told);

G_END_DECLS
