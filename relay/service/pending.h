/* Pending: messages whose end of data went upstream and whose answer is still awaited after the client was
 * told so.
 *
 * A byte-identical second try (same keyed digest) joins the first instead of sending a second copy.
 * Thread-safe. */
#pragma once
#include "relay/smtp/reply.h"

G_BEGIN_DECLS

typedef struct PstPending PstPending;

PstPending *pst_pending_new(void);
void pst_pending_free(PstPending *pending);

void pst_pending_add(PstPending *pending, GBytes *digest);
/* The answer came, or (@reply NULL) never will. Copies @reply; wakes who joined. */
void pst_pending_resolve(PstPending *pending, GBytes *digest, const PstReply *reply);

typedef enum {
  PST_JOIN_NONE,     /* nobody awaits this message: send it */
  PST_JOIN_ANSWERED, /* @reply is what the server said (caller frees) */
  PST_JOIN_LOST,     /* the answer will never come */
  PST_JOIN_TIMEOUT,  /* still awaited at @deadline (monotonic microseconds) */
} PstJoin;

PstJoin pst_pending_join(PstPending *pending, GBytes *digest, gint64 deadline, PstReply **reply);

/* How many wait in join() for this digest now. */
guint pst_pending_count_joined(PstPending *pending, GBytes *digest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstPending, pst_pending_free)

G_END_DECLS
