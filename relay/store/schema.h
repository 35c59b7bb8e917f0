/* Schema: the tables of the database and the steps that lead an older file to them.
 *
 * PRAGMA user_version counts the steps a file has had. A file of a newer version, or one that is not
 * Postern's, is an error that names it, and nothing is written to it. */
#pragma once
#include "relay/store/connection.h"

G_BEGIN_DECLS

/* NULL-terminated: step n leads from version n to n + 1. Never edit one that was released: add another. */
extern const char *const pst_schema_steps[];

/* Brings the file to the last of @steps, each step whole or not at all. */
gboolean pst_schema_upgrade(PstConnection *connection, const char *const *steps, GError **error);

G_END_DECLS
