#include "relay/policy/refusal.h"
#include <string.h>

static void
check_form(const PstRefusal *refusal)
{
  g_assert_cmpuint(refusal->code, >=, 421);
  g_assert_cmpuint(refusal->code, <=, 599);
  g_assert_cmpint(refusal->enhanced[0], ==, refusal->code >= 500 ? '5' : '4');
  g_assert_true(g_str_is_ascii(refusal->text));
  g_assert_cmpint(refusal->text[0], !=, '\0');
  g_assert_false(g_str_has_suffix(refusal->text, "."));
  g_assert_null(strchr(refusal->text, '\r'));
  g_auto(GStrv) lines = g_strsplit(refusal->text, "\n", -1);
  g_assert_cmpuint(g_strv_length(lines), <=, 3);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpint(lines[i][0], !=, '\0');
}

static void
test_every_reason(void)
{
  for (guint code = 0; code < PST_REASON_COUNT; code++) {
    g_autoptr(PstReason) reason =
        pst_reason_new(code, "host", "smtp.example.org", "domain", "example.net", "reply", "hm.", NULL);
    g_test_message("%s", pst_reason_code_nick(code));
    g_autoptr(PstRefusal) refusal = pst_refusal_for_reason(reason);
    check_form(refusal);
    for (guint requirement = 0; requirement <= PST_REQUIREMENT_REQUIRED; requirement++) {
      g_autoptr(PstRefusal) upstream = pst_refusal_for_upstream(reason, requirement);
      check_form(upstream);
    }
  }
}

static const struct {
  PstReasonCode code;
  guint status;
  const char *enhanced;
  const char *text;
} reasons[] = {
  { PST_REASON_NO_ACCOUNT, 550, "5.7.1", "No account is set up for me@example.org" },
  { PST_REASON_PAUSED, 421, "4.3.2", "Postern is paused" },
  { PST_REASON_AUTH_REFUSED, 535, "5.7.8", "smtp.example.org refused the login: 535 no" },
  { PST_REASON_HEADER_REPEATED, 550, "5.6.0",
    "Not sent: the header TLS-Required is there more than once\nThis attempt sent it to nobody" },
  { PST_REASON_BARE_LINE_END, 554, "5.6.0",
    "Not sent: the message has a bare line feed or carriage return\nThis attempt sent it to nobody" },
  { PST_REASON_NO_SMTPUTF8, 553, "5.6.7",
    "Not sent: smtp.example.org cannot carry addresses beyond ASCII\nThis attempt sent it to nobody" },
  { PST_REASON_UNCERTAIN, 451, "4.4.2",
    "smtp.example.org did not confirm: the message may already have been sent" },
};

static void
test_reasons(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
    g_autoptr(PstReason) reason =
        pst_reason_new(reasons[i].code, "host", "smtp.example.org", "sender", "me@example.org", "header",
                       "TLS-Required", "reply", "535 no", NULL);
    g_autoptr(PstRefusal) refusal = pst_refusal_for_reason(reason);
    g_assert_cmpuint(refusal->code, ==, reasons[i].status);
    g_assert_cmpstr(refusal->enhanced, ==, reasons[i].enhanced);
    g_assert_cmpstr(refusal->text, ==, reasons[i].text);
  }
}

static const struct {
  PstReasonCode code;
  PstRequirement requirement;
  guint status;
  const char *enhanced;
} upstreams[] = {
  { PST_REASON_CONNECT_REFUSED, PST_REQUIREMENT_USUAL, 451, "4.4.1" },
  { PST_REASON_CONNECT_REFUSED, PST_REQUIREMENT_REQUIRED, 451, "4.4.1" },
  { PST_REASON_NAME_LOOKUP_FAILED, PST_REQUIREMENT_REQUIRED, 451, "4.4.3" },
  { PST_REASON_STARTTLS_NOT_OFFERED, PST_REQUIREMENT_ANYWAY, 451, "4.7.5" },
  { PST_REASON_STARTTLS_NOT_OFFERED, PST_REQUIREMENT_VERIFIED, 451, "4.7.5" },
  { PST_REASON_STARTTLS_NOT_OFFERED, PST_REQUIREMENT_REQUIRED, 550, "5.7.10" },
  { PST_REASON_CERTIFICATE_EXPIRED, PST_REQUIREMENT_USUAL, 451, "4.7.5" },
  { PST_REASON_CERTIFICATE_HOST_MISMATCH, PST_REQUIREMENT_REQUIRED, 550, "5.7.10" },
  { PST_REASON_STARTTLS_INJECTION, PST_REQUIREMENT_REQUIRED, 550, "5.7.10" },
  { PST_REASON_TLS_TOO_OLD, PST_REQUIREMENT_REQUIRED, 550, "5.7.10" },
};

