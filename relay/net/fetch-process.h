/* Fetch process: a running postern-fetch and the socket to it, which is its standard input and output.
 *
 * It inherits nothing else: no environment, no descriptors. One thread may send while another receives. */
#pragma once
#include "relay/contract/fetch-frame.h"

G_BEGIN_DECLS

typedef struct PstFetchProcess PstFetchProcess;

PstFetchProcess *pst_fetch_process_start(const char *program, GError **error);
/* Ends the program at once, whatever it is doing. */
void pst_fetch_process_free(PstFetchProcess *process);

/* Never waits: FALSE when the program is gone or does not read. */
gboolean pst_fetch_process_send(PstFetchProcess *process, GBytes *frame);

/* TRUE when something is there to receive before @deadline (g_get_monotonic_time() microseconds). */
gboolean pst_fetch_process_wait(PstFetchProcess *process, gint64 deadline);

/* Receives what is there. FALSE when the program is gone or babbles. */
gboolean pst_fetch_process_receive(PstFetchProcess *process);
/* The next answer that is whole, of those received; @broken: it is none. */
gboolean pst_fetch_process_take(PstFetchProcess *process, PstFetchAnswer *answer, gboolean *broken);

/* Lets the other thread receive the end, now. */
void pst_fetch_process_hang_up(PstFetchProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstFetchProcess, pst_fetch_process_free)

G_END_DECLS
