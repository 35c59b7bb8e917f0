/* MX route: from the answer to an MX question to the hosts that take a domain's mail, in order (RFC 5321
 * section 5.1, RFC 7505).
 *
 * Immutable once made. Hosts are lower case, each once with its best preference; at most PST_MX_MAX_HOSTS,
 * then `truncated`. A malformed record makes the whole route undetermined: what cannot be read may name a
 * weaker host. */
#pragma once
#include "relay/dns/dns-answer.h"

G_BEGIN_DECLS

#define PST_MX_MAX_HOSTS 100

typedef enum {
  PST_MX_UNDETERMINED, /* failed, bogus or malformed */
  PST_MX_HOSTS,
  PST_MX_IMPLICIT, /* no MX: the domain itself is the one host */
  PST_MX_NULL,     /* the domain says that it takes no mail */
  PST_MX_NO_DOMAIN,
} PstMxKind;

typedef struct {
  char *name;
  guint preference;
  gboolean is_host_name; /* a name TLS and policies can be about; else nothing good is ever said of it */
} PstMxHost;

typedef struct {
  char *domain;
  char *canonical_domain; /* where the domain's aliases ended */
  PstMxKind kind;
  PstStanding standing; /* of the MX answer, its absence included */
  GPtrArray *hosts;     /* of PstMxHost */
  gboolean truncated;
  PstReason *reason; /* why undetermined, or why nobody takes the mail; else NULL */
} PstMxRoute;

PstMxRoute *pst_mx_route_new(const PstAnswer *mx_answer);
void pst_mx_route_free(PstMxRoute *route);

/* Letters, digits, '-' and '_' (mail is sent to such hosts) in two or more labels, the last not all digits.
 */
gboolean pst_mx_is_host_name(const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstMxRoute, pst_mx_route_free)

G_END_DECLS
