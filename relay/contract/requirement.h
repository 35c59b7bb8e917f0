/* Requirement: what the sender asks of a message (RFC 8689 and the ladder between its two ends).
 *
 * The values are ordered: a greater value is stricter. The nicks are a contract. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_REQUIREMENT_ANYWAY,    /* RFC 8689 section 3: TLS-Required: No */
  PST_REQUIREMENT_USUAL,     /* the provider decides */
  PST_REQUIREMENT_ENCRYPTED, /* every hop we can know of is TLS; any certificate */
  PST_REQUIREMENT_VERIFIED,  /* every hop we can know of is TLS with a certificate that proves the right name
                              */
  PST_REQUIREMENT_REQUIRED,  /* RFC 8689 section 2: MAIL FROM … REQUIRETLS */
} PstRequirement;

/* Where a message's requirement came from, first that is present wins (grant first). */
typedef enum {
  PST_SOURCE_GRANT,
  PST_SOURCE_PARAMETER,
  PST_SOURCE_HEADER,
  PST_SOURCE_SUBJECT,
  PST_SOURCE_ONCE,
  PST_SOURCE_RULE,
  PST_SOURCE_LISTENER,
  PST_SOURCE_ACCOUNT,
  PST_SOURCE_MODE,
  PST_SOURCE_FLOOR,
} PstRequirementSource;

const char *pst_requirement_nick(PstRequirement requirement);
gboolean pst_requirement_parse(const char *nick, PstRequirement *requirement);

const char *pst_requirement_source_nick(PstRequirementSource source);
gboolean pst_requirement_source_parse(const char *nick, PstRequirementSource *source);

G_END_DECLS
