#include "relay/delivery/record.h"

static void
test_new(void)
{
  g_autoptr(PstMessageRecord) record = pst_message_record_new();
  g_assert_cmpint(record->id, ==, 0);
  g_assert_cmpint(record->state, ==, PST_STATE_SENDING);
  g_assert_cmpint(record->requirement, ==, PST_REQUIREMENT_USUAL);
  g_assert_cmpint(record->source, ==, PST_SOURCE_MODE);
  g_assert_false(record->past_end);
}

/* Nothing may look better than it is known to be before anything is known. */
static void
test_recipient_claims_nothing(void)
{
  g_autoptr(PstMessageRecord) record = pst_message_record_new();
  pst_message_record_set_state(record, PST_STATE_REFUSED);
  PstRecipientRecord *recipient = pst_message_record_add_recipient(record, "anna@[127.0.0.1]", NULL);
  g_assert_cmpstr(recipient->address, ==, "anna@[127.0.0.1]");
  g_assert_null(recipient->domain);
  g_assert_cmpint(recipient->assurance, ==, PST_ASSURANCE_UNKNOWN);
  g_assert_cmpint(recipient->state, ==, PST_STATE_REFUSED);
  g_assert_false(recipient->has_outlook);
}

static void
test_state_reaches_all(void)
{
  g_autoptr(PstMessageRecord) record = pst_message_record_new();
  pst_message_record_add_recipient(record, "anna@example.net", "example.net");
  pst_message_record_add_recipient(record, "ben@example.net", "example.net");
  pst_message_record_set_state(record, PST_STATE_UNCERTAIN);
  g_assert_cmpint(record->state, ==, PST_STATE_UNCERTAIN);
  for (guint i = 0; i < 2; i++) {
    PstRecipientRecord *recipient = g_ptr_array_index(record->recipients, i);
    g_assert_cmpint(recipient->state, ==, PST_STATE_UNCERTAIN);
  }
}

/* Every field is owned by the record: the leak checker sees what is forgotten. */
static void
test_owns_fields(void)
{
  g_autoptr(PstMessageRecord) record = pst_message_record_new();
  record->message_id = g_strdup("<1@example.org>");
  record->subject = g_strdup("Papers");
  record->sender = g_strdup("");
  record->account = g_strdup("work");
  record->client = g_strdup("main, [127.0.0.1]");
  record->reason = pst_reason_new(PST_REASON_PAUSED, NULL);
  record->reply = g_strdup("250 2.0.0 ok");
  record->digest = g_bytes_new("digest", 6);
  record->grant_key = g_bytes_new("key", 3);
  record->queue_id = g_strdup("4F2");
  record->envid = g_strdup("abc");
  PstRecipientRecord *recipient = pst_message_record_add_recipient(record, "anna@example.net", "example.net");
  recipient->evidence = g_variant_ref_sink(g_variant_new("a{sv}", NULL));
  recipient->reason = pst_reason_ref(record->reason);
  recipient->reply = g_strdup("250 2.1.5 ok");
  PstHop *hop = pst_message_record_add_hop(record, "postern", "smtp.example.org");
  hop->security = g_strdup("tls");
  hop->tls = g_strdup("TLS1.3");
  hop->cipher = g_strdup("AES-256-GCM");
  hop->certificate = g_strdup("pkix");
  hop->reply = g_strdup("250 ok");
  g_assert_cmpstr(hop->to, ==, "smtp.example.org");
  g_assert_cmpint(hop->requiretls, ==, PST_HOP_REQUIRETLS_NOT_ASKED);
  g_assert_cmpint(hop->route, ==, PST_ROUTE_PROVIDER);
}

static void
test_nicks(void)
{
  PstHopRequiretls value;
  for (guint i = PST_HOP_REQUIRETLS_NOT_ASKED; i <= PST_HOP_REQUIRETLS_USED; i++) {
    g_assert_true(pst_hop_requiretls_parse(pst_hop_requiretls_nick(i), &value));
    g_assert_cmpuint(value, ==, i);
  }
  g_assert_cmpstr(pst_hop_requiretls_nick(PST_HOP_REQUIRETLS_USED), ==, "used");
  g_assert_false(pst_hop_requiretls_parse("Used", &value));
  g_assert_false(pst_hop_requiretls_parse(NULL, &value));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/record/new", test_new);
  g_test_add_func("/record/recipient-claims-nothing", test_recipient_claims_nothing);
  g_test_add_func("/record/state-reaches-all", test_state_reaches_all);
  g_test_add_func("/record/owns-fields", test_owns_fields);
  g_test_add_func("/record/nicks", test_nicks);
  return g_test_run();
}
