#include "relay/service/assessor.h"
#include "tests/store/scratch-folder.h"
#include <gio/gio.h>

#define MANY 2100 /* more than an assessor knows at once */

typedef struct {
  char *folder;
  PstDatabase *database;
  PstConfiguration *configuration;
  PstTrustStore *store;
} World;

/* There is no DNS here: every inquiry ends at once, with `unknown`. */
static void
world_init(World *world)
{
  static const char *const servers[] = { "nowhere", NULL };
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  world->folder = scratch_folder_new();
  g_autofree char *path = g_build_filename(world->folder, "history.db", NULL);
  world->database = pst_database_open(path, NULL);
  world->configuration = pst_configuration_load(NULL, NULL, FALSE, problems);
  world->store = pst_trust_store_new(NULL);
  g_assert_nonnull(world->database);
  g_strfreev(world->configuration->resolver_servers);
  world->configuration->resolver_servers = g_strdupv((char **)servers);
}

static void
world_clear(World *world)
{
  pst_database_close(world->database);
  pst_configuration_unref(world->configuration);
  pst_trust_store_unref(world->store);
  scratch_folder_remove(world->folder);
}

static PstAssessor *
new_assessor(const World *world)
{
  g_autofree char *sts = g_build_filename(world->folder, "sts", NULL);
  return pst_assessor_new(world->configuration, world->store, world->database, sts, "/bin/false");
}

static void
start_many(PstAssessor *assessor, guint from, guint n)
{
  for (guint i = from; i < from + n; i++) {
    g_autofree char *domain = g_strdup_printf("d%u.test", i);
    pst_assessor_start(assessor, domain);
  }
}

/* The database is closed next: nobody may be using it. */
static void
test_end_waits_for_inquiries(void)
{
  World world;
  world_init(&world);
  for (guint i = 0; i < 10; i++) {
    PstAssessor *assessor = new_assessor(&world);
    start_many(assessor, 0, 100);
    pst_assessor_unref(assessor);
  }
  world_clear(&world);
}

static gboolean
is_assessed(PstAssessor *assessor, guint i)
{
  g_autofree char *domain = g_strdup_printf("d%u.test", i);
  gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
  g_autoptr(PstAssessment) assessment = pst_assessor_get(assessor, domain, deadline);
  return assessment->facts != NULL;
}

/* What is known gives way to what is asked. */
static void
test_room_for_one_more(void)
{
  World world;
  world_init(&world);
  g_autoptr(PstAssessor) assessor = new_assessor(&world);
  for (guint i = 0; i < MANY; i += 100) {
    start_many(assessor, i, 100);
    for (guint j = i; j < i + 100; j++)
      g_assert_true(is_assessed(assessor, j));
  }
  g_clear_pointer(&assessor, pst_assessor_unref);
  world_clear(&world);
}

static gpointer
renew(gpointer assessor)
{
  pst_assessor_renew(assessor);
  return NULL;
}

/* Whoever waits gets what is seen in the new network, not nothing at all. */
static void
test_change_of_network_while_waiting(void)
{
  World world;
  world_init(&world);
  g_autoptr(PstAssessor) assessor = new_assessor(&world);
  for (guint i = 0; i < 200; i++) {
    start_many(assessor, i, 1);
    GThread *thread = g_thread_new("renew", renew, assessor);
    g_assert_true(is_assessed(assessor, i));
    g_thread_join(thread);
  }
  g_clear_pointer(&assessor, pst_assessor_unref);
  world_clear(&world);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/assessor/end-waits-for-inquiries", test_end_waits_for_inquiries);
  g_test_add_func("/assessor/room-for-one-more", test_room_for_one_more);
  g_test_add_func("/assessor/change-of-network-while-waiting", test_change_of_network_while_waiting);
  return g_test_run();
}
