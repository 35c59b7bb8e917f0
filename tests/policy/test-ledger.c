#include "relay/policy/ledger.h"
#include <string.h>

#define KEY   "me@example.org\nanna@example.net\nben@example.net\n\nPapers"
#define START 1000

static PstMaybeRequirement
ask(PstRequirement requirement)
{
  return (PstMaybeRequirement){ TRUE, requirement };
}

static void
test_grant_is_used_up(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation first = { 0 }, second = { 0 };
  pst_ledger_grant(ledger, KEY, PST_REQUIREMENT_USUAL, START);
  g_assert_false(pst_ledger_reserve_grant(ledger, KEY "x", START, &first).present);
  PstMaybeRequirement grant = pst_ledger_reserve_grant(ledger, KEY, START, &first);
  g_assert_true(grant.present);
  g_assert_cmpint(grant.value, ==, PST_REQUIREMENT_USUAL);
  g_assert_false(pst_ledger_reserve_grant(ledger, KEY, START, &second).present);
  pst_ledger_release(ledger, &first);
  g_assert_cmpuint(first.grant, ==, 0);
  g_assert_true(pst_ledger_reserve_grant(ledger, KEY, START, &second).present);
  pst_ledger_commit(ledger, &second);
  g_assert_cmpuint(second.grant, ==, 0);
  g_assert_false(pst_ledger_reserve_grant(ledger, KEY, START, &first).present);
}

static void
test_grant_expires(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation reservation = { 0 };
  pst_ledger_grant(ledger, KEY, PST_REQUIREMENT_USUAL, START);
  g_assert_true(pst_ledger_reserve_grant(ledger, KEY, START + PST_GRANT_LIFETIME - 1, &reservation).present);
  pst_ledger_release(ledger, &reservation);
  g_assert_false(pst_ledger_reserve_grant(ledger, KEY, START + PST_GRANT_LIFETIME, &reservation).present);
}

/* A message in hand keeps what it holds; given back late, it is nobody's. */
static void
test_reserved_outlives_its_time(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation reservation = { 0 }, other = { 0 };
  gint64 late = START + PST_GRANT_LIFETIME + 1;
  pst_ledger_grant(ledger, KEY, PST_REQUIREMENT_USUAL, START);
  g_assert_true(pst_ledger_reserve_grant(ledger, KEY, START, &reservation).present);
  pst_ledger_grant(ledger, "other\nx\n\n", PST_REQUIREMENT_USUAL, late);
  pst_ledger_release(ledger, &reservation);
  g_assert_false(pst_ledger_reserve_grant(ledger, KEY, late, &other).present);
}

static void
test_grant_again_replaces(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation first = { 0 }, second = { 0 };
  pst_ledger_grant(ledger, KEY, PST_REQUIREMENT_USUAL, START);
  pst_ledger_grant(ledger, KEY, PST_REQUIREMENT_ENCRYPTED, START);
  g_assert_cmpint(pst_ledger_reserve_grant(ledger, KEY, START, &first).value, ==, PST_REQUIREMENT_ENCRYPTED);
  g_assert_false(pst_ledger_reserve_grant(ledger, KEY, START, &second).present);
}

static void
test_tokens(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation first = { 0 }, second = { 0 };
  g_autofree char *token = pst_ledger_issue_token(ledger, PST_REQUIREMENT_USUAL, START);
  g_autofree char *another = pst_ledger_issue_token(ledger, PST_REQUIREMENT_USUAL, START);
  g_assert_cmpuint(strspn(token, "0123456789abcdef"), ==, 32);
  g_assert_cmpstr(token, !=, another);
  g_assert_false(pst_ledger_reserve_token(ledger, token, PST_REQUIREMENT_ANYWAY, START, &first));
  g_assert_false(pst_ledger_reserve_token(ledger, "guess", PST_REQUIREMENT_USUAL, START, &first));
  g_assert_true(pst_ledger_reserve_token(ledger, token, PST_REQUIREMENT_USUAL, START, &first));
  g_assert_false(pst_ledger_reserve_token(ledger, token, PST_REQUIREMENT_USUAL, START, &second));
  pst_ledger_release(ledger, &first);
  g_assert_true(pst_ledger_reserve_token(ledger, token, PST_REQUIREMENT_USUAL, START, &first));
  pst_ledger_commit(ledger, &first);
  g_assert_false(pst_ledger_reserve_token(ledger, token, PST_REQUIREMENT_USUAL, START, &first));
  gint64 late = START + PST_TOKEN_LIFETIME;
  g_assert_false(pst_ledger_reserve_token(ledger, another, PST_REQUIREMENT_USUAL, late, &second));
  g_assert_true(pst_ledger_reserve_token(ledger, another, PST_REQUIREMENT_USUAL, late - 1, &second));
}

/* A token is no grant: neither is found under the other's name. */
static void
test_kinds_apart(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation reservation = { 0 };
  g_autofree char *token = pst_ledger_issue_token(ledger, PST_REQUIREMENT_USUAL, START);
  pst_ledger_grant(ledger, "key", PST_REQUIREMENT_USUAL, START);
  g_assert_false(pst_ledger_reserve_grant(ledger, token, START, &reservation).present);
  g_assert_false(pst_ledger_reserve_token(ledger, "key", PST_REQUIREMENT_USUAL, START, &reservation));
}

