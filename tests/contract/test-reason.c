#include "relay/contract/reason.h"
#include <string.h>

static void
test_templates(void)
{
  static const char *const not_our_words[] = { "secure", "safe", "guarantee" };
  for (guint code = 0; code < PST_REASON_COUNT; code++) {
    const char *template = pst_reason_template(code);
    g_test_message("%s", template);
    g_assert_false(g_str_has_suffix(template, "."));
    g_assert_false(g_ascii_isupper(template[0]) && !g_str_has_prefix(template, "Postern"));
    g_auto(GStrv) opened = g_strsplit(template, "{", -1), closed = g_strsplit(template, "}", -1);
    g_assert_cmpuint(g_strv_length(opened), ==, g_strv_length(closed));
    for (guint i = 0; i < G_N_ELEMENTS(not_our_words); i++)
      g_assert_null(strstr(template, not_our_words[i]));
  }
}

static void
test_nicks(void)
{
  for (guint code = 0; code < PST_REASON_COUNT; code++) {
    const char *nick = pst_reason_code_nick(code);
    PstReasonCode parsed;
    g_assert_cmpuint(strspn(nick, "abcdefghijklmnopqrstuvwxyz0123456789-"), ==, strlen(nick));
    g_assert_true(pst_reason_code_parse(nick, &parsed));
    g_assert_cmpuint(parsed, ==, code);
  }
  PstReasonCode none;
  g_assert_false(pst_reason_code_parse("no-such-reason", &none));
  g_assert_false(pst_reason_code_parse(NULL, &none));
}

static void
test_english(void)
{
  g_autoptr(PstReason) reason =
      pst_reason_new(PST_REASON_HEADER_BAD, "header", "TLS-Required", "value", NULL, NULL);
  g_autofree char *english = pst_reason_to_english(reason);
  g_assert_cmpstr(english, ==, "the header TLS-Required has a value Postern does not know: value");
  g_autofree char *other = pst_reason_fill(reason, "{header}: {header} {open");
  g_assert_cmpstr(other, ==, "TLS-Required: TLS-Required {open");
  g_assert_null(pst_reason_get_argument(reason, "value"));
}

/* An argument is another's text: it cannot name arguments, add lines or be of any length. */
static void
test_arguments_are_cleaned(void)
{
  g_autofree char *letters = g_strnfill(PST_REASON_MAX_ARGUMENT - 1, 'a');
  g_autofree char *wide = g_strconcat(letters, "\303\244", NULL);
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_REJECTED, "host", "a\r\nb\x1b\u202ec\xff", "reply",
                                               "{host}", "long", wide, NULL);
  g_assert_cmpstr(pst_reason_get_argument(reason, "host"), ==, "a  b  c\357\277\275");
  g_assert_cmpstr(pst_reason_get_argument(reason, "long"), ==, letters);
  g_autofree char *english = pst_reason_to_english(reason);
  g_assert_true(g_str_has_suffix(english, "answered: {host}"));
}

static void
test_variant(void)
{
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_NOT_ASSESSED, "domain", "example.net", NULL);
  g_autoptr(GVariant) arguments = g_variant_ref_sink(pst_reason_arguments_to_variant(reason));
  g_autoptr(PstReason) back = pst_reason_from_variant("not-assessed", arguments);
  g_assert_cmpint(pst_reason_get_code(back), ==, PST_REASON_NOT_ASSESSED);
  g_assert_cmpstr(pst_reason_get_argument(back, "domain"), ==, "example.net");
  g_assert_null(pst_reason_from_variant("no-such-reason", arguments));
  g_autoptr(PstReason) bare = pst_reason_from_variant("paused", NULL);
  g_assert_cmpint(pst_reason_get_code(bare), ==, PST_REASON_PAUSED);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/reason/templates", test_templates);
  g_test_add_func("/reason/nicks", test_nicks);
  g_test_add_func("/reason/english", test_english);
  g_test_add_func("/reason/arguments-are-cleaned", test_arguments_are_cleaned);
  g_test_add_func("/reason/variant", test_variant);
  return g_test_run();
}
