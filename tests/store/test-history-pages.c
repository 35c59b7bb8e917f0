/* Lists and windows against a plain array that is asked the same. */
#include "relay/store/history.h"
#include "tests/store/record-sample.h"
#include "tests/store/scratch-folder.h"

#define DAY   (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)
#define START (G_GINT64_CONSTANT(1700000000) * G_USEC_PER_SEC)

static const char *const words[] = { "contract", "minutes", "invoice" };
static const char *const domains[] = { "one.example", "two.example", "three.example" };
static const char *const accounts[] = { "home", "work" };
static const PstState states[] = { PST_STATE_SENT, PST_STATE_REFUSED, PST_STATE_SENDING };

typedef struct {
  PstDatabase *database;
  GPtrArray *records; /* PstMessageRecord, by id */
  GRand *random;
} World;

static guint
below(World *world, guint n)
{
  return g_rand_int_range(world->random, 0, n);
}

static void
add_message(World *world)
{
  PstMessageRecord *record = pst_message_record_new();
  record->sender = g_strdup("me@example.org");
  record->account = g_strdup(accounts[below(world, 2)]);
  record->subject = g_strdup(words[below(world, 3)]);
  record->time = START + (gint64)world->records->len * DAY / 50 - (below(world, 20) == 0 ? 3 * DAY : 0);
  for (guint i = below(world, 3) + 1; i > 0; i--) {
    const char *domain = domains[below(world, 3)];
    g_autofree char *address = g_strdup_printf("u%u@%s", below(world, 5), domain);
    PstRecipientRecord *recipient = pst_message_record_add_recipient(record, address, domain);
    recipient->assurance = below(world, PST_ASSURANCE_UNKNOWN + 1);
  }
  pst_message_record_set_state(record, states[below(world, 3)]);
  g_assert_true(pst_history_save(world->database, record, NULL));
  g_ptr_array_add(world->records, record);
}

static void
change_message(World *world)
{
  PstMessageRecord *record = world->records->pdata[below(world, world->records->len)];
  pst_message_record_set_state(record, states[below(world, 3)]);
  if (below(world, 4) == 0) {
    g_free(record->subject);
    record->subject = g_strdup(words[below(world, 3)]);
  }
  g_assert_true(pst_history_save(world->database, record, NULL));
}

static void
delete_message(World *world)
{
  guint at = below(world, 2) == 0 ? 0 : below(world, world->records->len);
  PstMessageRecord *record = world->records->pdata[at];
  g_assert_cmpint(pst_history_delete(world->database, record->id, NULL), ==, 1);
  g_ptr_array_remove_index(world->records, at);
}

static gboolean
is_or_any(const char *wanted, const char *value)
{
  return wanted == NULL || g_str_equal(wanted, value);
}

static gboolean
has_recipient(const PstMessageRecord *record, const char *domain, const char *assurance)
{
  for (guint i = 0; i < record->recipients->len; i++) {
    const PstRecipientRecord *recipient = record->recipients->pdata[i];
    if ((domain == NULL || g_str_equal(domain, recipient->domain)) &&
        (assurance == NULL || g_str_equal(assurance, pst_assurance_nick(recipient->assurance))))
      return TRUE;
  }
  return FALSE;
}

static gboolean
matches(const PstMessageRecord *record, const PstHistoryFilter *filter)
{
  return (filter->search == NULL || g_str_has_prefix(record->subject, filter->search)) &&
         is_or_any(filter->state, pst_state_nick(record->state)) &&
         is_or_any(filter->account, record->account) && has_recipient(record, filter->domain, NULL) &&
         has_recipient(record, NULL, filter->assurance) &&
         (filter->since == 0 || record->time >= filter->since) &&
         (filter->until == 0 || record->time < filter->until);
}

static PstHistoryFilter
some_filter(World *world)
{
  PstHistoryFilter filter = { 0 };
  if (below(world, 3) == 0)
    filter.search = below(world, 2) == 0 ? "contr" : "minutes";
  if (below(world, 3) == 0)
    filter.state = pst_state_nick(states[below(world, 3)]);
  if (below(world, 4) == 0)
    filter.domain = domains[below(world, 3)];
  if (below(world, 4) == 0)
    filter.account = accounts[below(world, 2)];
  if (below(world, 4) == 0)
    filter.assurance = pst_assurance_nick(below(world, PST_ASSURANCE_UNKNOWN + 1));
  if (below(world, 4) == 0)
    filter.since = START + below(world, 20) * DAY;
  if (below(world, 4) == 0)
    filter.until = START + below(world, 20) * DAY + 1000;
  return filter;
}