static void
test_ceiling(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation reservation = { 0 };
  for (guint i = 0; i <= PST_LEDGER_MAX; i++) {
    g_autofree char *key = g_strdup_printf("key %u", i);
    pst_ledger_grant(ledger, key, PST_REQUIREMENT_USUAL, START + i);
  }
  g_assert_false(pst_ledger_reserve_grant(ledger, "key 0", START, &reservation).present);
  g_assert_true(pst_ledger_reserve_grant(ledger, "key 1", START, &reservation).present);
}

static void
test_once(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation first = { 0 }, second = { 0 };
  gint64 left;
  g_assert_false(pst_ledger_get_once(ledger, START, &left).present);
  g_assert_cmpint(left, ==, 0);
  pst_ledger_set_once(ledger, ask(PST_REQUIREMENT_VERIFIED), START);
  g_assert_cmpint(pst_ledger_get_once(ledger, START + 5, &left).value, ==, PST_REQUIREMENT_VERIFIED);
  g_assert_cmpint(left, ==, PST_ONCE_LIFETIME - 5);
  g_assert_true(pst_ledger_reserve_once(ledger, START, &first).present);
  g_assert_false(pst_ledger_reserve_once(ledger, START, &second).present);
  pst_ledger_release(ledger, &first);
  g_assert_true(pst_ledger_reserve_once(ledger, START, &second).present);
  pst_ledger_commit(ledger, &second);
  g_assert_false(pst_ledger_get_once(ledger, START, &left).present);
  pst_ledger_set_once(ledger, ask(PST_REQUIREMENT_VERIFIED), START);
  g_assert_false(pst_ledger_get_once(ledger, START + PST_ONCE_LIFETIME, &left).present);
  pst_ledger_set_once(ledger, (PstMaybeRequirement){ FALSE }, START);
  g_assert_false(pst_ledger_get_once(ledger, START, &left).present);
}

/* A new choice made while a message holds the old one is for the next message. */
static void
test_once_set_anew(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation first = { 0 };
  gint64 left;
  pst_ledger_set_once(ledger, ask(PST_REQUIREMENT_USUAL), START);
  pst_ledger_reserve_once(ledger, START, &first);
  pst_ledger_set_once(ledger, ask(PST_REQUIREMENT_VERIFIED), START);
  pst_ledger_commit(ledger, &first);
  g_assert_cmpint(pst_ledger_get_once(ledger, START, &left).value, ==, PST_REQUIREMENT_VERIFIED);
}

static void
test_nothing_reserved(void)
{
  g_autoptr(PstLedger) ledger = pst_ledger_new();
  PstReservation none = { 0 };
  gint64 left;
  pst_ledger_grant(ledger, KEY, PST_REQUIREMENT_USUAL, START);
  pst_ledger_set_once(ledger, ask(PST_REQUIREMENT_VERIFIED), START);
  pst_ledger_commit(ledger, &none);
  g_assert_true(pst_ledger_get_once(ledger, START, &left).present);
  g_assert_true(pst_ledger_reserve_grant(ledger, KEY, START, &none).present);
}

static char *
key_of(const char *sender, const char *recipients, const char *subject)
{
  g_autoptr(PstMailbox) from = pst_mailbox_parse_path(sender, strlen(sender), FALSE);
  g_autoptr(PstEnvelope) envelope = pst_envelope_new(from);
  g_auto(GStrv) list = g_strsplit(recipients, " ", -1);
  for (guint i = 0; list[i] != NULL; i++) {
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address(list[i]);
    pst_envelope_add(envelope, mailbox);
  }
  return pst_ledger_message_key(envelope, subject);
}

static void
test_message_key(void)
{
  g_autofree char *key = key_of("<me@example.org>", "ben@example.net Anna@Example.net", "Papers");
  g_assert_cmpstr(key, ==, KEY);
  g_autofree char *twice =
      key_of("<ME@example.org>", "anna@example.net ben@example.net anna@example.net", "Papers");
  g_assert_cmpstr(twice, ==, KEY);
  g_autofree char *other = key_of("<me@example.org>", "anna@example.net ben@example.net", "Papers 2");
  g_assert_cmpstr(other, !=, KEY);
  g_autofree char *bare = key_of("<>", "anna@example.net", NULL);
  g_assert_cmpstr(bare, ==, "\nanna@example.net\n\n");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ledger/grant-is-used-up", test_grant_is_used_up);
  g_test_add_func("/ledger/grant-expires", test_grant_expires);
  g_test_add_func("/ledger/reserved-outlives-its-time", test_reserved_outlives_its_time);
  g_test_add_func("/ledger/grant-again-replaces", test_grant_again_replaces);
  g_test_add_func("/ledger/tokens", test_tokens);
  g_test_add_func("/ledger/kinds-apart", test_kinds_apart);
  g_test_add_func("/ledger/ceiling", test_ceiling);
  g_test_add_func("/ledger/once", test_once);
  g_test_add_func("/ledger/once-set-anew", test_once_set_anew);
  g_test_add_func("/ledger/nothing-reserved", test_nothing_reserved);
  g_test_add_func("/ledger/message-key", test_message_key);
  return g_test_run();
}
