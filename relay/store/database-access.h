/* Database access: how history reads and writes inside the store. Not for other rooms. */
#pragma once
#include "relay/store/database.h"
#include "relay/store/position-index.h"
#include "relay/store/writer.h"

G_BEGIN_DECLS

PstWriter *pst_database_get_writer(PstDatabase *database);

/* A snapshot for reading; other readers wait until pst_database_end_read(). NULL on error, then nothing is to
 * be ended. */
PstConnection *pst_database_begin_read(PstDatabase *database, GError **error);
void pst_database_end_read(PstDatabase *database);

/* Only between begin and end: agrees with the snapshot. */
PstPositionCache *pst_database_get_positions(PstDatabase *database);

G_END_DECLS
