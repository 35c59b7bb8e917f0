/* TLSA base: under which names a mail host's TLSA records may be (RFC 7672 sections 2.1 and 2.2).
 *
 * None unless the way to the host's addresses is signed: DANE senders do not even ask then, so nothing would
 * be enforced. A host whose aliases are signed to the end is tried at their end first, then at its own name.
 * One whose own alias is signed, but leads out to where nothing is, only at its own name. */
#pragma once
#include "relay/dns/dns-answer.h"

G_BEGIN_DECLS

#define PST_TLSA_MAX_BASES 2

typedef struct {
  char *names[PST_TLSA_MAX_BASES];
  guint n_names;
  PstStanding addresses; /* of A and AAAA together */
  gboolean has_address;
} PstTlsaBases;

/* TRUE when the CNAME of @host itself must be asked for before pst_tlsa_bases_new() can say more. */
gboolean pst_tlsa_bases_need_alias(const PstAnswer *a, const PstAnswer *aaaa);

/* @a and @aaaa: answers for the host's own name; @cname: its CNAME, or NULL when that was not needed. */
PstTlsaBases *pst_tlsa_bases_new(const PstAnswer *a, const PstAnswer *aaaa, const PstAnswer *cname);
void pst_tlsa_bases_free(PstTlsaBases *bases);

/* "_25._tcp.NAME"; NULL when that is too long to be a name. Caller frees. */
char *pst_tlsa_question(const char *base);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstTlsaBases, pst_tlsa_bases_free)

G_END_DECLS
