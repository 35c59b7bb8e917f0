/* Envelope: sender, recipients and their ESMTP parameters (RFC 5321, 1870, 3461, 6152, 6531, 8689). A plain
 * value. */
#pragma once
#include "relay/mail/mailbox.h"

G_BEGIN_DECLS

typedef enum {
  PST_NOTIFY_UNSET = 0, /* no NOTIFY parameter */
  PST_NOTIFY_NEVER = 1 << 0,
  PST_NOTIFY_SUCCESS = 1 << 1,
  PST_NOTIFY_FAILURE = 1 << 2,
  PST_NOTIFY_DELAY = 1 << 3,
} PstNotify;

typedef enum {
  PST_RET_UNSET,
  PST_RET_FULL,
  PST_RET_HDRS,
} PstRet;

typedef enum {
  PST_BODY_7BIT,
  PST_BODY_8BITMIME,
} PstBody;

typedef struct {
  PstMailbox *mailbox;
  PstNotify notify;
  char *orcpt; /* xtext as the client gave it, or NULL */
} PstRecipient;

typedef struct {
  PstMailbox *sender;
  gboolean requiretls;
  gboolean smtputf8;
  PstBody body;
  gint64 size; /* octets the client declared; -1: none */
  PstRet ret;
  char *envid;           /* xtext, or NULL */
  GPtrArray *recipients; /* of PstRecipient */
} PstEnvelope;

PstEnvelope *pst_envelope_new(PstMailbox *sender);
void pst_envelope_free(PstEnvelope *envelope);
/* Takes ownership of nothing; returns the new recipient for its parameters to be set. */
PstRecipient *pst_envelope_add(PstEnvelope *envelope, PstMailbox *mailbox);
const PstRecipient *pst_envelope_recipient(const PstEnvelope *envelope, guint index);
/* TRUE when any address needs SMTPUTF8 (RFC 6531 section 3.4): a local part beyond ASCII. */
gboolean pst_envelope_needs_utf8(const PstEnvelope *envelope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstEnvelope, pst_envelope_free)

G_END_DECLS
