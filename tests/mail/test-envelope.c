#include "relay/mail/envelope.h"

static void
test_recipients(void)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_address("me@example.org");
  g_autoptr(PstMailbox) anna = pst_mailbox_parse_address("anna@example.net");
  g_autoptr(PstEnvelope) envelope = pst_envelope_new(sender);
  g_assert_cmpint(envelope->size, ==, -1);
  g_assert_cmpuint(envelope->recipients->len, ==, 0);
  PstRecipient *recipient = pst_envelope_add(envelope, anna);
  recipient->orcpt = g_strdup("rfc822;anna@example.net");
  envelope->envid = g_strdup("x");
  g_assert_true(pst_envelope_recipient(envelope, 0) == recipient);
  g_assert_true(recipient->mailbox == anna);
  g_assert_cmpint(recipient->notify, ==, PST_NOTIFY_UNSET);
}

static gboolean
needs_utf8(const char *from, const char *to)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_address(from);
  g_autoptr(PstMailbox) first = pst_mailbox_parse_address("plain@example.net");
  g_autoptr(PstMailbox) second = pst_mailbox_parse_address(to);
  g_autoptr(PstEnvelope) envelope = pst_envelope_new(sender);
  pst_envelope_add(envelope, first);
  pst_envelope_add(envelope, second);
  return pst_envelope_needs_utf8(envelope);
}

static void
test_needs_utf8(void)
{
  g_assert_false(needs_utf8("me@example.org", "anna@xn--bcher-kva.example"));
  g_assert_true(needs_utf8("m\xc3\xa9@example.org", "anna@example.net"));
  g_assert_true(needs_utf8("me@example.org", "ann\xc3\xa4@example.net"));
  g_assert_false(needs_utf8("me@example.org", "anna@b\xc3\xbc"
                                              "cher.example"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/envelope/recipients", test_recipients);
  g_test_add_func("/envelope/needs-utf8", test_needs_utf8);
  return g_test_run();
}
