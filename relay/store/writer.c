#include "relay/store/writer.h"

#define MAX_QUEUED  256
#define MAX_BATCH   64
#define UPKEEP_JOBS 256
#define LOG_PAGES   4000 /* of the write-ahead log, before it is moved into the file */

typedef struct {
  PstWriteFunc function; /* NULL: empty the log */
  gpointer data;
  GError *error;
  gboolean done;
} Job;

struct PstWriter {
  PstConnection *connection;
  PstWriteFunc upkeep;
  GThread *thread;
  GMutex lock; /* of queue and stopping, and of a job's done */
  GCond arrived, room, finished;
  GQueue queue; /* of Job, on their callers' stacks */
  guint waiting_for_room;
  gboolean stopping;
  int log_pages;
  guint jobs_since_upkeep;
  GMutex commit_lock; /* of commits and changed_from */
  gint64 changed_from;
};

static gboolean
run_job(PstWriter *writer, Job *job, gint64 *changed_from)
{
  PstConnection *connection = writer->connection;
  if (!pst_connection_run(connection, &job->error, "SAVEPOINT job", ""))
    return FALSE;
  if (job->function(connection, job->data, changed_from, &job->error))
    return pst_connection_run(connection, &job->error, "RELEASE job", "");
  return pst_connection_run(connection, NULL, "ROLLBACK TO job", "") &&
         pst_connection_run(connection, NULL, "RELEASE job", "");
}

/* Every job that has no error of its own shares the fate of the transaction. */
static void
fail_all(Job **jobs, guint n, const GError *error)
{
  for (guint i = 0; i < n; i++)
    if (jobs[i]->error == NULL)
      jobs[i]->error = g_error_copy(error);
}

static gboolean
commit(PstWriter *writer, gint64 changed_from, GError **error)
{
  g_mutex_lock(&writer->commit_lock);
  gboolean good = pst_connection_run(writer->connection, error, "COMMIT", "");
  if (good)
    writer->changed_from = MIN(writer->changed_from, changed_from);
  g_mutex_unlock(&writer->commit_lock);
  return good;
}

static gboolean
run_transaction(PstWriter *writer, Job **jobs, guint n, GError **error)
{
  gint64 changed_from = G_MAXINT64;
  if (!pst_connection_run(writer->connection, error, "BEGIN IMMEDIATE", ""))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!run_job(writer, jobs[i], &changed_from)) {
      /* A full disk may have ended the whole transaction: nothing of the batch is there any more. */
      if (jobs[i]->error != NULL)
        g_propagate_error(error, g_error_copy(jobs[i]->error));
      else
        pst_connection_fail(writer->connection, error);
      return FALSE;
    }
  }
  return commit(writer, changed_from, error);
}

static void
run_batch(PstWriter *writer, Job **jobs, guint n)
{
  g_autoptr(GError) error = NULL;
  if (run_transaction(writer, jobs, n, &error))
    return;
  if (!sqlite3_get_autocommit(pst_connection_get_sqlite(writer->connection)))
    pst_connection_run(writer->connection, NULL, "ROLLBACK", "");
  fail_all(jobs, n, error);
}

static void
checkpoint(PstWriter *writer, int mode, GError **error)
{
  sqlite3 *sqlite = pst_connection_get_sqlite(writer->connection);
  if (sqlite3_wal_checkpoint_v2(sqlite, NULL, mode, NULL, NULL) != SQLITE_OK)
    pst_connection_fail(writer->connection, error);
  else
    writer->log_pages = 0;
}

/* Waits for work. A job that empties the log makes a batch of its own. */
static guint
take_batch(PstWriter *writer, Job **jobs)
{
  guint n = 0;
  g_mutex_lock(&writer->lock);
  while (writer->queue.length == 0 && !writer->stopping)
    g_cond_wait(&writer->arrived, &writer->lock);
  while (n < MAX_BATCH && writer->queue.length > 0) {
    Job *job = g_queue_peek_head(&writer->queue);
    if (job->function == NULL && n > 0)
      break;
    jobs[n++] = g_queue_pop_head(&writer->queue);
    if (job->function == NULL)
      break;
  }
  if (writer->waiting_for_room > 0)
    g_cond_broadcast(&writer->room);
  g_mutex_unlock(&writer->lock);
  return n;
}

