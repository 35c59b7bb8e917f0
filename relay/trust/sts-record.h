/* STS record: the TXT record at _mta-sts.<domain> that says a policy exists and names its version (RFC 8461
 * section 3.1).
 *
 * Records that do not start with "v=STSv1;" are none. Exactly one must remain and be well formed, else there
 * is no usable record. The id is compared for equality only. */
#pragma once
#include "relay/dns/dns-answer.h"

G_BEGIN_DECLS

#define PST_STS_MAX_ID 32

typedef enum {
  PST_STS_RECORD_NONE, /* believed absent */
  PST_STS_RECORD_VALID,
  PST_STS_RECORD_INVALID, /* more than one, or not well formed */
  PST_STS_RECORD_UNKNOWN, /* could not be looked up, or bogus */
} PstStsRecordState;

/* @id is set for VALID only. */
PstStsRecordState pst_sts_record_find(const PstAnswer *txt_answer, char id[PST_STS_MAX_ID + 1]);

/* One record's text, its strings joined. NONE, VALID or INVALID. */
PstStsRecordState pst_sts_record_parse(const char *text, gsize length, char id[PST_STS_MAX_ID + 1]);

G_END_DECLS
