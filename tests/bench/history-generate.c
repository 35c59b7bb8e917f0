/* Makes a history of many messages, or times the questions a window and posternctl ask of one. Run by hand:
 *   history-generate make FOLDER 1000000
 *   history-generate time FOLDER */
#include "relay/store/database-access.h"
#include "relay/store/history.h"
#include "relay/store/record-rows.h"
#include "relay/store/search-index.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH      1000
#define ROUNDS     200
#define PAGE       50
#define NEAR_START (START + G_GINT64_CONSTANT(3 * 86400) * G_USEC_PER_SEC)
#define START      (G_GINT64_CONSTANT(1600000000) * G_USEC_PER_SEC)

static const char *const given[] = { "anna", "ben",   "carla", "david", "eva",   "farid", "greta", "hugo",
                                     "ines", "jonas", "kira",  "li",    "maria", "noor",  "olaf",  "petra" };
static const char *const family[] = { "weber", "novak", "rossi", "garcia", "chen",   "okafor", "silva",
                                      "meyer", "kowal", "haas",  "lind",   "dubois", "araujo", "berg" };
static const char *const subjects[] = { "contract", "minutes", "invoice", "holiday", "papers",   "draft",
                                        "question", "meeting", "photos",  "offer",   "reminder", "report" };

static gboolean
one_in(GRand *random, gint32 n)
{
  return g_rand_int_range(random, 0, n) == 0;
}

static void
add_recipient(PstMessageRecord *record, GRand *random)
{
  g_autofree char *domain = g_strdup_printf("mail%d.example", g_rand_int_range(random, 0, 3000));
  g_autofree char *address =
      g_strdup_printf("%s.%s@%s", given[g_rand_int_range(random, 0, G_N_ELEMENTS(given))],
                      family[g_rand_int_range(random, 0, G_N_ELEMENTS(family))], domain);
  PstRecipientRecord *recipient = pst_message_record_add_recipient(record, address, domain);
  recipient->assurance = g_rand_int_range(random, PST_ASSURANCE_PROMISED, PST_ASSURANCE_UNKNOWN + 1);
  recipient->reply = g_strdup("250 2.1.5 ok");
}

static PstMessageRecord *
make_record(GRand *random, gint64 number)
{
  PstMessageRecord *record = pst_message_record_new();
  record->time = START + number * 150 * G_USEC_PER_SEC;
  record->message_id = g_strdup_printf("<%" G_GINT64_FORMAT ".%08x@example.org>", number, g_rand_int(random));
  record->subject = g_strdup_printf(
      "Re: %s about %s %d", subjects[g_rand_int_range(random, 0, G_N_ELEMENTS(subjects))],
      family[g_rand_int_range(random, 0, G_N_ELEMENTS(family))], g_rand_int_range(random, 0, 50000));
  record->sender = g_strdup("me@example.org");
  record->account = g_strdup(one_in(random, 4) ? "work" : "home");
  record->client = g_strdup("main, [127.0.0.1]");
  record->size = g_rand_int_range(random, 800, 200000);
  guint8 digest[32];
  for (guint i = 0; i < sizeof digest; i++)
    digest[i] = g_rand_int(random);
  record->digest = g_bytes_new(digest, sizeof digest);
  record->reply = g_strdup("250 2.0.0 ok");
  PstState state = one_in(random, 100)   ? PST_STATE_REFUSED
                   : one_in(random, 200) ? PST_STATE_REJECTED
                                         : PST_STATE_SENT;
  for (guint n = one_in(random, 5) ? 3 : 1; n > 0; n--)
    add_recipient(record, random);
  pst_message_record_set_state(record, state);
  PstHop *hop = pst_message_record_add_hop(record, "postern", "smtp.example.org");
  hop->security = g_strdup("tls");
  hop->tls = g_strdup("TLS1.3");
  hop->cipher = g_strdup("AES-256-GCM");
  hop->certificate = g_strdup("pkix");
  hop->reply = g_strdup("250 2.0.0 queued as 4F2A");
  return record;
}

