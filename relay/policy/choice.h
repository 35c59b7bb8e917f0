/* Choice: from everything that may speak for a message's requirement to the one that holds (DESIGN 2). Pure.
 *
 * Order: grant, explicit (parameter, header, subject tag), one-shot, rule, listener, account, mode; floors
 * last, as a minimum for everything but a grant. Across recipients the strictest counts. A header may always
 * raise and may choose between `usual` and `anyway`; it lowers anything stronger only with a valid token or
 * where configured, and never where a Resent-* field is present. */
#pragma once
#include "relay/contract/reason.h"
#include "relay/contract/requirement.h"
#include "relay/mail/envelope.h"
#include "relay/mail/header-scanner.h"
#include "relay/policy/rules.h"

G_BEGIN_DECLS

/* A requirement that may be absent. */
typedef struct {
  gboolean present;
  PstRequirement value;
} PstMaybeRequirement;

/* What X-Postern-TLS says: "nick" or "nick; token=TEXT". */
typedef struct {
  PstRequirement requirement;
  char *token; /* or NULL */
} PstHeaderChoice;

/* FALSE when @value is not of that form. Clear with g_free (choice->token). */
gboolean pst_header_choice_parse(const char *value, PstHeaderChoice *choice);

typedef struct {
  PstMaybeRequirement grant;
  const PstEnvelope *envelope;  /* its REQUIRETLS parameter and recipients */
  const PstHeaderFacts *header; /* NULL at RCPT time: the header is not there yet */
  gboolean token_valid;         /* the token of X-Postern-TLS is one we issued for that requirement */
  gboolean header_may_lower;
  gboolean subject_tags;
  PstMaybeRequirement once;
  const PstRules *rules; /* may be NULL */
  PstMaybeRequirement listener;
  gboolean listener_floor;
  PstMaybeRequirement account;
  PstRequirement mode;
} PstChoiceFacts;

typedef struct {
  PstRequirement requirement;
  PstRequirementSource source;
  char *pattern;      /* of the rule or floor that decided, or NULL; "listener" floors have none */
  gboolean used_once; /* the one-shot is what decided: an accepted message uses it up */
  gboolean used_token;
  gboolean used_grant;
  gboolean header_ignored; /* a header asked for less than it may: ignored, recorded and told */
  gboolean tag_removed;    /* the subject tag is to be taken out */
  PstReason *refusal;      /* a bad or repeated header: 550 that names it; else NULL */
} PstChoice;

PstChoice *pst_choice_make(const PstChoiceFacts *facts);
void pst_choice_free(PstChoice *choice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstChoice, pst_choice_free)

G_END_DECLS
