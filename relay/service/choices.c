#include "relay/service/choices.h"
#include <time.h>

struct PstChoices {
  PstDatabase *database;
  GMutex lock;
  PstLedger *ledger;
  PstMaybeRequirement mode;
  gboolean paused;
};

/* Counts on while the computer sleeps: fifteen minutes are meant as a person reads them. */
static gint64
now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (gint64)time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* "nick expires-in-real-microseconds" */
static void
restore_once(PstChoices *choices)
{
  g_autofree char *stored = pst_database_get_state(choices->database, "once");
  g_auto(GStrv) words = g_strsplit(stored != NULL ? stored : "", " ", 2);
  PstMaybeRequirement once = { TRUE };
  if (g_strv_length(words) != 2 || !pst_requirement_parse(words[0], &once.value))
    return;
  gint64 left = g_ascii_strtoll(words[1], NULL, 10) - g_get_real_time();
  if (left > 0 && left <= PST_ONCE_LIFETIME)
    pst_ledger_set_once(choices->ledger, once, now() - (PST_ONCE_LIFETIME - left));
}

PstChoices *
pst_choices_new(PstDatabase *database)
{
  PstChoices *choices = g_new0(PstChoices, 1);
  choices->database = database;
  choices->ledger = pst_ledger_new();
  g_mutex_init(&choices->lock);
  g_autofree char *mode = pst_database_get_state(database, "mode");
  g_autofree char *paused = pst_database_get_state(database, "paused");
  choices->mode.present = pst_requirement_parse(mode, &choices->mode.value);
  choices->paused = g_strcmp0(paused, "true") == 0;
  restore_once(choices);
  return choices;
}

void
pst_choices_free(PstChoices *choices)
{
  if (choices == NULL)
    return;
  pst_ledger_free(choices->ledger);
  g_mutex_clear(&choices->lock);
  g_free(choices);
}

PstRequirement
pst_choices_get_mode(PstChoices *choices, PstRequirement fallback)
{
  g_mutex_lock(&choices->lock);
  PstRequirement mode = choices->mode.present ? choices->mode.value : fallback;
  g_mutex_unlock(&choices->lock);
  return mode;
}

gboolean
pst_choices_set_mode(PstChoices *choices, PstRequirement mode, GError **error)
{
  if (!pst_database_set_state(choices->database, "mode", pst_requirement_nick(mode), error))
    return FALSE;
  g_mutex_lock(&choices->lock);
  choices->mode = (PstMaybeRequirement){ TRUE, mode };
  g_mutex_unlock(&choices->lock);
  return TRUE;
}

gboolean
pst_choices_is_paused(PstChoices *choices)
{
  g_mutex_lock(&choices->lock);
  gboolean paused = choices->paused;
  g_mutex_unlock(&choices->lock);
  return paused;
}

gboolean
pst_choices_set_paused(PstChoices *choices, gboolean paused, GError **error)
{
  if (!pst_database_set_state(choices->database, "paused", paused ? "true" : "false", error))
    return FALSE;
  g_mutex_lock(&choices->lock);
  choices->paused = paused;
  g_mutex_unlock(&choices->lock);
  return TRUE;
}

static void
store_once(PstChoices *choices, PstMaybeRequirement once)
{
  g_autofree char *text = once.present
                              ? g_strdup_printf("%s %" G_GINT64_FORMAT, pst_requirement_nick(once.value),
                                                g_get_real_time() + PST_ONCE_LIFETIME)
                              : g_strdup("");
  pst_database_set_state(choices->database, "once", text, NULL);
}

void
pst_choices_set_once(PstChoices *choices, PstMaybeRequirement once)
{
  g_mutex_lock(&choices->lock);
  pst_ledger_set_once(choices->ledger, once, now());
  g_mutex_unlock(&choices->lock);
  store_once(choices, once);
}

PstMaybeRequirement
pst_choices_get_once(PstChoices *choices, gint64 *left)
{
  g_mutex_lock(&choices->lock);
  PstMaybeRequirement once = pst_ledger_get_once(choices->ledger, now(), left);
  g_mutex_unlock(&choices->lock);
  return once;
}

void
pst_choices_grant(PstChoices *choices, const char *key, PstRequirement requirement)
{
  g_mutex_lock(&choices->lock);
  pst_ledger_grant(choices->ledger, key, requirement, now());
  g_mutex_unlock(&choices->lock);
}

char *
pst_choices_issue_token(PstChoices *choices, PstRequirement requirement)
{
  g_mutex_lock(&choices->lock);
  char *token = pst_ledger_issue_token(choices->ledger, requirement, now());
  g_mutex_unlock(&choices->lock);
  return token;
}

void
pst_choices_claim(PstChoices *choices, const char *message_key, const PstHeaderChoice *header,
                  PstClaims *claims)
{
  *claims = (PstClaims){ 0 };
  g_mutex_lock(&choices->lock);
  claims->grant = pst_ledger_reserve_grant(choices->ledger, message_key, now(), &claims->reservation);
  claims->once = pst_ledger_reserve_once(choices->ledger, now(), &claims->reservation);
  if (header != NULL && header->token != NULL)
    claims->token_valid = pst_ledger_reserve_token(choices->ledger, header->token, header->requirement, now(),
                                                   &claims->reservation);
  g_mutex_unlock(&choices->lock);
}

static guint64
take(guint64 *reserved)
{
  guint64 taken = *reserved;
  *reserved = 0;
  return taken;
}

void
pst_choices_keep(PstChoices *choices, const PstChoice *choice, PstClaims *claims)
{
  PstReservation unused = { 0 };
  if (!choice->used_grant)
    unused.grant = take(&claims->reservation.grant);
  if (!choice->used_token)
    unused.token = take(&claims->reservation.token);
  if (!choice->used_once)
    unused.once = take(&claims->reservation.once);
  g_mutex_lock(&choices->lock);
  pst_ledger_release(choices->ledger, &unused);
  g_mutex_unlock(&choices->lock);
}

void
pst_choices_settle(PstChoices *choices, PstClaims *claims, gboolean accepted)
{
  gboolean once_used = accepted && claims->reservation.once != 0;
  g_mutex_lock(&choices->lock);
  if (accepted)
    pst_ledger_commit(choices->ledger, &claims->reservation);
  else
    pst_ledger_release(choices->ledger, &claims->reservation);
  g_mutex_unlock(&choices->lock);
  if (once_used)
    store_once(choices, (PstMaybeRequirement){ 0 });
}
