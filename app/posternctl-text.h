/* What the relay's facts read like: text for a terminal, every line with its line feed. Callers free.
 *
 * The words are those of every face of Postern (relay/contract/words.h), and nothing is said that the facts
 * do not. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

char *pst_ctl_text_status(GVariant *status);
char *pst_ctl_text_mode(GVariant *mode);
char *pst_ctl_text_check(GVariant *domains);
char *pst_ctl_text_history(GVariant *messages);
char *pst_ctl_text_message(GVariant *message);
char *pst_ctl_text_settings(GVariant *settings);
char *pst_ctl_text_report(GVariant *result);

G_END_DECLS
