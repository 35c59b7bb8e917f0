/* Writer: the one thread that changes the database, behind a bounded queue.
 *
 * A caller waits until its own change is committed. Changes that queue up while one commit runs share the
 * next one; a change that fails is undone alone. Readers open their snapshots between commits, so that what
 * they are told has changed is what their snapshot shows. */
#pragma once
#include "relay/store/connection.h"

G_BEGIN_DECLS

typedef struct PstWriter PstWriter;

/* Runs on the writer thread inside a transaction. Lowers @changed_from to the lowest message id it touches.
 */
typedef gboolean (*PstWriteFunc)(PstConnection *connection, gpointer data, gint64 *changed_from,
                                 GError **error);

/* Takes @connection. @upkeep runs now and then, when no caller waits for what it does. */
PstWriter *pst_writer_new(PstConnection *connection, PstWriteFunc upkeep);
/* After what is queued. No caller may be left. */
void pst_writer_free(PstWriter *writer);

gboolean pst_writer_run(PstWriter *writer, PstWriteFunc function, gpointer data, GError **error);
/* Moves what the write-ahead log holds into the file and empties the log, deleted octets with it. */
gboolean pst_writer_empty_log(PstWriter *writer, GError **error);

/* No commit happens between these two. The second returns the lowest message id changed since it was last
 * called, or G_MAXINT64. */
void pst_writer_hold_commits(PstWriter *writer);
gint64 pst_writer_release_commits(PstWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstWriter, pst_writer_free)

G_END_DECLS
