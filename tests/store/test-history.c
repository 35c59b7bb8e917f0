#include "relay/store/history.h"
#include "tests/store/history-count.h"
#include "tests/store/record-sample.h"
#include "tests/store/scratch-folder.h"
#include <string.h>

typedef struct {
  char *folder;
  PstDatabase *database;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->folder = scratch_folder_new();
  g_autofree char *path = g_build_filename(fixture->folder, "history.db", NULL);
  fixture->database = pst_database_open(path, &error);
  g_assert_no_error(error);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  pst_database_close(fixture->database);
  scratch_folder_remove(fixture->folder);
}

static gint64
save(Fixture *fixture, PstMessageRecord *record)
{
  g_autoptr(GError) error = NULL;
  pst_history_save(fixture->database, record, &error);
  g_assert_no_error(error);
  return record->id;
}

static void
assert_stored(Fixture *fixture, const PstMessageRecord *record)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstMessageRecord) stored = pst_history_load(fixture->database, record->id, &error);
  g_assert_no_error(error);
  record_sample_assert_equal(stored, record);
}

static void
test_round_trip(Fixture *fixture, gconstpointer data)
{
  g_autoptr(PstMessageRecord) full = record_sample_full();
  g_autoptr(PstMessageRecord) bare = pst_message_record_new();
  bare->sender = g_strdup("");
  g_assert_cmpint(save(fixture, full), ==, 1);
  g_assert_cmpint(save(fixture, bare), ==, 2);
  assert_stored(fixture, full);
  assert_stored(fixture, bare);
}

static void
test_update(Fixture *fixture, gconstpointer data)
{
  g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", "Papers");
  g_autoptr(PstMessageRecord) other = record_sample_full();
  gint64 id = save(fixture, record);
  save(fixture, other);
  pst_message_record_set_state(record, PST_STATE_SENT);
  record->past_end = TRUE;
  PstRecipientRecord *recipient = record->recipients->pdata[0];
  recipient->assurance = PST_ASSURANCE_PROMISED;
  recipient->reply = g_strdup("250 ok");
  pst_message_record_add_hop(record, "postern", "smtp.example.org");
  g_assert_cmpint(save(fixture, record), ==, id);
  assert_stored(fixture, record);
  pst_message_record_add_recipient(record, "ben@example.net", "example.net");
  save(fixture, record);
  assert_stored(fixture, record);
  g_ptr_array_remove_index(record->recipients, 0);
  save(fixture, record);
  assert_stored(fixture, record);
  assert_stored(fixture, other);
}

