/* Rules: which requirement the user asks for which recipients. Immutable once built.
 *
 * A pattern is an address, "*@domain" (that domain alone) or a domain (it and everything below it). The most
 * specific pattern wins: address, *@domain, domain, parent domain. A rule may also lower; one with a floor is
 * a minimum. */
#pragma once
#include "relay/contract/requirement.h"
#include "relay/mail/mailbox.h"

G_BEGIN_DECLS

typedef struct PstRules PstRules;

typedef struct {
  char *name;
  char *pattern; /* the one that matched, normalised */
  PstRequirement requirement;
  gboolean floor;
} PstRule;

PstRules *pst_rules_new(void);
PstRules *pst_rules_ref(PstRules *rules);
void pst_rules_unref(PstRules *rules);

/* FALSE when @pattern is none of the three forms, or one that another rule has: then @problem is a static
 * English phrase. */
gboolean pst_rules_add(PstRules *rules, const char *name, const char *pattern, PstRequirement requirement,
                       gboolean floor, const char **problem);

/* The most specific rule for @mailbox, or NULL. */
const PstRule *pst_rules_match(const PstRules *rules, const PstMailbox *mailbox);

/* The strictest of all floors that cover @mailbox, however specific, or NULL: a lesser rule never undercuts a
 * floor. */
const PstRule *pst_rules_match_floor(const PstRules *rules, const PstMailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstRules, pst_rules_unref)

G_END_DECLS
