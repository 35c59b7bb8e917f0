#include "relay/policy/choice.h"
#include <string.h>

#define TOKEN_MAX 64

/* A requirement that would hold, and who says so. */
typedef struct {
  PstRequirement requirement;
  PstRequirementSource source;
  const char *pattern;
} Claim;

static const char *
skip_white(const char *text)
{
  return text + strspn(text, " \t");
}

static char *
read_token(const char *text)
{
  if (g_ascii_strncasecmp(text, "token", strlen("token")) != 0)
    return NULL;
  text = skip_white(text + strlen("token"));
  if (*text != '=')
    return NULL;
  text = skip_white(text + 1);
  gsize length = strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");
  if (length == 0 || length > TOKEN_MAX || *skip_white(text + length) != '\0')
    return NULL;
  return g_strndup(text, length);
}

gboolean
pst_header_choice_parse(const char *value, PstHeaderChoice *choice)
{
  const char *text = skip_white(value);
  gsize length = strcspn(text, " \t;");
  g_autofree char *nick = g_ascii_strdown(text, length);
  choice->token = NULL;
  if (!pst_requirement_parse(nick, &choice->requirement))
    return FALSE;
  text = skip_white(text + length);
  if (*text == '\0')
    return TRUE;
  choice->token = *text == ';' ? read_token(skip_white(text + 1)) : NULL;
  return choice->token != NULL;
}

static PstReason *
header_problem(const char *name, guint n, const char *value, gboolean good)
{
  if (n > 1)
    return pst_reason_new(PST_REASON_HEADER_REPEATED, "header", name, NULL);
  if (n == 1 && !good)
    return pst_reason_new(PST_REASON_HEADER_BAD, "header", name, "value", value, NULL);
  return NULL;
}

/* Reads both headers; what X-Postern-TLS asks goes to @asked. Not being there is no problem. */
static PstReason *
read_headers(const PstHeaderFacts *header, PstMaybeRequirement *asked)
{
  if (header == NULL)
    return NULL;
  PstHeaderChoice choice = { 0 };
  gboolean good = header->n_postern_tls > 0 && pst_header_choice_parse(header->postern_tls, &choice);
  PstReason *problem = header_problem("X-Postern-TLS", header->n_postern_tls, header->postern_tls, good);
  g_free(choice.token);
  *asked = (PstMaybeRequirement){ good, choice.requirement };
  if (problem != NULL)
    return problem;
  gboolean no = header->n_tls_required > 0 && g_ascii_strcasecmp(header->tls_required, "No") == 0;
  return header_problem("TLS-Required", header->n_tls_required, header->tls_required, no);
}

/* What holds for a recipient without a rule. */
static Claim
claim_of_surroundings(const PstChoiceFacts *facts)
{
  if (facts->listener.present)
    return (Claim){ facts->listener.value, PST_SOURCE_LISTENER, NULL };
  if (facts->account.present)
    return (Claim){ facts->account.value, PST_SOURCE_ACCOUNT, NULL };
  return (Claim){ facts->mode, PST_SOURCE_MODE, NULL };
}

/* One message, one requirement (RFC 8689 section 4.1): the strictest of what holds for its recipients. A rule
 * may lower for its own recipients only. */
static Claim
claim_of_recipients(const PstChoiceFacts *facts)
{
  Claim surroundings = claim_of_surroundings(facts), strictest = surroundings;
  gboolean first = TRUE;
  for (guint i = 0; i < facts->envelope->recipients->len; i++) {
    const PstMailbox *mailbox = pst_envelope_recipient(facts->envelope, i)->mailbox;
    const PstRule *rule = facts->rules != NULL ? pst_rules_match(facts->rules, mailbox) : NULL;
    Claim claim = rule != NULL ? (Claim){ rule->requirement, PST_SOURCE_RULE, rule->pattern } : surroundings;
    gboolean names_a_rule = claim.source == PST_SOURCE_RULE && strictest.source != PST_SOURCE_RULE;
    if (first || claim.requirement > strictest.requirement ||
        (claim.requirement == strictest.requirement && names_a_rule))
      strictest = claim;
    first = FALSE;
  }
  return strictest;
}

/* What holds when the message itself says nothing. */
static Claim
claim_without_choice(const PstChoiceFacts *facts)
{
  if (facts->once.present)
    return (Claim){ facts->once.value, PST_SOURCE_ONCE, NULL };
  return claim_of_recipients(facts);
}