static void
test_upstream(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(upstreams); i++) {
    g_autoptr(PstReason) reason = pst_reason_new(upstreams[i].code, "host", "smtp.example.org", NULL);
    g_autoptr(PstRefusal) refusal = pst_refusal_for_upstream(reason, upstreams[i].requirement);
    g_test_message("row %" G_GSIZE_FORMAT, i);
    g_assert_cmpuint(refusal->code, ==, upstreams[i].status);
    g_assert_cmpstr(refusal->enhanced, ==, upstreams[i].enhanced);
    g_assert_true(g_str_has_prefix(refusal->text, "Not sent: "));
    g_assert_true(g_str_has_suffix(refusal->text, "\nThis attempt sent it to nobody"));
  }
}

static const struct {
  PstRequirementSource source;
  const char *pattern;
  const char *text;
} who[] = {
  { PST_SOURCE_GRANT, NULL, "You allowed Verified once" },
  { PST_SOURCE_PARAMETER, NULL, "Your mail program asked for Verified" },
  { PST_SOURCE_HEADER, NULL, "You asked for Verified" },
  { PST_SOURCE_SUBJECT, NULL, "You asked for Verified in the subject" },
  { PST_SOURCE_ONCE, NULL, "You asked for Verified for the next message" },
  { PST_SOURCE_RULE, "bank.example", "Your rule for bank.example asks for Verified" },
  { PST_SOURCE_LISTENER, NULL, "The port your mail program uses asks for Verified" },
  { PST_SOURCE_ACCOUNT, NULL, "This account asks for Verified" },
  { PST_SOURCE_MODE, NULL, "You asked for Verified for all messages" },
  { PST_SOURCE_FLOOR, "bank.example", "Your rule for bank.example asks for at least Verified" },
  { PST_SOURCE_FLOOR, NULL, "The port your mail program uses asks for at least Verified" },
};

static void
test_who_asked(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(who); i++) {
    PstChoice choice = { PST_REQUIREMENT_VERIFIED, who[i].source, (char *)who[i].pattern };
    g_autofree char *text = pst_refusal_who_asked(&choice);
    g_assert_cmpstr(text, ==, who[i].text);
  }
}

static void
test_recipients(void)
{
  static const char *const addresses[] = { "a@example.net", "m\xc3\xbcller@example.net", "c@example.net",
                                           "d@example.net", "e@example.net" };
  static const char *const concerns[] = {
    "Concerns a@example.net. ",
    "Concerns a@example.net, m?ller@example.net. ",
    "Concerns a@example.net, m?ller@example.net, c@example.net. ",
    "Concerns a@example.net, m?ller@example.net, c@example.net and 1 more. ",
    "Concerns a@example.net, m?ller@example.net, c@example.net and 2 more. ",
  };
  PstChoice choice = { PST_REQUIREMENT_VERIFIED, PST_SOURCE_HEADER };
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_NO_ENCRYPTION, "domain", "example.net", NULL);
  for (guint n = 1; n <= G_N_ELEMENTS(addresses); n++) {
    g_autoptr(PstRefusal) refusal = pst_refusal_for_recipients(550, "5.7.10", reason, &choice, addresses, n);
    g_autofree char *expected =
        g_strconcat("Not sent: example.net offered no encryption when checked from this computer\n"
                    "You asked for Verified\n",
                    concerns[n - 1], "This attempt sent it to nobody", NULL);
    g_assert_cmpstr(refusal->text, ==, expected);
    check_form(refusal);
  }
}

static void
test_long_address(void)
{
  PstChoice choice = { PST_REQUIREMENT_VERIFIED, PST_SOURCE_HEADER };
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_NO_ENCRYPTION, "domain", "example.net", NULL);
  g_autofree char *local = g_strnfill(200, 'a');
  g_autofree char *address = g_strconcat(local, "@example.net", NULL);
  const char *addresses[] = { address };
  g_autoptr(PstRefusal) refusal = pst_refusal_for_recipients(550, "5.7.10", reason, &choice, addresses, 1);
  g_assert_nonnull(strstr(refusal->text, "aaa.... This"));
  g_assert_null(strstr(refusal->text, "@example.net"));
  check_form(refusal);
}

/* What others wrote cannot add lines to a reply or leave ASCII. */
static void
test_plain_text(void)
{
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_REJECTED, "host", "smtp.example.org", "reply",
                                               "550 no\r\n250 ok\x1b[1m \xc3\xbc \xff...", NULL);
  g_autoptr(PstRefusal) refusal = pst_refusal_for_reason(reason);
  check_form(refusal);
  g_auto(GStrv) lines = g_strsplit(refusal->text, "\n", -1);
  g_assert_cmpuint(g_strv_length(lines), ==, 2);
  g_autoptr(PstRefusal) stops = pst_refusal_new(550, "5.0.0", "No more...");
  g_assert_cmpstr(stops->text, ==, "No more");
  pst_refusal_free(NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/refusal/every-reason", test_every_reason);
  g_test_add_func("/refusal/reasons", test_reasons);
  g_test_add_func("/refusal/upstream", test_upstream);
  g_test_add_func("/refusal/who-asked", test_who_asked);
  g_test_add_func("/refusal/recipients", test_recipients);
  g_test_add_func("/refusal/long-address", test_long_address);
  g_test_add_func("/refusal/plain-text", test_plain_text);
  return g_test_run();
}
