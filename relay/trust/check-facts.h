/* Check facts: a finding as the dictionary that `posternctl check` prints and the bus carries (DESIGN 5).
 *
 * What is not known is left out, never guessed. Names are A-labels. */
#pragma once
#include "relay/trust/outlook-ladder.h"

G_BEGIN_DECLS

/* @checked_at: microseconds since 1970. @display: the domain as a person reads it. A floating a{sv}. */
GVariant *pst_check_facts_new(const PstDomainFacts *facts, const PstFinding *finding, const char *display,
                              gint64 checked_at, gboolean from_cache);

/* For a name that could not be assessed at all. */
GVariant *pst_check_facts_new_without(const char *domain, PstOutlook outlook, const PstReason *reason,
                                      gint64 checked_at);

G_END_DECLS
