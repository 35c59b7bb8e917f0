#include "relay/service/afterwards.h"

#define LOOK_TIMEOUT (40 * G_USEC_PER_SEC)
#define MAX_THREADS  120 /* of the relay in all: sessions come first */

typedef struct {
  PstRelay *relay;
  PstMessageRecord *record;
  PstEnvelope *envelope;
  PstChoice choice; /* the requirement and its source alone */
  PstConfiguration *configuration;
  char *account;
} Look;

static void
look_free(Look *look)
{
  pst_message_record_free(look->record);
  pst_envelope_free(look->envelope);
  pst_configuration_unref(look->configuration);
  g_free(look->account);
  g_free(look);
}

static GPtrArray *
assess(const Look *look)
{
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(look->relay);
  GPtrArray *assessments = g_ptr_array_new_with_free_func((GDestroyNotify)pst_assessment_unref);
  gint64 deadline = g_get_monotonic_time() + LOOK_TIMEOUT;
  for (guint i = 0; i < look->envelope->recipients->len; i++) {
    const char *domain = pst_mailbox_get_domain(pst_envelope_recipient(look->envelope, i)->mailbox);
    if (domain != NULL)
      pst_assessor_start(assessor, domain);
  }
  for (guint i = 0; i < look->envelope->recipients->len; i++) {
    const char *domain = pst_mailbox_get_domain(pst_envelope_recipient(look->envelope, i)->mailbox);
    g_ptr_array_add(assessments, domain != NULL ? pst_assessor_get(assessor, domain, deadline) : NULL);
  }
  return assessments;
}

/* The decision is made again only for what it says of each copy: the message is gone whatever it says. */
static void
update_row(Look *look, const PstAccountConfig *account)
{
  g_autoptr(GPtrArray) assessments = assess(look);
  PstDecisionFacts facts = { .choice = &look->choice,
                             .envelope = look->envelope,
                             .host = account->host,
                             .honours = account->honours,
                             .assessments = (const PstAssessment *const *)assessments->pdata };
  g_autoptr(PstDecision) decision = pst_decision_make(&facts);
  pst_message_log_decision(look->record, decision, assessments, account);
  for (guint i = 0; i < look->record->recipients->len; i++) {
    PstRecipientRecord *recipient = look->record->recipients->pdata[i];
    recipient->assurance = g_array_index(decision->recipients, PstRecipientDecision, i).assurance;
  }
  pst_message_log_save(look->relay, look->record);
}

static gpointer
look_thread(gpointer data)
{
  Look *look = data;
  PstRelay *relay = look->relay;
  const PstAccountConfig *account = pst_configuration_account(look->configuration, look->account);
  if (account != NULL)
    update_row(look, account);
  look_free(look);
  pst_relay_thread_done(relay);
  return NULL;
}

static PstEnvelope *
copy_recipients(const PstEnvelope *envelope)
{
  PstEnvelope *copy = pst_envelope_new(envelope->sender);
  for (guint i = 0; i < envelope->recipients->len; i++)
    pst_envelope_add(copy, pst_envelope_recipient(envelope, i)->mailbox);
  return copy;
}

void
pst_afterwards_look(PstRelay *relay, PstMessageRecord *record, const PstEnvelope *envelope,
                    const PstChoice *choice, const PstAccountConfig *account)
{
  Look *look = g_new0(Look, 1);
  look->relay = relay;
  look->record = record;
  look->envelope = copy_recipients(envelope);
  look->choice.requirement = choice->requirement;
  look->choice.source = choice->source;
  look->configuration = pst_relay_ref_configuration(relay);
  look->account = g_strdup(account->name);
  if (!pst_relay_run_thread(relay, "afterwards", MAX_THREADS, look_thread, look))
    look_free(look);
}
