/* Database: the SQLite file of the relay (WAL, synchronous=NORMAL, mode 0600), its schema versions and its
 * threads.
 *
 * One writer thread with a bounded queue, one reader connection; every function may be called from any thread
 * and waits for its result. A schema newer than this program, a damaged or unwritable file: a GError that
 * names the file. */
#pragma once
#include "relay/contract/error.h"

G_BEGIN_DECLS

typedef struct PstDatabase PstDatabase;

/* Opens or makes @path, migrates it, and repairs what a killed relay left: `sending` rows past the end of
 * data become `uncertain`, earlier ones `failed`. */
PstDatabase *pst_database_open(const char *path, GError **error);
/* Waits for queued writes. */
void pst_database_close(PstDatabase *database);

/* Small state that survives a restart (mode, pause …). NULL when there is none; caller frees. */
char *pst_database_get_state(PstDatabase *database, const char *key);
gboolean pst_database_set_state(PstDatabase *database, const char *key, const char *value, GError **error);

/* The secret that keys digests in this database, 32 octets, made once. */
GBytes *pst_database_get_digest_key(PstDatabase *database);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstDatabase, pst_database_close)

G_END_DECLS
