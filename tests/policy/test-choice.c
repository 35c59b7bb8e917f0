#include "relay/policy/choice.h"
#include <string.h>

/* Requirements are their first letters, '\0' is none: anyway, usual, encrypted, verified, "R"equired. */
#define NONE '\0'

typedef struct {
  const char *name;
  const char *to; /* recipients, parted by spaces */
  char grant;
  gboolean parameter;      /* MAIL … REQUIRETLS */
  const char *postern_tls; /* values of the headers, or NULL */
  const char *tls_required;
  const char *flags; /* resent, token valid, header may lower (l), subject tag seen (s), tags switched on (o),
                        listener's floor (f); by their letters */
  char once, listener, account, mode;
  char requirement; /* what is expected */
  PstRequirementSource source;
  const char *pattern;
  const char *marks; /* expected: used once (1), token used (t), header ignored (i), tag removed (r) */
} Row;

#define PLAIN "x@plain.example"
#define ENC   "x@enc.example"
#define VER   "x@ver.example"
#define LOW   "x@low.example"
#define FLOOR "x@floor.example"

static const struct {
  const char *pattern;
  PstRequirement requirement;
  gboolean floor;
} patterns[] = {
  { "enc.example", PST_REQUIREMENT_ENCRYPTED, FALSE },
  { "ver.example", PST_REQUIREMENT_VERIFIED, FALSE },
  { "low.example", PST_REQUIREMENT_USUAL, FALSE },
  { "any.example", PST_REQUIREMENT_ANYWAY, FALSE },
  { "floor.example", PST_REQUIREMENT_VERIFIED, TRUE },
  { "low@floor.example", PST_REQUIREMENT_USUAL, FALSE },
  { "encfloor.example", PST_REQUIREMENT_ENCRYPTED, TRUE },
  { "req@enc.example", PST_REQUIREMENT_REQUIRED, FALSE },
  { "anyfloor.example", PST_REQUIREMENT_ANYWAY, TRUE },
};

#define G PST_SOURCE_GRANT
#define P PST_SOURCE_PARAMETER
#define H PST_SOURCE_HEADER
#define S PST_SOURCE_SUBJECT
#define O PST_SOURCE_ONCE
#define U PST_SOURCE_RULE
#define L PST_SOURCE_LISTENER
#define A PST_SOURCE_ACCOUNT
#define M PST_SOURCE_MODE
#define F PST_SOURCE_FLOOR

