#include "relay/policy/choice.h"

static PstEnvelope *
make_envelope(void)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_address("me@example.org");
  g_autoptr(PstMailbox) recipient = pst_mailbox_parse_address("anna@example.net");
  PstEnvelope *envelope = pst_envelope_new(sender);
  pst_envelope_add(envelope, recipient);
  return envelope;
}

static const struct {
  guint n_postern_tls;
  const char *postern_tls;
  guint n_tls_required;
  const char *tls_required;
  PstReasonCode code;
  const char *header;
} bad_headers[] = {
  { 1, "strong", 0, NULL, PST_REASON_HEADER_BAD, "X-Postern-TLS" },
  { 1, "", 0, NULL, PST_REASON_HEADER_BAD, "X-Postern-TLS" },
  { 2, "verified", 0, NULL, PST_REASON_HEADER_REPEATED, "X-Postern-TLS" },
  { 0, NULL, 1, "Yes", PST_REASON_HEADER_BAD, "TLS-Required" },
  { 0, NULL, 1, "", PST_REASON_HEADER_BAD, "TLS-Required" },
  { 0, NULL, 1, "No (really)", PST_REASON_HEADER_BAD, "TLS-Required" },
  { 0, NULL, 2, "No", PST_REASON_HEADER_REPEATED, "TLS-Required" },
  { 1, "verified", 1, "Yes", PST_REASON_HEADER_BAD, "TLS-Required" },
  { 1, "verified", 2, "No", PST_REASON_HEADER_REPEATED, "TLS-Required" },
  { 2, "verified", 2, "No", PST_REASON_HEADER_REPEATED, "X-Postern-TLS" },
};

/* Bad headers refuse the message whoever else speaks, and choose nothing. */
static void
check_bad_header(guint i, gboolean parameter, gboolean grant)
{
  g_autoptr(PstEnvelope) envelope = make_envelope();
  envelope->requiretls = parameter;
  PstHeaderFacts header = { bad_headers[i].n_postern_tls, (char *)bad_headers[i].postern_tls,
                            bad_headers[i].n_tls_required, (char *)bad_headers[i].tls_required };
  PstChoiceFacts facts = { .grant = { grant, PST_REQUIREMENT_USUAL },
                           .envelope = envelope,
                           .header = &header,
                           .mode = PST_REQUIREMENT_ENCRYPTED,
                           .token_valid = TRUE };
  g_autoptr(PstChoice) choice = pst_choice_make(&facts);
  g_assert_nonnull(choice->refusal);
  g_assert_cmpint(pst_reason_get_code(choice->refusal), ==, bad_headers[i].code);
  g_assert_cmpstr(pst_reason_get_argument(choice->refusal, "header"), ==, bad_headers[i].header);
  g_assert_cmpint(choice->source, !=, PST_SOURCE_HEADER);
  g_assert_false(choice->used_token);
}

static void
test_bad_headers(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(bad_headers); i++) {
    check_bad_header(i, FALSE, FALSE);
    check_bad_header(i, TRUE, FALSE);
    check_bad_header(i, FALSE, TRUE);
  }
}

static const struct {
  const char *value;
  const char *nick; /* NULL: not of the form */
  const char *token;
} header_values[] = {
  { "usual", "usual", NULL },
  { "REQUIRED", "required", NULL },
  { " verified ", "verified", NULL },
  { "usual; token=abc", "usual", "abc" },
  { "usual;token=a-B_9", "usual", "a-B_9" },
  { "usual ;\tTOKEN = abc ", "usual", "abc" },
  { "", NULL, NULL },
  { "no", NULL, NULL },
  { "usual encrypted", NULL, NULL },
  { "usual,encrypted", NULL, NULL },
  { "usual;", NULL, NULL },
  { "usual; token", NULL, NULL },
  { "usual; token=", NULL, NULL },
  { "usual; token=a b", NULL, NULL },
  { "usual; token=a;", NULL, NULL },
  { "usual; token=\"a\"", NULL, NULL },
  { "usual; tokens=a", NULL, NULL },
  { "usual; key=a", NULL, NULL },
  { "; token=a", NULL, NULL },
  { "usual; token=0123456789012345678901234567890123456789012345678901234567890123", "usual",
    "0123456789012345678901234567890123456789012345678901234567890123" },
  { "usual; token=01234567890123456789012345678901234567890123456789012345678901234", NULL, NULL },
};

static void
test_header_values(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(header_values); i++) {
    PstHeaderChoice choice = { 0 };
    g_test_message("%s", header_values[i].value);
    gboolean good = pst_header_choice_parse(header_values[i].value, &choice);
    g_assert_cmpint(good, ==, header_values[i].nick != NULL);
    g_assert_cmpstr(choice.token, ==, header_values[i].token);
    if (good)
      g_assert_cmpstr(pst_requirement_nick(choice.requirement), ==, header_values[i].nick);
    g_free(choice.token);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/header-choice/bad-headers", test_bad_headers);
  g_test_add_func("/header-choice/values", test_header_values);
  return g_test_run();
}