typedef struct {
  GRand *random;
  gint64 number;
  gint64 end;
} Batch;

static gboolean
write_batch(PstConnection *connection, gpointer data, gint64 *changed_from, GError **error)
{
  Batch *batch = data;
  *changed_from = 0;
  for (; batch->number < batch->end; batch->number++) {
    gint64 id;
    g_autoptr(PstMessageRecord) record = make_record(batch->random, batch->number);
    if (!pst_record_rows_insert(connection, record, &id, error))
      return FALSE;
  }
  return pst_search_index_catch_up(connection, changed_from, error);
}

static void
make_history(PstDatabase *database, gint64 n)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) random = g_rand_new_with_seed(8689);
  for (gint64 made = 0; made < n; made += BATCH) {
    Batch batch = { random, made, MIN(made + BATCH, n) };
    if (!pst_writer_run(pst_database_get_writer(database), write_batch, &batch, &error))
      g_error("%s", error->message);
  }
}

static int
compare_times(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

typedef void (*Question)(PstDatabase *database, const PstHistoryFilter *filter, gint64 where);

static void
ask_list(PstDatabase *database, const PstHistoryFilter *filter, gint64 where)
{
  g_autoptr(GError) error = NULL;
  GVariant *list = pst_history_list(database, filter, where, PAGE, &error);
  if (list == NULL)
    g_error("%s", error->message);
  g_variant_unref(g_variant_ref_sink(list));
}

static void
ask_window(PstDatabase *database, const PstHistoryFilter *filter, gint64 where)
{
  g_autoptr(GError) error = NULL;
  guint total;
  GVariant *list = pst_history_window(database, filter, where, PAGE, &total, &error);
  if (list == NULL)
    g_error("%s", error->message);
  g_variant_unref(g_variant_ref_sink(list));
}

/* Of this thread: what a machine with other work to do cannot blur. */
static gint64
processor_time(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
time_question(PstDatabase *database, const char *name, Question question, const PstHistoryFilter *filter,
              gint64 range)
{
  gint64 times[ROUNDS], work[ROUNDS];
  g_autoptr(GRand) random = g_rand_new_with_seed(1);
  for (guint i = 0; i < ROUNDS; i++) {
    gint64 where = range > 0 ? g_rand_int_range(random, 1, range) : 0;
    gint64 start = g_get_monotonic_time(), work_start = processor_time();
    question(database, filter, where);
    times[i] = g_get_monotonic_time() - start;
    work[i] = processor_time() - work_start;
  }
  gint64 first = times[0];
  qsort(times, ROUNDS, sizeof times[0], compare_times);
  qsort(work, ROUNDS, sizeof work[0], compare_times);
  printf("%-30s first %8.3f  p50 %7.3f  p99 %7.3f  processor p50 %7.3f  p99 %7.3f ms\n", name, first / 1e3,
         times[ROUNDS / 2] / 1e3, times[ROUNDS * 99 / 100] / 1e3, work[ROUNDS / 2] / 1e3,
         work[ROUNDS * 99 / 100] / 1e3);
}

static void
time_save(PstDatabase *database)
{
  gint64 times[ROUNDS * 10];
  g_autoptr(GRand) random = g_rand_new_with_seed(2);
  for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(PstMessageRecord) record = make_record(random, 0);
    record->time = g_get_real_time();
    gint64 start = g_get_monotonic_time();
    if (!pst_history_save(database, record, &error))
      g_error("%s", error->message);
    times[i] = g_get_monotonic_time() - start;
  }
  qsort(times, G_N_ELEMENTS(times), sizeof times[0], compare_times);
  printf("%-30s                 p50 %8.3f   p99 %8.3f   max %8.3f ms\n", "save",
         times[G_N_ELEMENTS(times) / 2] / 1e3, times[G_N_ELEMENTS(times) * 99 / 100] / 1e3,
         times[G_N_ELEMENTS(times) - 1] / 1e3);
}

static void
time_delete(PstDatabase *database)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) random = g_rand_new_with_seed(3);
  g_autoptr(PstMessageRecord) record = make_record(random, 0);
  record->time = g_get_real_time();
  gint64 start = 0;
  if (pst_history_save(database, record, &error)) {
    start = g_get_monotonic_time();
    pst_history_delete(database, record->id, &error);
  }
  if (error != NULL)
    g_error("%s", error->message);
  printf("%-30s %8.3f ms\n", "delete one, gone from the file", (g_get_monotonic_time() - start) / 1e3);
}