/* The strictest minimum; `anyway` is none. */
static Claim
claim_of_floors(const PstChoiceFacts *facts)
{
  Claim floor = { PST_REQUIREMENT_ANYWAY, PST_SOURCE_FLOOR, NULL };
  for (guint i = 0; facts->rules != NULL && i < facts->envelope->recipients->len; i++) {
    const PstMailbox *mailbox = pst_envelope_recipient(facts->envelope, i)->mailbox;
    const PstRule *rule = pst_rules_match_floor(facts->rules, mailbox);
    if (rule != NULL && rule->requirement > floor.requirement)
      floor = (Claim){ rule->requirement, PST_SOURCE_FLOOR, rule->pattern };
  }
  if (facts->listener.present && facts->listener_floor && facts->listener.value > floor.requirement)
    floor = (Claim){ facts->listener.value, PST_SOURCE_FLOOR, NULL };
  return floor;
}

/* Headers travel with forwarded, resent and re-edited mail: they may raise, and lower only for one who may.
 */
static gboolean
header_may_ask(const PstChoiceFacts *facts, PstRequirement asked, PstRequirement held, gboolean has_token)
{
  if (asked >= held)
    return TRUE;
  if (facts->header->resent)
    return FALSE;
  return held <= PST_REQUIREMENT_USUAL || has_token || facts->header_may_lower;
}

/* FALSE: the header may not have what it asks for and is as if it were not there. */
static gboolean
choose_by_header(const PstChoiceFacts *facts, PstMaybeRequirement postern_tls, Claim *claim,
                 PstChoice *choice)
{
  gboolean has_token = postern_tls.present && facts->token_valid;
  PstRequirement asked = postern_tls.present ? postern_tls.value : PST_REQUIREMENT_ANYWAY;
  choice->header_ignored = !header_may_ask(facts, asked, claim->requirement, has_token);
  if (choice->header_ignored)
    return FALSE;
  *claim = (Claim){ asked, PST_SOURCE_HEADER, NULL };
  choice->used_token = has_token;
  return TRUE;
}

/* The message's own word over @claim: parameter, header, subject tag; the first that is present. */
static Claim
choose(const PstChoiceFacts *facts, PstMaybeRequirement postern_tls, Claim claim, Claim floor,
       PstChoice *choice)
{
  const PstHeaderFacts *header = facts->header;
  if (facts->envelope->requiretls)
    return (Claim){ PST_REQUIREMENT_REQUIRED, PST_SOURCE_PARAMETER, NULL };
  if (header == NULL || choice->refusal != NULL)
    return claim;
  if ((postern_tls.present || header->n_tls_required > 0) &&
      choose_by_header(facts, postern_tls, &claim, choice))
    return claim;
  PstRequirement held = MAX(claim.requirement, floor.requirement);
  if (choice->tag_removed && held < PST_REQUIREMENT_VERIFIED)
    return (Claim){ PST_REQUIREMENT_VERIFIED, PST_SOURCE_SUBJECT, NULL };
  return claim;
}

static Claim
claim_of_message(const PstChoiceFacts *facts, PstMaybeRequirement postern_tls, PstChoice *choice)
{
  if (facts->grant.present)
    return (Claim){ facts->grant.value, PST_SOURCE_GRANT, NULL };
  Claim floor = claim_of_floors(facts);
  Claim claim = choose(facts, postern_tls, claim_without_choice(facts), floor, choice);
  choice->used_once = claim.source == PST_SOURCE_ONCE;
  return floor.requirement > claim.requirement ? floor : claim;
}

PstChoice *
pst_choice_make(const PstChoiceFacts *facts)
{
  PstChoice *choice = g_new0(PstChoice, 1);
  PstMaybeRequirement postern_tls = { 0 };
  choice->tag_removed = facts->subject_tags && facts->header != NULL && facts->header->subject_tag;
  choice->refusal = read_headers(facts->header, &postern_tls);
  Claim claim = claim_of_message(facts, postern_tls, choice);
  choice->requirement = claim.requirement;
  choice->source = claim.source;
  choice->pattern = g_strdup(claim.pattern);
  choice->used_grant = claim.source == PST_SOURCE_GRANT;
  return choice;
}

void
pst_choice_free(PstChoice *choice)
{
  if (choice == NULL)
    return;
  g_free(choice->pattern);
  pst_reason_unref(choice->refusal);
  g_free(choice);
}
