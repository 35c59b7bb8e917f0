/* STS policy: the text a domain publishes about its mail hosts (RFC 8461 section 3.2), read strictly.
 *
 * Lines end in CRLF or LF. Of repeated fields the first counts, but for mx. Unknown fields are skipped,
 * malformed ones make the policy invalid, as do max_age over a year, a mode but `none` without mx, or an mx
 * pattern that is no name. What one sender would read leniently another refuses: nothing may be promised from
 * a policy that is not plainly one. Counted. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define PST_STS_MAX_POLICY  65536    /* octets */
#define PST_STS_MAX_MX      1000     /* patterns */
#define PST_STS_MAX_MAX_AGE 31557600 /* seconds */

typedef enum {
  PST_STS_NONE,
  PST_STS_TESTING,
  PST_STS_ENFORCE,
} PstStsMode;

typedef struct {
  PstStsMode mode;
  guint max_age; /* seconds */
  char **mx;     /* lower case, "*." in front for a wildcard; may be empty under NONE */
} PstStsPolicy;

/* NULL when invalid; then @problem is a static English phrase. */
PstStsPolicy *pst_sts_policy_parse(const char *text, gsize length, const char **problem);
PstStsPolicy *pst_sts_policy_ref(PstStsPolicy *policy);
void pst_sts_policy_unref(PstStsPolicy *policy);

/* TRUE when a pattern is @host, or a wildcard that stands for exactly its left-most label (RFC 8461
 * section 4.1). */
gboolean pst_sts_policy_allows(const PstStsPolicy *policy, const char *host);

const char *pst_sts_mode_nick(PstStsMode mode);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstStsPolicy, pst_sts_policy_unref)

G_END_DECLS