/* Ids that match, newest first. */
static GArray *
expected_ids(World *world, const PstHistoryFilter *filter)
{
  GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = world->records->len; i > 0; i--) {
    const PstMessageRecord *record = world->records->pdata[i - 1];
    if (matches(record, filter))
      g_array_append_val(ids, record->id);
  }
  return ids;
}

static void
assert_ids(GVariant *list, GArray *ids, guint from, guint n)
{
  g_autoptr(GVariant) sunk = g_variant_ref_sink(list);
  guint expected = from < ids->len ? MIN(n, ids->len - from) : 0;
  g_assert_cmpuint(g_variant_n_children(sunk), ==, expected);
  for (guint i = 0; i < expected; i++) {
    g_autoptr(GVariant) facts = g_variant_get_child_value(sunk, i);
    gint64 id = 0;
    g_assert_true(g_variant_lookup(facts, "id", "x", &id));
    g_assert_cmpint(id, ==, g_array_index(ids, gint64, from + i));
  }
}

static void
check_filter(World *world, const PstHistoryFilter *filter)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) ids = expected_ids(world, filter);
  guint total = 0, from = below(world, ids->len + 2), n = below(world, 40);
  GVariant *window = pst_history_window(world->database, filter, from, n, &total, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(total, ==, ids->len);
  assert_ids(window, ids, from, n);
  gint64 before = from > 0 && from <= ids->len ? g_array_index(ids, gint64, from - 1) : 0;
  GVariant *page = pst_history_list(world->database, filter, before, n, &error);
  g_assert_no_error(error);
  assert_ids(page, ids, before == 0 ? 0 : from, n);
}

static World *
world_new(char **folder)
{
  World *world = g_new0(World, 1);
  *folder = scratch_folder_new();
  g_autofree char *path = g_build_filename(*folder, "history.db", NULL);
  world->database = pst_database_open(path, NULL);
  world->records = g_ptr_array_new_with_free_func((GDestroyNotify)pst_message_record_free);
  world->random = g_rand_new_with_seed(g_test_rand_int());
  g_assert_nonnull(world->database);
  return world;
}

static void
world_free(World *world)
{
  pst_database_close(world->database);
  g_ptr_array_unref(world->records);
  g_rand_free(world->random);
  g_free(world);
}

static void
test_against_an_array(void)
{
  char *folder;
  World *world = world_new(&folder);
  for (guint i = 0; i < 700; i++)
    add_message(world);
  for (guint round = 0; round < 250; round++) {
    for (guint i = below(world, 4); i > 0; i--)
      add_message(world);
    if (below(world, 2) == 0)
      change_message(world);
    if (below(world, 8) == 0)
      delete_message(world);
    PstHistoryFilter filter = some_filter(world);
    check_filter(world, &filter);
    check_filter(world, &(PstHistoryFilter){ 0 });
  }
  world_free(world);
  scratch_folder_remove(folder);
}

static void
test_edges(void)
{
  char *folder;
  guint total = 7;
  World *world = world_new(&folder);
  g_autoptr(GArray) none = expected_ids(world, &(PstHistoryFilter){ 0 });
  assert_ids(pst_history_window(world->database, NULL, 0, 10, &total, NULL), none, 0, 10);
  g_assert_cmpuint(total, ==, 0);
  for (guint i = 0; i < 1100; i++)
    add_message(world);
  g_autoptr(GArray) ids = expected_ids(world, &(PstHistoryFilter){ 0 });
  assert_ids(pst_history_window(world->database, NULL, 0, 5000, &total, NULL), ids, 0, 1000);
  assert_ids(pst_history_window(world->database, NULL, 1095, 10, &total, NULL), ids, 1095, 10);
  assert_ids(pst_history_window(world->database, NULL, 4000000000u, 10, &total, NULL), ids, ids->len, 10);
  g_assert_cmpuint(total, ==, 1100);
  assert_ids(pst_history_list(world->database, NULL, 0, 5000, NULL), ids, 0, 1000);
  assert_ids(pst_history_list(world->database, NULL, 0, 0, NULL), ids, 0, 0);
  assert_ids(pst_history_list(world->database, NULL, 1, 10, NULL), ids, ids->len, 10);
  world_free(world);
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/history-pages/against-an-array", test_against_an_array);
  g_test_add_func("/history-pages/edges", test_edges);
  return g_test_run();
}
