/* Nicks: the short ASCII names that enums carry in configuration, JSON, the database and on the bus.
 *
 * A nick table is a NULL-terminated array indexed by the enum's value. Unknown nicks are never guessed. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* The nick of @value, or NULL when the table has none. */
const char *pst_nick_of(const char *const *table, guint value);

/* Sets @value and returns TRUE when @nick (exact, ASCII) is in the table. @nick may be NULL: FALSE. */
gboolean pst_nick_parse(const char *const *table, const char *nick, guint *value);

G_END_DECLS