static const Row rows[] = {
  /* mode, account, listener */
  { "mode", PLAIN, .mode = 'u', .requirement = 'u', .source = M },
  { "mode anyway", PLAIN, .mode = 'a', .requirement = 'a', .source = M },
  { "mode required", PLAIN, .mode = 'R', .requirement = 'R', .source = M },
  { "account over mode", PLAIN, .account = 'e', .mode = 'u', .requirement = 'e', .source = A },
  { "account lowers mode", PLAIN, .account = 'u', .mode = 'v', .requirement = 'u', .source = A },
  { "listener over account", PLAIN, .listener = 'e', .account = 'v', .mode = 'u', .requirement = 'e',
    .source = L },
  { "listener anyway", PLAIN, .listener = 'a', .account = 'v', .mode = 'u', .requirement = 'a', .source = L },

  /* rules, across recipients */
  { "rule over mode", ENC, .mode = 'u', .requirement = 'e', .source = U, .pattern = "enc.example" },
  { "rule over listener", ENC, .listener = 'v', .mode = 'u', .requirement = 'e', .source = U,
    .pattern = "enc.example" },
  { "rule lowers", LOW, .mode = 'v', .requirement = 'u', .source = U, .pattern = "low.example" },
  { "rule lowers to anyway", "x@any.example", .mode = 'v', .requirement = 'a', .source = U,
    .pattern = "any.example" },
  { "lowering rule does not cover another", LOW " " PLAIN, .mode = 'v', .requirement = 'v', .source = M },
  { "order of recipients is none", PLAIN " " LOW, .mode = 'v', .requirement = 'v', .source = M },
  { "lowering rule beside a raising one", LOW " " VER, .mode = 'e', .requirement = 'v', .source = U,
    .pattern = "ver.example" },
  { "raising rule covers all", PLAIN " " VER " " ENC, .mode = 'u', .requirement = 'v', .source = U,
    .pattern = "ver.example" },
  { "strictest rule, whatever order", ENC " " VER, .mode = 'u', .requirement = 'v', .source = U,
    .pattern = "ver.example" },
  { "all rules lower", LOW " x@any.example", .mode = 'v', .requirement = 'u', .source = U,
    .pattern = "low.example" },
  { "rule named where mode says the same", PLAIN " " ENC, .mode = 'e', .requirement = 'e', .source = U,
    .pattern = "enc.example" },
  { "same, other order", ENC " " PLAIN, .mode = 'e', .requirement = 'e', .source = U,
    .pattern = "enc.example" },
  { "address over domain", "req@enc.example", .mode = 'u', .requirement = 'R', .source = U,
    .pattern = "req@enc.example" },
  { "no recipient", "", .mode = 'v', .requirement = 'v', .source = M },

  /* one-shot */
  { "once over rule", VER, .once = 'u', .mode = 'u', .requirement = 'u', .source = O, .marks = "1" },
  { "once raises", PLAIN, .once = 'v', .mode = 'u', .requirement = 'v', .source = O, .marks = "1" },
  { "once over listener and account", PLAIN, .once = 'a', .listener = 'v', .account = 'v', .mode = 'v',
    .requirement = 'a', .source = O, .marks = "1" },

  /* parameter */
  { "parameter", PLAIN, .parameter = TRUE, .mode = 'u', .requirement = 'R', .source = P },
  { "parameter over rule and once", LOW, .parameter = TRUE, .once = 'a', .mode = 'u', .requirement = 'R',
    .source = P },
  { "parameter over X-Postern-TLS", PLAIN, .parameter = TRUE, .postern_tls = "usual; token=t", .flags = "tl",
    .mode = 'u', .requirement = 'R', .source = P },
  { "parameter over TLS-Required", PLAIN, .parameter = TRUE, .tls_required = "No", .flags = "l", .mode = 'u',
    .requirement = 'R', .source = P },
  { "parameter and floor", FLOOR, .parameter = TRUE, .mode = 'u', .requirement = 'R', .source = P },

  /* X-Postern-TLS */
  { "header raises", PLAIN, .postern_tls = "verified", .mode = 'u', .requirement = 'v', .source = H },
  { "header raises over rule", ENC, .postern_tls = "required", .mode = 'u', .requirement = 'R', .source = H },
  { "header raises over once", PLAIN, .postern_tls = "verified", .once = 'e', .mode = 'u', .requirement = 'v',
    .source = H },
  { "header says the same as once", PLAIN, .postern_tls = "verified", .once = 'v', .mode = 'u',
    .requirement = 'v', .source = H },
  { "header says the same as mode", PLAIN, .postern_tls = "encrypted", .mode = 'e', .requirement = 'e',
    .source = H },
  { "header in any case", PLAIN, .postern_tls = "VeriFied", .mode = 'u', .requirement = 'v', .source = H },
  { "header usual to anyway", PLAIN, .postern_tls = "anyway", .mode = 'u', .requirement = 'a', .source = H },
  { "header anyway to usual", PLAIN, .postern_tls = "usual", .mode = 'a', .requirement = 'u', .source = H },
  { "header may not lower mode", PLAIN, .postern_tls = "usual", .mode = 'e', .requirement = 'e', .source = M,
    .marks = "i" },
  { "header may not lower rule", VER, .postern_tls = "encrypted", .mode = 'u', .requirement = 'v',
    .source = U, .pattern = "ver.example", .marks = "i" },
  { "header may not lower for one recipient of two", PLAIN " " VER, .postern_tls = "usual", .mode = 'u',
    .requirement = 'v', .source = U, .pattern = "ver.example", .marks = "i" },
  { "header may not lower once", PLAIN, .postern_tls = "usual", .once = 'v', .mode = 'u', .requirement = 'v',
    .source = O, .marks = "1i" },
  { "header may not lower listener", PLAIN, .postern_tls = "anyway", .listener = 'v', .mode = 'u',
    .requirement = 'v', .source = L, .marks = "i" },
  { "header may not lower account", PLAIN, .postern_tls = "anyway", .account = 'e', .mode = 'u',
    .requirement = 'e', .source = A, .marks = "i" },
  { "header lowers a lowered rule", LOW, .postern_tls = "anyway", .mode = 'v', .requirement = 'a',
    .source = H },
  { "header lowers with a token", VER, .postern_tls = "usual; token=t", .flags = "t", .mode = 'u',
    .requirement = 'u', .source = H, .marks = "t" },
  { "header lowers required with a token", PLAIN, .postern_tls = "anyway; token=t", .flags = "t", .mode = 'R',
    .requirement = 'a', .source = H, .marks = "t" },
  { "header with a bad token", VER, .postern_tls = "usual; token=t", .mode = 'u', .requirement = 'v',
    .source = U, .pattern = "ver.example", .marks = "i" },
  { "header with a bad token may raise", PLAIN, .postern_tls = "verified; token=t", .mode = 'u',
    .requirement = 'v', .source = H },
  { "token is used up where it was not needed", PLAIN, .postern_tls = "verified; token=t", .flags = "t",
    .mode = 'u', .requirement = 'v', .source = H, .marks = "t" },
  { "header may lower by configuration", VER, .postern_tls = "usual", .flags = "l", .mode = 'u',
    .requirement = 'u', .source = H },

  /* Resent-* */
  { "resent header may raise", PLAIN, .postern_tls = "verified", .flags = "r", .mode = 'u',
    .requirement = 'v', .source = H },
  { "resent header lowers nothing", PLAIN, .postern_tls = "anyway", .flags = "r", .mode = 'u',
    .requirement = 'u', .source = M, .marks = "i" },
  { "resent header lowers not with a token", VER, .postern_tls = "usual; token=t", .flags = "rt", .mode = 'u',
    .requirement = 'v', .source = U, .pattern = "ver.example", .marks = "i" },
  { "resent header lowers not by configuration", VER, .postern_tls = "usual", .flags = "rl", .mode = 'u',
    .requirement = 'v', .source = U, .pattern = "ver.example", .marks = "i" },
  { "resent TLS-Required lowers nothing", PLAIN, .tls_required = "No", .flags = "rl", .mode = 'u',
    .requirement = 'u', .source = M, .marks = "i" },
  { "resent header may say the same", PLAIN, .tls_required = "No", .flags = "r", .mode = 'a',
    .requirement = 'a', .source = H },

  /* TLS-Required: No */
  { "TLS-Required", PLAIN, .tls_required = "No", .mode = 'u', .requirement = 'a', .source = H },
  { "TLS-Required in any case", PLAIN, .tls_required = "nO", .mode = 'u', .requirement = 'a', .source = H },
  { "TLS-Required may not lower", PLAIN, .tls_required = "No", .mode = 'e', .requirement = 'e', .source = M,
    .marks = "i" },
  { "TLS-Required may not lower a rule", VER, .tls_required = "No", .mode = 'u', .requirement = 'v',
    .source = U, .pattern = "ver.example", .marks = "i" },
  { "TLS-Required lowers by configuration", VER, .tls_required = "No", .flags = "l", .mode = 'u',
    .requirement = 'a', .source = H },
  { "TLS-Required has no token", VER, .tls_required = "No", .flags = "t", .mode = 'u', .requirement = 'v',
    .source = U, .pattern = "ver.example", .marks = "i" },
  { "X-Postern-TLS before TLS-Required", PLAIN, .postern_tls = "encrypted", .tls_required = "No", .mode = 'u',
    .requirement = 'e', .source = H },
  { "X-Postern-TLS that may not lower hides TLS-Required", PLAIN, .postern_tls = "usual",
    .tls_required = "No", .mode = 'v', .requirement = 'v', .source = M, .marks = "i" },
  { "usual before TLS-Required", PLAIN, .postern_tls = "usual", .tls_required = "No", .mode = 'u',
    .requirement = 'u', .source = H },

  /* subject tag */
  { "tag", PLAIN, .flags = "so", .mode = 'u', .requirement = 'v', .source = S, .marks = "r" },
  { "tag switched off", PLAIN, .flags = "s", .mode = 'u', .requirement = 'u', .source = M },
  { "tags on and none there", PLAIN, .flags = "o", .mode = 'u', .requirement = 'u', .source = M },
  { "tag raises over rule", ENC, .flags = "so", .mode = 'u', .requirement = 'v', .source = S, .marks = "r" },
  { "tag raises over once", PLAIN, .flags = "so", .once = 'a', .mode = 'u', .requirement = 'v', .source = S,
    .marks = "r" },
  { "tag says the same", VER, .flags = "so", .mode = 'u', .requirement = 'v', .source = U,
    .pattern = "ver.example", .marks = "r" },
  { "tag lowers nothing", PLAIN, .flags = "so", .mode = 'R', .requirement = 'R', .source = M, .marks = "r" },
  { "tag under the parameter", PLAIN, .parameter = TRUE, .flags = "so", .mode = 'u', .requirement = 'R',
    .source = P, .marks = "r" },
  { "header before tag", PLAIN, .postern_tls = "encrypted", .flags = "so", .mode = 'u', .requirement = 'e',
    .source = H, .marks = "r" },
  { "tag where the header is ignored", ENC, .postern_tls = "usual", .flags = "so", .mode = 'u',
    .requirement = 'v', .source = S, .marks = "ir" },
  { "tag where a floor says the same", FLOOR, .flags = "so", .once = 'u', .mode = 'u', .requirement = 'v',
    .source = F, .pattern = "floor.example", .marks = "1r" },

  /* floors */
  { "floor is a rule too", FLOOR, .mode = 'u', .requirement = 'v', .source = U, .pattern = "floor.example" },
  { "floor over once", FLOOR, .once = 'u', .mode = 'u', .requirement = 'v', .source = F,
    .pattern = "floor.example", .marks = "1" },
  { "floor over a token", FLOOR, .postern_tls = "usual; token=t", .flags = "t", .mode = 'u',
    .requirement = 'v', .source = F, .pattern = "floor.example", .marks = "t" },
  { "floor over configuration", FLOOR, .tls_required = "No", .flags = "l", .mode = 'u', .requirement = 'v',
    .source = F, .pattern = "floor.example" },
  { "floor under a stricter header", FLOOR, .postern_tls = "required", .mode = 'u', .requirement = 'R',
    .source = H },
  { "floor and a header that says the same", FLOOR, .postern_tls = "verified", .once = 'u', .mode = 'u',
    .requirement = 'v', .source = H },
  { "floor over a raising header", FLOOR, .postern_tls = "encrypted", .once = 'u', .mode = 'u',
    .requirement = 'v', .source = F, .pattern = "floor.example" },
  { "floor over a more specific rule", "low@floor.example", .mode = 'u', .requirement = 'v', .source = F,
    .pattern = "floor.example" },
  { "floor of one recipient counts for all", PLAIN " low@floor.example", .once = 'a', .mode = 'u',
    .requirement = 'v', .source = F, .pattern = "floor.example", .marks = "1" },
  { "strictest floor", "x@encfloor.example x@floor.example", .once = 'a', .mode = 'u', .requirement = 'v',
    .source = F, .pattern = "floor.example", .marks = "1" },
  { "floor below what holds", "x@encfloor.example", .once = 'v', .mode = 'u', .requirement = 'v', .source = O,
    .marks = "1" },
  { "floor anyway is none", "x@anyfloor.example", .once = 'a', .mode = 'u', .requirement = 'a', .source = O,
    .marks = "1" },
  { "listener's floor over a rule", LOW, .flags = "f", .listener = 'e', .mode = 'u', .requirement = 'e',
    .source = F },
  { "listener's floor over a token", PLAIN, .postern_tls = "usual; token=t", .flags = "ft", .listener = 'v',
    .mode = 'u', .requirement = 'v', .source = F, .marks = "t" },
  { "listener's floor without another word", PLAIN, .flags = "f", .listener = 'v', .mode = 'u',
    .requirement = 'v', .source = L },
  { "listener without floor", LOW, .listener = 'e', .mode = 'u', .requirement = 'u', .source = U,
    .pattern = "low.example" },
  { "floor flag without a requirement", LOW, .flags = "f", .mode = 'v', .requirement = 'u', .source = U,
    .pattern = "low.example" },
  { "rule's floor stricter than the listener's", FLOOR, .flags = "f", .once = 'u', .listener = 'e',
    .mode = 'u', .requirement = 'v', .source = F, .pattern = "floor.example", .marks = "1" },
  { "listener's floor stricter than the rule's", FLOOR, .flags = "f", .once = 'u', .listener = 'R',
    .mode = 'u', .requirement = 'R', .source = F, .marks = "1" },

  /* grants */
  { "grant over mode", PLAIN, .grant = 'u', .mode = 'v', .requirement = 'u', .source = G },
  { "grant over floor", FLOOR, .grant = 'u', .mode = 'u', .requirement = 'u', .source = G },
  { "grant over listener's floor", PLAIN, .grant = 'a', .flags = "f", .listener = 'R', .mode = 'u',
    .requirement = 'a', .source = G },
  { "grant over parameter", PLAIN, .grant = 'u', .parameter = TRUE, .mode = 'u', .requirement = 'u',
    .source = G },
  { "grant over header", PLAIN, .grant = 'u', .postern_tls = "required; token=t", .flags = "t", .mode = 'u',
    .requirement = 'u', .source = G },
  { "grant over tag", PLAIN, .grant = 'u', .flags = "so", .mode = 'u', .requirement = 'u', .source = G,
    .marks = "r" },
  { "grant leaves the one-shot", PLAIN, .grant = 'u', .once = 'v', .mode = 'u', .requirement = 'u',
    .source = G },
};