static void
test_gone(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", "Papers");
  gint64 id = save(fixture, record);
  g_assert_cmpint(pst_history_delete(fixture->database, id, &error), ==, 1);
  g_assert_no_error(error);
  g_assert_null(pst_history_show(fixture->database, id, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_null(pst_history_load(fixture->database, id, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_cmpint(pst_history_delete(fixture->database, id, &error), ==, -1);
  g_assert_error(error, PST_ERROR, PST_ERROR_NOT_FOUND);
  g_clear_error(&error);
  /* Deleted while it was under way: it does not come back. */
  g_assert_false(pst_history_save(fixture->database, record, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_NOT_FOUND);
  /* An id is never given twice. */
  record->id = 0;
  g_assert_cmpint(save(fixture, record), >, id);
}

/* The keys are a contract (DESIGN 5 and org.postern.Relay.xml). */
static void
test_facts(Fixture *fixture, gconstpointer data)
{
  g_autoptr(PstMessageRecord) record = record_sample_full();
  save(fixture, record);
  g_autoptr(GVariant) facts = g_variant_ref_sink(pst_history_show(fixture->database, record->id, NULL));
  g_autoptr(GVariant) expected = g_variant_ref_sink(g_variant_new_parsed(
      "{'id': <int64 1>, 'time': <'2023-11-14T22:13:20Z'>, 'message_id': <'<1@example.org>'>,"
      " 'subject': <'Papers <b>for</b> \\'; DROP TABLE messages; --'>, 'from': <'me@example.org'>, "
      "'account': <'work'>,"
      " 'client': <'main, [127.0.0.1]'>, 'size': <int64 5000000000>, 'requirement': <'required'>,"
      " 'requirement_source': <'rule'>, 'state': <'rejected'>,"
      " 'reason': <'the rule for *@bank.example asks for at least verified'>, 'reason_code': <'floor'>,"
      " 'reason_args': <{'pattern': '*@bank.example', 'requirement': 'verified'}>, 'reply': <'550 5.7.10 "
      "no'>,"
      " 'queue_id': <'4F2'>, 'removed_tls_required': <true>, 'header_ignored': <true>, 'demo': <true>,"
      " 'recipients': <[{'address': <'Jörg@xn--bcher-kva.example'>, 'domain': <'xn--bcher-kva.example'>,"
      " 'domain_display': <'bücher.example'>, 'state': <'sent'>, 'route': <'direct'>, 'assurance': "
      "<'delivered'>,"
      " 'evidence': <{'mechanism': <'dane'>, 'age': <int64 42>}>, 'outlook': <'verified'>, 'reply': <'250 "
      "2.1.5 ok'>},"
      " {'address': <'ben@[192.0.2.1]'>, 'state': <'rejected'>, 'route': <'provider'>, 'assurance': "
      "<'unknown'>,"
      " 'reason': <'192.0.2.1 answered: 550 no \"such\" user'>, 'reason_code': <'rejected'>,"
      " 'reason_args': <{'host': '192.0.2.1', 'reply': '550 no \"such\" user'}>,"
      " 'reply': <'550 5.1.1 no such user'>}]>,"
      " 'hops': <[{'from': <'[127.0.0.1]'>, 'to': <'postern'>, 'route': <'provider'>, 'security': <'none'>,"
      " 'requiretls': <'not-asked'>}, {'from': <'postern'>, 'to': <'mx.xn--bcher-kva.example'>, 'route': "
      "<'direct'>,"
      " 'security': <'starttls'>, 'tls': <'TLS1.3'>, 'cipher': <'AES-256-GCM'>, 'certificate': <'dane'>,"
      " 'requiretls': <'used'>, 'reply': <'250 2.0.0 queued as 4F2'>}]>}"));
  g_autofree char *text = g_variant_print(facts, TRUE), *expected_text = g_variant_print(expected, TRUE);
  g_assert_cmpstr(text, ==, expected_text);
}

static void
test_facts_claim_nothing(Fixture *fixture, gconstpointer data)
{
  g_autoptr(PstMessageRecord) record = pst_message_record_new();
  save(fixture, record);
  g_autoptr(GVariant) facts = g_variant_ref_sink(pst_history_show(fixture->database, record->id, NULL));
  static const char *const absent[] = {
    "message_id", "subject",  "account", "client",      "reason",         "reason_code",
    "reply",      "queue_id", "demo",    "reason_args", "header_ignored", "removed_tls_required"
  };
  for (guint i = 0; i < G_N_ELEMENTS(absent); i++)
    g_assert_null(g_variant_lookup_value(facts, absent[i], NULL));
  const char *from = NULL;
  g_assert_true(g_variant_lookup(facts, "from", "&s", &from));
  g_assert_cmpstr(from, ==, "");
}

/* What a server or client sent may be no UTF-8; a bus would drop us for passing it on. */
static void
test_facts_are_utf8(Fixture *fixture, gconstpointer data)
{
  g_autoptr(PstMessageRecord) record = record_sample_new("an\xe9na@example.net", "Caf\xe9");
  save(fixture, record);
  g_autoptr(GVariant) facts = g_variant_ref_sink(pst_history_show(fixture->database, record->id, NULL));
  g_autofree char *text = g_variant_print(facts, FALSE);
  g_assert_true(g_utf8_validate(text, -1, NULL));
  g_assert_nonnull(strstr(text, "Caf\xef\xbf\xbd"));
}

static void
test_digest(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GBytes) digest = g_bytes_new("0123456789", 10);
  g_autoptr(GBytes) unknown = g_bytes_new("012345678", 9);
  g_autoptr(PstMessageRecord) first = record_sample_new("anna@example.net", "Papers");
  g_autoptr(PstMessageRecord) second = record_sample_new("anna@example.net", "Papers");
  first->digest = g_bytes_ref(digest);
  second->digest = g_bytes_ref(digest);
  second->time = first->time + 10;
  pst_message_record_set_state(second, PST_STATE_UNCERTAIN);
  save(fixture, first);
  gint64 id = save(fixture, second);
  PstState state = PST_STATE_SENT;
  g_assert_cmpint(pst_history_find_digest(fixture->database, digest, 0, &state), ==, id);
  g_assert_cmpint(state, ==, PST_STATE_UNCERTAIN);
  g_assert_cmpint(pst_history_find_digest(fixture->database, digest, second->time, &state), ==, id);
  g_assert_cmpint(pst_history_find_digest(fixture->database, digest, second->time + 1, &state), ==, 0);
  g_assert_cmpint(pst_history_find_digest(fixture->database, unknown, 0, &state), ==, 0);
}

static guint
count_of(GVariant *counts, const char *nick)
{
  guint32 value = 0;
  g_variant_lookup(counts, nick, "u", &value);
  return value;
}

static void
test_counts(Fixture *fixture, gconstpointer data)
{
  g_autoptr(PstMessageRecord) sent = record_sample_new("anna@example.net", "Papers");
  g_autoptr(PstMessageRecord) refused = record_sample_new("anna@example.net", "Papers");
  g_autoptr(PstMessageRecord) later = record_sample_new("anna@example.net", "Papers");
  g_autoptr(PstMessageRecord) demo = record_sample_full();
  refused->state = PST_STATE_REFUSED;
  later->state = PST_STATE_REFUSED;
  later->time += G_GINT64_CONSTANT(100) * 86400 * G_USEC_PER_SEC;
  save(fixture, sent);
  save(fixture, refused);
  save(fixture, later);
  save(fixture, demo);
  sent->state = PST_STATE_SENT;
  save(fixture, sent);
  g_autoptr(GVariant) counts = g_variant_ref_sink(pst_history_counts(fixture->database, NULL));
  g_assert_cmpuint(g_variant_n_children(counts), ==, 2);
  g_assert_cmpuint(count_of(counts, "sent"), ==, 1);
  g_assert_cmpuint(count_of(counts, "refused"), ==, 2);
  g_assert_cmpint(pst_history_delete(fixture->database, refused->id, NULL), ==, 1);
  g_assert_cmpint(pst_history_delete(fixture->database, demo->id, NULL), ==, 1);
  g_autoptr(GVariant) after = g_variant_ref_sink(pst_history_counts(fixture->database, NULL));
  g_assert_cmpuint(count_of(after, "refused"), ==, 1);
  g_assert_cmpuint(count_of(after, "sent"), ==, 1);
}

static void
test_retention(Fixture *fixture, gconstpointer data)
{
  const gint64 day = G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC;
  gint64 start = 0;
  for (guint i = 0; i < 600; i++) {
    g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", "Papers");
    start = record->time;
    /* Every tenth was saved with a clock that ran 40 days behind. */
    record->time += i * day / 10 - (i % 10 == 0 ? 40 * day : 0);
    save(fixture, record);
  }
  g_assert_cmpint(pst_history_delete_before(fixture->database, start + 30 * day, NULL), ==, 270 + 60);
  g_assert_cmpint(pst_history_delete_before(fixture->database, start + 30 * day, NULL), ==, 0);
  g_assert_cmpuint(history_count(fixture->database, NULL), ==, 270);
  g_assert_cmpint(pst_history_delete(fixture->database, 0, NULL), ==, 270);
  g_autoptr(GVariant) none = g_variant_ref_sink(pst_history_list(fixture->database, NULL, 0, 10, NULL));
  g_assert_cmpuint(g_variant_n_children(none), ==, 0);
}

static gboolean
folder_holds(const char *folder, const char *word)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autoptr(GBytes) content = scratch_folder_read(folder, name);
    gsize length;
    const char *octets = g_bytes_get_data(content, &length);
    if (length > 0 && memmem(octets, length, word, strlen(word)) != NULL)
      return TRUE;
  }
  return FALSE;
}

/* T61: what is deleted is in no file any more: rows, search index, write-ahead log. */
static void
test_deletion_is_real(Fixture *fixture, gconstpointer data)
{
  const PstHistoryFilter filter = { .search = "papers" };
  for (guint i = 0; i < 400; i++) {
    g_autofree char *subject = g_strdup_printf("Papers of number%u", i);
    g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", subject);
    record->time += i;
    save(fixture, record);
  }
  g_autoptr(PstMessageRecord) secret = record_sample_new("whistler@example.net", "xylophone");
  save(fixture, secret);
  g_assert_cmpuint(history_count(fixture->database, &filter), ==, 400);
  g_assert_true(folder_holds(fixture->folder, "xylophone"));
  g_assert_true(folder_holds(fixture->folder, "whistler"));
  g_assert_cmpint(pst_history_delete(fixture->database, secret->id, NULL), ==, 1);
  g_assert_false(folder_holds(fixture->folder, "xylophone"));
  g_assert_false(folder_holds(fixture->folder, "xyloph"));
  g_assert_false(folder_holds(fixture->folder, "whistler"));
  g_assert_true(folder_holds(fixture->folder, "number399"));
  g_assert_cmpint(pst_history_delete(fixture->database, 0, NULL), ==, 400);
  g_assert_false(folder_holds(fixture->folder, "number"));
  g_assert_false(folder_holds(fixture->folder, "anna"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)
  ADD("/history/round-trip", test_round_trip);
  ADD("/history/update", test_update);
  ADD("/history/gone", test_gone);
  ADD("/history/facts", test_facts);
  ADD("/history/facts-claim-nothing", test_facts_claim_nothing);
  ADD("/history/facts-are-utf8", test_facts_are_utf8);
  ADD("/history/digest", test_digest);
  ADD("/history/counts", test_counts);
  ADD("/history/retention", test_retention);
  ADD("/history/deletion-is-real", test_deletion_is_real);
  return g_test_run();
}
