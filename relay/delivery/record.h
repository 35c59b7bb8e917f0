/* Record: what history keeps of one message, its recipients and its hops. A plain value that a session fills
 * in.
 *
 * Nothing here claims more than was observed: absent (NULL) means not known. */
#pragma once
#include "relay/contract/assurance.h"
#include "relay/contract/outlook.h"
#include "relay/contract/reason.h"
#include "relay/contract/requirement.h"
#include "relay/contract/state.h"

G_BEGIN_DECLS

typedef enum {
  PST_HOP_REQUIRETLS_NOT_ASKED,
  PST_HOP_REQUIRETLS_NOT_OFFERED,
  PST_HOP_REQUIRETLS_USED,
} PstHopRequiretls;

const char *pst_hop_requiretls_nick(PstHopRequiretls value);
gboolean pst_hop_requiretls_parse(const char *nick, PstHopRequiretls *value);

typedef struct {
  char *from;
  char *to;
  PstRoute route;
  char *security;    /* "none", "starttls", "tls" */
  char *tls;         /* "TLS1.3" or NULL */
  char *cipher;      /* or NULL */
  char *certificate; /* "pkix", "dane", "none" or NULL */
  PstHopRequiretls requiretls;
  char *reply; /* the last word of that server, or NULL */
} PstHop;

typedef struct {
  char *address;
  char *domain; /* A-labels, or NULL */
  PstState state;
  PstRoute route;
  PstAssurance assurance;
  GVariant *evidence; /* a{sv} or NULL */
  gboolean has_outlook;
  PstOutlook outlook;
  PstReason *reason; /* or NULL */
  char *reply;       /* or NULL */
} PstRecipientRecord;

typedef struct {
  gint64 id;   /* 0: not stored yet */
  gint64 time; /* microseconds since 1970 UTC */
  char *message_id;
  char *subject; /* NULL when subjects are not kept */
  char *sender;  /* "" for the null path */
  char *account;
  char *client; /* listener and EHLO name, e.g. "main, [127.0.0.1]" */
  gint64 size;  /* octets of the message as taken from the client */
  PstRequirement requirement;
  PstRequirementSource source;
  PstState state;
  gboolean past_end; /* the end of data went to a server, or is about to */
  PstReason *reason; /* of the message as a whole, or NULL */
  char *reply;       /* what the client was told, or NULL */
  GBytes *digest;    /* keyed digest of sender, recipients and octets, or NULL */
  GBytes *grant_key; /* keyed digest of what a second try shares, or NULL */
  char *queue_id;    /* from the final reply, or NULL */
  char *envid;       /* ours, or NULL */
  gboolean removed_tls_required;
  gboolean header_ignored;
  gboolean demo;
  GPtrArray *recipients; /* of PstRecipientRecord */
  GPtrArray *hops;       /* of PstHop */
} PstMessageRecord;

PstMessageRecord *pst_message_record_new(void);
void pst_message_record_free(PstMessageRecord *record);
PstRecipientRecord *pst_message_record_add_recipient(PstMessageRecord *record, const char *address,
                                                     const char *domain);
PstHop *pst_message_record_add_hop(PstMessageRecord *record, const char *from, const char *to);
/* Every recipient and the message itself. */
void pst_message_record_set_state(PstMessageRecord *record, PstState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstMessageRecord, pst_message_record_free)

G_END_DECLS
