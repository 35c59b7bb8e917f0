/* Many at once, and killed at any moment. */
#include "relay/store/history.h"
#include "tests/store/history-count.h"
#include "tests/store/record-sample.h"
#include "tests/store/scratch-folder.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define SAVES   500
#define KILLS   30

typedef struct {
  PstDatabase *database;
  guint number;
} Saver;

static gpointer
save_many(gpointer data)
{
  Saver *saver = data;
  for (guint i = 0; i < SAVES; i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *subject = g_strdup_printf("thread%u message%u", saver->number, i);
    g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", subject);
    pst_history_save(saver->database, record, &error);
    g_assert_no_error(error);
    pst_message_record_set_state(record, PST_STATE_SENT);
    pst_history_save(saver->database, record, &error);
    g_assert_no_error(error);
    /* Committed when it returns. */
    g_autoptr(PstMessageRecord) stored = pst_history_load(saver->database, record->id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(stored->subject, ==, subject);
    g_assert_cmpint(stored->state, ==, PST_STATE_SENT);
  }
  return NULL;
}

typedef struct {
  PstDatabase *database;
  int stop;
} Reader;

static gint64
id_at(GVariant *list, gsize i)
{
  gint64 id = 0;
  g_autoptr(GVariant) facts = g_variant_get_child_value(list, i);
  g_assert_true(g_variant_lookup(facts, "id", "x", &id));
  return id;
}

static gpointer
read_all_the_time(gpointer data)
{
  Reader *reader = data;
  const PstHistoryFilter filters[] = { { 0 }, { .state = "sending" }, { .search = "thread3 mess" } };
  guint most = 0;
  for (guint round = 0; !g_atomic_int_get(&reader->stop); round++) {
    g_autoptr(GError) error = NULL;
    const PstHistoryFilter *filter = &filters[round % G_N_ELEMENTS(filters)];
    guint total = 0;
    g_autoptr(GVariant) list = pst_history_window(reader->database, filter, 0, 20, &total, &error);
    g_assert_no_error(error);
    g_variant_ref_sink(list);
    g_assert_cmpuint(g_variant_n_children(list), ==, MIN(total, 20));
    for (gsize i = 1; i < g_variant_n_children(list); i++)
      g_assert_cmpint(id_at(list, i), <, id_at(list, i - 1));
    if (filter == &filters[0]) {
      g_assert_cmpuint(total, >=, most);
      most = total;
    }
  }
  return NULL;
}

static void
test_threads(void)
{
  char *folder = scratch_folder_new();
  g_autofree char *path = g_build_filename(folder, "history.db", NULL);
  PstDatabase *database = pst_database_open(path, NULL);
  Saver savers[THREADS];
  Reader reader = { database, 0 };
  GThread *threads[THREADS], *reading = g_thread_new("reader", read_all_the_time, &reader);
  for (guint i = 0; i < THREADS; i++) {
    savers[i] = (Saver){ database, i };
    threads[i] = g_thread_new("saver", save_many, &savers[i]);
  }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join(threads[i]);
  g_atomic_int_set(&reader.stop, 1);
  g_thread_join(reading);
  g_assert_cmpuint(history_count(database, NULL), ==, THREADS * SAVES);
  const PstHistoryFilter filter = { .search = "thread3" };
  g_assert_cmpuint(history_count(database, &filter), ==, SAVES);
  pst_database_close(database);
  scratch_folder_remove(folder);
}

/* The child's word for what is committed: a line "id state" after each save that returned. */
static int
save_until_killed(const char *path)
{
  PstDatabase *database = pst_database_open(path, NULL);
  if (database == NULL)
    return 1;
  for (;;) {
    g_autoptr(PstMessageRecord) record = record_sample_new("anna@example.net", "Papers");
    for (guint step = 0; step < 3; step++) {
      record->past_end = step > 0;
      if (step == 2)
        pst_message_record_set_state(record, PST_STATE_SENT);
      if (!pst_history_save(database, record, NULL))
        return 1;
      char line[64];
      int length = snprintf(line, sizeof line, "%" G_GINT64_FORMAT " %u\n", record->id, step);
      if (write(STDOUT_FILENO, line, length) != length)
        return 1;
    }
  }
}

static FILE *
start_child(const char *self, const char *path, pid_t *pid)
{
  int pipe_fds[2];
  g_assert_cmpint(pipe(pipe_fds), ==, 0);
  *pid = fork();
  g_assert_cmpint(*pid, >=, 0);
  if (*pid == 0) {
    dup2(pipe_fds[1], STDOUT_FILENO);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    execl(self, self, "--save-until-killed", path, NULL);
    _exit(127);
  }
  close(pipe_fds[1]);
  return fdopen(pipe_fds[0], "r");
}

/* Reads what the child said before and after it was killed; the last step of each id. */
static GHashTable *
kill_after(FILE *words, pid_t pid, guint lines)
{
  GHashTable *steps = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  gint64 id;
  guint step, n = 0;
  while (fscanf(words, "%" G_GINT64_FORMAT " %u", &id, &step) == 2) {
    g_hash_table_insert(steps, g_memdup2(&id, sizeof id), GUINT_TO_POINTER(step));
    if (++n == lines)
      kill(pid, SIGKILL);
  }
  fclose(words);
  int status;
  g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
  g_assert_true(WIFSIGNALED(status));
  return steps;
}

static void
check_stored(PstDatabase *database, gint64 id, guint step)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstMessageRecord) record = pst_history_load(database, id, &error);
  g_assert_no_error(error);
  /* The save after the last that was told may have been committed as well. */
  if (step == 2)
    g_assert_cmpint(record->state, ==, PST_STATE_SENT);
  else if (step == 1)
    g_assert_true(record->state == PST_STATE_UNCERTAIN || record->state == PST_STATE_SENT);
  else
    g_assert_true(record->state == PST_STATE_FAILED || record->state == PST_STATE_UNCERTAIN);
}

static void
check_all(const char *path, GHashTable *steps)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstDatabase) database = pst_database_open(path, &error);
  g_assert_no_error(error);
  GHashTableIter iter;
  gpointer id, step;
  g_hash_table_iter_init(&iter, steps);
  while (g_hash_table_iter_next(&iter, &id, &step))
    check_stored(database, *(gint64 *)id, GPOINTER_TO_UINT(step));
  const PstHistoryFilter sending = { .state = "sending" }, search = { .search = "papers" };
  g_assert_cmpuint(history_count(database, &sending), ==, 0);
  g_assert_cmpuint(history_count(database, &search), ==, history_count(database, NULL));
}

static void
test_killed(gconstpointer self)
{
  char *folder = scratch_folder_new();
  g_autofree char *path = g_build_filename(folder, "history.db", NULL);
  for (guint round = 0; round < KILLS; round++) {
    pid_t pid;
    FILE *words = start_child(self, path, &pid);
    g_autoptr(GHashTable) steps = kill_after(words, pid, g_test_rand_int_range(1, 300));
    check_all(path, steps);
  }
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  if (argc == 3 && g_str_equal(argv[1], "--save-until-killed"))
    return save_until_killed(argv[2]);
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/history-load/threads", test_threads);
  g_test_add_data_func("/history-load/killed", argv[0], test_killed);
  return g_test_run();
}
