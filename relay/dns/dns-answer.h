/* Answer: what the DNS said to one question, together with how far it can be believed.
 *
 * Immutable and counted. Names are presentation form, lower case, without the final dot. A bogus or failed
 * answer never holds records: a caller cannot use forged data by forgetting to look. A proven absence and an
 * unproven one differ only in their standing. At most PST_ANSWER_MAX_RECORDS records; more make the answer a
 * failed one. */
#pragma once
#include "relay/contract/reason.h"

G_BEGIN_DECLS

#define PST_ANSWER_MAX_RECORDS 1000

typedef enum {
  PST_DNS_A = 1,
  PST_DNS_NS = 2,
  PST_DNS_CNAME = 5,
  PST_DNS_MX = 15,
  PST_DNS_TXT = 16,
  PST_DNS_AAAA = 28,
  PST_DNS_DNSKEY = 48,
  PST_DNS_TLSA = 52,
} PstDnsType;

/* Ordered: a greater value can be believed less. Of a chain of aliases the weakest link counts. */
typedef enum {
  PST_STANDING_SECURE,    /* validated by DNSSEC, data and absence alike */
  PST_STANDING_INSECURE,  /* proven to be unsigned: anybody on the path may have made it */
  PST_STANDING_UNCHECKED, /* DNSSEC cannot be checked from here: whether it is signed is not known */
  PST_STANDING_FAILED,    /* no answer: time-out, SERVFAIL, REFUSED, cancelled */
  PST_STANDING_BOGUS,     /* signatures are missing, expired or wrong */
} PstStanding;

typedef enum {
  PST_PRESENCE_UNKNOWN, /* failed or bogus */
  PST_PRESENCE_RECORDS,
  PST_PRESENCE_NO_DATA, /* the name exists, no record of this type does */
  PST_PRESENCE_NO_NAME,
} PstPresence;

typedef struct {
  char *name;
  PstDnsType type;
  PstStanding standing;
  PstPresence presence;
  char *canonical_name; /* where the aliases ended; equal to @name without any */
  guint ttl;            /* seconds */
  GPtrArray *records;   /* of GBytes: rdata in wire form; empty unless PRESENCE_RECORDS */
  PstReason *reason;    /* why it failed or is bogus, else NULL */
} PstAnswer;

/* @standing SECURE, INSECURE or UNCHECKED; @canonical_name NULL: @name. Takes @records (of GBytes with a free
 * function); none make it an absence of data. */
PstAnswer *pst_answer_new_records(const char *name, PstDnsType type, PstStanding standing,
                                  const char *canonical_name, guint ttl, GPtrArray *records);
/* @presence NO_DATA or NO_NAME. */
PstAnswer *pst_answer_new_absent(const char *name, PstDnsType type, PstStanding standing,
                                 const char *canonical_name, guint ttl, PstPresence presence);
/* @standing FAILED or BOGUS. Takes @reason. */
PstAnswer *pst_answer_new_failed(const char *name, PstDnsType type, PstStanding standing, PstReason *reason);
PstAnswer *pst_answer_ref(PstAnswer *answer);
void pst_answer_unref(PstAnswer *answer);

gboolean pst_answer_has_records(const PstAnswer *answer);
/* Believed absent: nothing is said by a failed or bogus answer. */
gboolean pst_answer_is_absent(const PstAnswer *answer);
gboolean pst_answer_is_alias(const PstAnswer *answer);
PstStanding pst_standing_weaker(PstStanding a, PstStanding b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstAnswer, pst_answer_unref)

G_END_DECLS
