/* Unbound context: one libunbound context in thread mode and the lookups in flight on it.
 *
 * One thread uses it: it waits for get_fd() to be readable and then calls process(), from where answers come.
 * Every lookup gets exactly one answer, at the latest, and then a failed one, when the context is freed. */
#pragma once
#include "relay/dns/dns-answer.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct PstUnboundContext PstUnboundContext;

/* Takes @answer. */
typedef void (*PstUnboundDone)(PstAnswer *answer, gpointer user_data);

/* @servers: "ip" or "ip@port", NULL or empty: the system's. @anchor_file: trust anchors; NULL: nothing is
 * validated and every answer's standing is UNCHECKED. NULL and @error when it cannot be set up. */
PstUnboundContext *pst_unbound_context_new(const char *const *servers, const char *anchor_file,
                                           gboolean serve_test_zone, GError **error);
void pst_unbound_context_free(PstUnboundContext *context);

int pst_unbound_context_get_fd(const PstUnboundContext *context);
void pst_unbound_context_process(PstUnboundContext *context);
void pst_unbound_context_ask(PstUnboundContext *context, const char *name, PstDnsType type,
                             PstUnboundDone done, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstUnboundContext, pst_unbound_context_free)

G_END_DECLS
