#include "relay/net/dns-batch.h"

struct PstDnsBatch {
  gint references;
  GMutex lock;
  GCond changed;
  guint n_questions, n_open;
  gboolean abandoned;
  PstAnswer *answers[];
};

PstDnsBatch *
pst_dns_batch_new(guint n_questions)
{
  PstDnsBatch *batch = g_malloc0(sizeof *batch + n_questions * sizeof batch->answers[0]);
  batch->references = 1;
  batch->n_questions = batch->n_open = n_questions;
  g_mutex_init(&batch->lock);
  g_cond_init(&batch->changed);
  return batch;
}

PstDnsBatch *
pst_dns_batch_ref(PstDnsBatch *batch)
{
  g_atomic_int_inc(&batch->references);
  return batch;
}

void
pst_dns_batch_unref(PstDnsBatch *batch)
{
  if (batch == NULL || !g_atomic_int_dec_and_test(&batch->references))
    return;
  for (guint i = 0; i < batch->n_questions; i++)
    pst_answer_unref(batch->answers[i]);
  g_mutex_clear(&batch->lock);
  g_cond_clear(&batch->changed);
  g_free(batch);
}

void
pst_dns_batch_complete(PstDnsBatch *batch, guint index, PstAnswer *answer)
{
  g_mutex_lock(&batch->lock);
  gboolean first = batch->answers[index] == NULL;
  if (first) {
    batch->answers[index] = answer;
    batch->n_open--;
    g_cond_broadcast(&batch->changed);
  }
  g_mutex_unlock(&batch->lock);
  if (!first)
    pst_answer_unref(answer);
}

static void
wake(GCancellable *cancellable, gpointer data)
{
  PstDnsBatch *batch = data;
  g_mutex_lock(&batch->lock);
  g_cond_broadcast(&batch->changed);
  g_mutex_unlock(&batch->lock);
}

void
pst_dns_batch_wait(PstDnsBatch *batch, gint64 deadline, GCancellable *cancellable)
{
  gulong handler =
      cancellable != NULL ? g_cancellable_connect(cancellable, G_CALLBACK(wake), batch, NULL) : 0;
  g_mutex_lock(&batch->lock);
  while (batch->n_open > 0 && !g_cancellable_is_cancelled(cancellable) &&
         g_cond_wait_until(&batch->changed, &batch->lock, deadline))
    ;
  g_mutex_unlock(&batch->lock);
  g_cancellable_disconnect(cancellable, handler);
}

PstAnswer *
pst_dns_batch_take(PstDnsBatch *batch, guint index)
{
  g_mutex_lock(&batch->lock);
  PstAnswer *answer = batch->answers[index] != NULL ? pst_answer_ref(batch->answers[index]) : NULL;
  g_mutex_unlock(&batch->lock);
  return answer;
}

gboolean
pst_dns_batch_is_abandoned(PstDnsBatch *batch)
{
  g_mutex_lock(&batch->lock);
  gboolean abandoned = batch->abandoned;
  g_mutex_unlock(&batch->lock);
  return abandoned;
}

void
pst_dns_batch_abandon(PstDnsBatch *batch)
{
  g_mutex_lock(&batch->lock);
  batch->abandoned = TRUE;
  g_mutex_unlock(&batch->lock);
}
