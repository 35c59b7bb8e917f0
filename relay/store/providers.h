/* Providers: the shipped list of what submission servers' operators enforce on outbound mail
 * (data/providers.conf).
 *
 * Immutable once loaded. A list with anything wrong in it, or none at all, knows no provider: never more is
 * said than a list that is sound as a whole says. An exact host name wins over a pattern, a longer pattern
 * over a shorter one; "*.example.org" covers one or more labels before example.org, and not that name itself.
 */
#pragma once
#include "relay/store/configuration.h"

G_BEGIN_DECLS

typedef struct PstProviders PstProviders;

/* Never NULL; empty and with @problem (a sentence that names file and group; caller frees) when the list
 * cannot be used. */
PstProviders *pst_providers_load(const char *path, char **problem);
void pst_providers_free(PstProviders *providers);

/* TRUE when the list knows the provider of @host (A-labels, lower case); @honours is then of PstPolicyKind
 * flags, 0 for one known to enforce nothing. */
gboolean pst_providers_honours(const PstProviders *providers, const char *host, guint *honours);

/* Fills in what accounts without a Honours of their own get. Before @configuration is shared. */
void pst_providers_apply(const PstProviders *providers, PstConfiguration *configuration);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstProviders, pst_providers_free)

G_END_DECLS