static PstRequirement
requirement_of(char letter)
{
  static const char letters[] = "auevR";
  const char *at = strchr(letters, letter);
  g_assert_true(letter != NONE && at != NULL);
  return at - letters;
}

static PstMaybeRequirement
maybe(char letter)
{
  return letter == NONE ? (PstMaybeRequirement){ FALSE }
                        : (PstMaybeRequirement){ TRUE, requirement_of(letter) };
}

static gboolean
has(const char *letters, char letter)
{
  return letters != NULL && strchr(letters, letter) != NULL;
}

static PstRules *
make_rules(void)
{
  PstRules *rules = pst_rules_new();
  for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
    const char *problem;
    g_assert_true(
        pst_rules_add(rules, "r", patterns[i].pattern, patterns[i].requirement, patterns[i].floor, &problem));
  }
  return rules;
}

static PstEnvelope *
make_envelope(const char *to)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_address("me@example.org");
  PstEnvelope *envelope = pst_envelope_new(sender);
  g_auto(GStrv) list = g_strsplit(to, " ", -1);
  for (guint i = 0; list[i] != NULL; i++) {
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address(list[i]);
    g_assert_nonnull(mailbox);
    pst_envelope_add(envelope, mailbox);
  }
  return envelope;
}

static PstChoice *
choose(const Row *row, const PstRules *rules)
{
  g_autoptr(PstEnvelope) envelope = make_envelope(row->to);
  PstHeaderFacts header = { row->postern_tls != NULL,  (char *)row->postern_tls, row->tls_required != NULL,
                            (char *)row->tls_required, has(row->flags, 'r'),     has(row->flags, 's') };
  envelope->requiretls = row->parameter;
  PstChoiceFacts facts = { .grant = maybe(row->grant),
                           .envelope = envelope,
                           .header = &header,
                           .token_valid = has(row->flags, 't'),
                           .header_may_lower = has(row->flags, 'l'),
                           .subject_tags = has(row->flags, 'o'),
                           .once = maybe(row->once),
                           .rules = rules,
                           .listener = maybe(row->listener),
                           .listener_floor = has(row->flags, 'f'),
                           .account = maybe(row->account),
                           .mode = requirement_of(row->mode) };
  return pst_choice_make(&facts);
}