static const struct {
  const char *name;
  Question question;
  PstHistoryFilter filter;
  guint part; /* asks for anything in the newest 1/part; 0: for the newest */
} questions[] = {
  { "page by key, any depth", ask_list, { 0 }, 1 },
  { "page by key, state refused", ask_list, { .state = "refused" }, 1 },
  { "page by key, a domain", ask_list, { .domain = "mail77.example" }, 1 },
  { "page by key, assurance none", ask_list, { .assurance = "none" }, 1 },
  { "page by key, an account", ask_list, { .account = "work" }, 1 },
  { "page by key, oldest three days", ask_list, { .until = NEAR_START }, 0 },
  { "word, rare: mail77.example", ask_list, { .search = "mail77.example about" }, 0 },
  { "word, common: contract", ask_list, { .search = "contract about" }, 0 },
  { "word, in all: example", ask_list, { .search = "example about" }, 0 },
  { "two words: invoice weber", ask_list, { .search = "invoice weber about" }, 0 },
  { "address in full", ask_list, { .search = "anna.weber@mail77.example" }, 0 },
  { "own address", ask_list, { .search = "me@example.org" }, 0 },
  { "nothing found", ask_list, { .search = "nowhere" }, 0 },
  { "prefix m", ask_list, { .search = "m" }, 0 },
  { "prefix ma", ask_list, { .search = "ma" }, 0 },
  { "prefix con", ask_list, { .search = "con" }, 0 },
  { "prefix exam, in all", ask_list, { .search = "exam" }, 0 },
  { "prefix example, in all", ask_list, { .search = "example" }, 0 },
  { "prefix mail123", ask_list, { .search = "mail123" }, 0 },
  { "window, any position", ask_window, { 0 }, 1 },
  { "window, contract", ask_window, { .search = "contract" }, 12 },
  { "window, prefix exam, in all", ask_window, { .search = "exam" }, 1 },
  { "window, assurance none", ask_window, { .assurance = "none" }, 7 },
};

static void
time_history(PstDatabase *database)
{
  guint total;
  g_autoptr(GVariant) page = g_variant_ref_sink(pst_history_window(database, NULL, 0, 1, &total, NULL));
  printf("%u messages, pages of %d\n", total, PAGE);
  for (guint i = 0; i < G_N_ELEMENTS(questions); i++)
    time_question(database, questions[i].name, questions[i].question, &questions[i].filter,
                  questions[i].part > 0 ? total / questions[i].part : 0);
  time_save(database);
  time_question(database, "window after saves", ask_window, NULL, total);
  time_delete(database);
}

int
main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  gboolean make = argc == 4 && g_str_equal(argv[1], "make");
  if (!make && (argc != 3 || !g_str_equal(argv[1], "time"))) {
    fprintf(stderr, "usage: %s make FOLDER NUMBER | time FOLDER\n", argv[0]);
    return 2;
  }
  g_autofree char *path = g_build_filename(argv[2], "history.db", NULL);
  g_autoptr(PstDatabase) database = pst_database_open(path, &error);
  if (database == NULL)
    g_error("%s", error->message);
  if (make)
    make_history(database, g_ascii_strtoll(argv[3], NULL, 10));
  else
    time_history(database);
  return 0;
}
