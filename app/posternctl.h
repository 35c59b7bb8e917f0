/* posternctl: what its commands share. A command gives the exit status: 0 done, 1 a negative answer, 2 wrong
 * usage, 3 no relay to ask. With --json everything, errors too, is one JSON value on standard output. */
#pragma once
#include "relay/client/relay-call.h"

G_BEGIN_DECLS

enum {
  PST_CTL_DONE,
  PST_CTL_NEGATIVE,
  PST_CTL_USAGE,
  PST_CTL_NOT_REACHABLE,
};

typedef struct {
  gboolean json;
  gboolean once;
  gboolean all;
  int limit;
  char *search;     /* or NULL */
  char *as;         /* or NULL */
  char *format;     /* or NULL */
  char **arguments; /* behind the command, ended by NULL */
  GDBusConnection *connection;
} PstCtl;

typedef int (*PstCtlRun)(PstCtl *ctl);

int pst_ctl_status(PstCtl *ctl);
int pst_ctl_mode(PstCtl *ctl);
int pst_ctl_pause(PstCtl *ctl);
int pst_ctl_resume(PstCtl *ctl);
int pst_ctl_check(PstCtl *ctl);
int pst_ctl_history(PstCtl *ctl);
int pst_ctl_show(PstCtl *ctl);
int pst_ctl_held(PstCtl *ctl);
int pst_ctl_release(PstCtl *ctl);
int pst_ctl_discard(PstCtl *ctl);
int pst_ctl_allow_once(PstCtl *ctl);
int pst_ctl_accept_change(PstCtl *ctl);
int pst_ctl_forget(PstCtl *ctl);
int pst_ctl_delete_history(PstCtl *ctl);
int pst_ctl_client_settings(PstCtl *ctl);
int pst_ctl_report(PstCtl *ctl);
int pst_ctl_export(PstCtl *ctl);

/* Calls the relay; connects at the first call. */
GVariant *pst_ctl_call(PstCtl *ctl, const char *method, GVariant *arguments, const char *reply_type,
                       GError **error);

/* Says what went wrong and gives the exit status for it. */
int pst_ctl_fail(const PstCtl *ctl, const GError *error);
int pst_ctl_wrong_usage(const PstCtl *ctl, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* @value (floating is taken) as JSON with a line feed; caller frees. */
char *pst_ctl_to_json(GVariant *value);
/* The same on standard output. */
void pst_ctl_print_json(GVariant *value);

G_END_DECLS
