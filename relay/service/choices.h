/* Choices: what the user has set in motion at run time: tray mode, one-shot, pause, grants and tokens.
 *
 * Thread-safe owner of the ledger. Mode, one-shot and pause survive a restart in the database; the
 * configuration file gives the mode while the user has set none. */
#pragma once
#include "relay/policy/ledger.h"
#include "relay/store/database.h"

G_BEGIN_DECLS

typedef struct PstChoices PstChoices;

PstChoices *pst_choices_new(PstDatabase *database);
void pst_choices_free(PstChoices *choices);

/* @fallback: what the configuration says. */
PstRequirement pst_choices_get_mode(PstChoices *choices, PstRequirement fallback);
gboolean pst_choices_set_mode(PstChoices *choices, PstRequirement mode, GError **error);

gboolean pst_choices_is_paused(PstChoices *choices);
gboolean pst_choices_set_paused(PstChoices *choices, gboolean paused, GError **error);

void pst_choices_set_once(PstChoices *choices, PstMaybeRequirement once);
/* @left: microseconds it is still open. */
PstMaybeRequirement pst_choices_get_once(PstChoices *choices, gint64 *left);

void pst_choices_grant(PstChoices *choices, const char *key, PstRequirement requirement);
char *pst_choices_issue_token(PstChoices *choices, PstRequirement requirement);

/* What this message may use, reserved for it. @token and @token_requirement: from its header, or NULL. */
typedef struct {
  PstReservation reservation;
  PstMaybeRequirement grant, once;
  gboolean token_valid;
} PstClaims;

void pst_choices_claim(PstChoices *choices, const char *message_key, const PstHeaderChoice *header,
                       PstClaims *claims);
/* After the decision: what it did not use is open again at once. */
void pst_choices_keep(PstChoices *choices, const PstChoice *choice, PstClaims *claims);
/* The message was accepted (TRUE) or not: used up, or open again. */
void pst_choices_settle(PstChoices *choices, PstClaims *claims, gboolean accepted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstChoices, pst_choices_free)

G_END_DECLS