static void
finish_batch(PstWriter *writer, Job **jobs, guint n)
{
  g_mutex_lock(&writer->lock);
  for (guint i = 0; i < n; i++)
    jobs[i]->done = TRUE;
  g_cond_broadcast(&writer->finished);
  g_mutex_unlock(&writer->lock);
}

static void
keep_up(PstWriter *writer, guint jobs_done)
{
  writer->jobs_since_upkeep += jobs_done;
  if (writer->jobs_since_upkeep >= UPKEEP_JOBS) {
    Job job = { .function = writer->upkeep };
    Job *jobs[] = { &job };
    run_batch(writer, jobs, 1);
    g_clear_error(&job.error); /* it is tried again, and who needs it done sees the error then */
    writer->jobs_since_upkeep = 0;
  }
  if (writer->log_pages >= LOG_PAGES)
    checkpoint(writer, SQLITE_CHECKPOINT_PASSIVE, NULL);
}

static gpointer
write_batches(gpointer data)
{
  PstWriter *writer = data;
  Job *jobs[MAX_BATCH];
  guint n;
  while ((n = take_batch(writer, jobs)) > 0) {
    if (jobs[0]->function == NULL)
      checkpoint(writer, SQLITE_CHECKPOINT_TRUNCATE, &jobs[0]->error);
    else
      run_batch(writer, jobs, n);
    finish_batch(writer, jobs, n);
    /* Behind the callers' backs: none of them needs to wait for these. */
    keep_up(writer, n);
  }
  return NULL;
}

static int
note_log_size(void *data, sqlite3 *sqlite, const char *name, int pages)
{
  PstWriter *writer = data;
  writer->log_pages = pages;
  return SQLITE_OK;
}

PstWriter *
pst_writer_new(PstConnection *connection, PstWriteFunc upkeep)
{
  PstWriter *writer = g_new0(PstWriter, 1);
  writer->connection = connection;
  writer->upkeep = upkeep;
  writer->changed_from = G_MAXINT64;
  g_mutex_init(&writer->lock);
  g_mutex_init(&writer->commit_lock);
  g_cond_init(&writer->arrived);
  g_cond_init(&writer->room);
  g_cond_init(&writer->finished);
  g_queue_init(&writer->queue);
  /* Takes the place of SQLite's own checkpoint inside COMMIT. */
  sqlite3_wal_hook(pst_connection_get_sqlite(connection), note_log_size, writer);
  writer->thread = g_thread_new("database", write_batches, writer);
  return writer;
}

void
pst_writer_free(PstWriter *writer)
{
  g_mutex_lock(&writer->lock);
  writer->stopping = TRUE;
  g_cond_signal(&writer->arrived);
  g_mutex_unlock(&writer->lock);
  g_thread_join(writer->thread);
  pst_connection_close(writer->connection);
  g_mutex_clear(&writer->lock);
  g_mutex_clear(&writer->commit_lock);
  g_cond_clear(&writer->arrived);
  g_cond_clear(&writer->room);
  g_cond_clear(&writer->finished);
  g_free(writer);
}

static gboolean
wait_for(PstWriter *writer, Job *job, GError **error)
{
  g_mutex_lock(&writer->lock);
  writer->waiting_for_room++;
  while (writer->queue.length >= MAX_QUEUED)
    g_cond_wait(&writer->room, &writer->lock);
  writer->waiting_for_room--;
  g_queue_push_tail(&writer->queue, job);
  g_cond_signal(&writer->arrived);
  while (!job->done)
    g_cond_wait(&writer->finished, &writer->lock);
  g_mutex_unlock(&writer->lock);
  if (job->error == NULL)
    return TRUE;
  g_propagate_error(error, job->error);
  return FALSE;
}

gboolean
pst_writer_run(PstWriter *writer, PstWriteFunc function, gpointer data, GError **error)
{
  Job job = { .function = function, .data = data };
  return wait_for(writer, &job, error);
}

gboolean
pst_writer_empty_log(PstWriter *writer, GError **error)
{
  Job job = { .function = NULL };
  return wait_for(writer, &job, error);
}

void
pst_writer_hold_commits(PstWriter *writer)
{
  g_mutex_lock(&writer->commit_lock);
}

gint64
pst_writer_release_commits(PstWriter *writer)
{
  gint64 changed_from = writer->changed_from;
  writer->changed_from = G_MAXINT64;
  g_mutex_unlock(&writer->commit_lock);
  return changed_from;
}
