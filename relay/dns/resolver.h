/* Resolver: the questions an assessment asks, in parallel, from a thread of straight-line code.
 *
 * pst_resolver_ask() blocks until every question is answered, the deadline passes or the cancellable is
 * cancelled, and always fills in every answer: what did not come in time is a failed one. It is thread-safe
 * and any number of threads may ask at once. Where DNSSEC cannot be checked the answers' standing is
 * UNCHECKED, never INSECURE. */
#pragma once
#include "relay/dns/dns-answer.h"

G_BEGIN_DECLS

struct _GCancellable; /* of gio, which the core does not see */

#define PST_RESOLVER_MAX_QUESTIONS 256

typedef struct {
  const char *name; /* A-labels */
  PstDnsType type;
  PstAnswer *answer; /* out; the caller's to unref */
} PstQuestion;

typedef struct PstResolver PstResolver;
struct PstResolver {
  void (*ask)(PstResolver *self, PstQuestion *questions, guint n_questions, gint64 deadline,
              struct _GCancellable *cancellable);
};

/* @deadline: g_get_monotonic_time() microseconds. @cancellable may be NULL. */
static inline void
pst_resolver_ask(PstResolver *resolver, PstQuestion *questions, guint n_questions, gint64 deadline,
                 struct _GCancellable *cancellable)
{
  resolver->ask(resolver, questions, n_questions, deadline, cancellable);
}

G_END_DECLS
