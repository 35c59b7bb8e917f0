#include "relay/service/late-answer.h"
#include "relay/store/history.h"

#define AWAIT_TIMEOUT (600 * G_USEC_PER_SEC) /* RFC 5321 4.5.3.2.6 */
#define JOIN_WINDOW   G_TIME_SPAN_DAY
#define MAX_THREADS   150 /* of the relay in all: sessions leave room */

typedef struct {
  PstRelay *relay;
  PstUpstream *upstream;
  PstTransfer *transfer;
  PstDecision *decision;
  PstMessageRecord *record;
} LateAnswer;

static void
late_answer_free(LateAnswer *late)
{
  pst_transfer_free(late->transfer);
  pst_upstream_close(late->upstream);
  pst_decision_free(late->decision);
  pst_message_record_free(late->record);
  g_free(late);
}

/* The reason stays on the row: that the answer came late is why a second try of the same message is not sent
 * again. */
static void
correct_row(LateAnswer *late)
{
  g_autoptr(PstReason) uncertain = pst_reason_ref(late->record->reason);
  pst_message_log_transfer(late->record, late->decision, late->transfer,
                           pst_upstream_get_host(late->upstream));
  if (late->record->state == PST_STATE_SENT) {
    pst_reason_unref(late->record->reason);
    late->record->reason = g_steal_pointer(&uncertain);
  }
  pst_message_log_save(late->relay, late->record);
}

static gpointer
await_thread(gpointer data)
{
  LateAnswer *late = data;
  PstRelay *relay = late->relay;
  PstTransferState state = pst_transfer_await(late->transfer, g_get_monotonic_time() + AWAIT_TIMEOUT);
  gboolean answered = state == PST_TRANSFER_SENT || state == PST_TRANSFER_REFUSED;
  if (answered)
    correct_row(late);
  if (late->record->digest != NULL)
    pst_pending_resolve(relay->pending, late->record->digest,
                        answered ? pst_transfer_get_reply(late->transfer) : NULL);
  late_answer_free(late);
  pst_relay_thread_done(relay);
  return NULL;
}

void
pst_late_answer_await(PstRelay *relay, PstUpstream *upstream, PstTransfer *transfer, PstDecision *decision,
                      PstMessageRecord *record)
{
  LateAnswer *late = g_new0(LateAnswer, 1);
  *late = (LateAnswer){ relay, upstream, transfer, decision, record };
  if (record->digest != NULL)
    pst_pending_add(relay->pending, record->digest);
  if (pst_relay_run_thread(relay, "late-answer", MAX_THREADS, await_thread, late))
    return;
  if (record->digest != NULL)
    pst_pending_resolve(relay->pending, record->digest, NULL);
  late_answer_free(late);
}

gboolean
pst_late_answer_was_sent(PstRelay *relay, GBytes *digest)
{
  PstState state;
  gint64 id = pst_history_find_digest(relay->database, digest, g_get_real_time() - JOIN_WINDOW, &state);
  if (id == 0 || state != PST_STATE_SENT)
    return FALSE;
  g_autoptr(PstMessageRecord) record = pst_history_load(relay->database, id, NULL);
  return record != NULL && record->reason != NULL &&
         pst_reason_get_code(record->reason) == PST_REASON_UNCERTAIN;
}