static void
test_rows(void)
{
  g_autoptr(PstRules) rules = make_rules();
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    const Row *row = &rows[i];
    g_test_message("%s", row->name);
    g_autoptr(PstChoice) choice = choose(row, rules);
    g_assert_null(choice->refusal);
    g_assert_cmpint(choice->requirement, ==, requirement_of(row->requirement));
    g_assert_cmpstr(pst_requirement_source_nick(choice->source), ==,
                    pst_requirement_source_nick(row->source));
    g_assert_cmpstr(choice->pattern, ==, row->pattern);
    g_assert_cmpint(choice->used_once, ==, has(row->marks, '1'));
    g_assert_cmpint(choice->used_token, ==, has(row->marks, 't'));
    g_assert_cmpint(choice->header_ignored, ==, has(row->marks, 'i'));
    g_assert_cmpint(choice->tag_removed, ==, has(row->marks, 'r'));
    g_assert_cmpint(choice->used_grant, ==, row->source == G);
  }
}

static void
test_without_header_and_rules(void)
{
  g_autoptr(PstEnvelope) envelope = make_envelope(PLAIN);
  PstChoiceFacts facts = { .envelope = envelope, .subject_tags = TRUE, .mode = PST_REQUIREMENT_VERIFIED };
  g_autoptr(PstChoice) choice = pst_choice_make(&facts);
  g_assert_cmpint(choice->requirement, ==, PST_REQUIREMENT_VERIFIED);
  g_assert_cmpint(choice->source, ==, PST_SOURCE_MODE);
  g_assert_false(choice->tag_removed);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/choice/rows", test_rows);
  g_test_add_func("/choice/without-header-and-rules", test_without_header_and_rules);
  return g_test_run();
}
