/* TLSA: the records that publish a server's key (RFC 6698), as SMTP uses them (RFC 7672 section 3.1).
 *
 * Usable are DANE-TA(2) and DANE-EE(3) with a known selector and matching type and data of the right form;
 * PKIX-TA(0) and PKIX-EE(1) are not. Unusable is not a mismatch: it demands TLS and proves nothing. Of
 * digests for one usage and selector only the strongest counts (RFC 7671 section 9). */
#pragma once
#include "relay/trust/tlsa-base.h"

G_BEGIN_DECLS

typedef enum {
  PST_TLSA_USAGE_TA = 2,
  PST_TLSA_USAGE_EE = 3,
} PstTlsaUsage;

typedef enum {
  PST_TLSA_SELECTOR_CERTIFICATE = 0,
  PST_TLSA_SELECTOR_SPKI = 1,
} PstTlsaSelector;

typedef enum {
  PST_TLSA_MATCHING_FULL = 0,
  PST_TLSA_MATCHING_SHA256 = 1,
  PST_TLSA_MATCHING_SHA512 = 2,
} PstTlsaMatching;

typedef struct {
  guint8 usage;
  guint8 selector;
  guint8 matching;
  GBytes *data;
} PstTlsa;

typedef enum {
  PST_TLSA_NONE,     /* proven absent, or the names are not signed */
  PST_TLSA_USABLE,   /* TLS and a matching certificate are demanded */
  PST_TLSA_UNUSABLE, /* TLS is demanded, nothing can be proven */
  PST_TLSA_UNKNOWN,  /* could not be looked up, or DNSSEC cannot be checked */
  PST_TLSA_BOGUS,    /* of addresses or records */
} PstTlsaState;

typedef struct {
  PstTlsaState state;
  char *base;         /* whose records these are: also the name to ask for in TLS; NULL without records */
  GPtrArray *records; /* of PstTlsa: those that count; empty unless USABLE */
} PstTlsaSet;

/* From the answers to the TLSA questions for each of @bases' names, in their order: the first that has
 * records counts. */
PstTlsaSet *pst_tlsa_set_new(const PstTlsaBases *bases, const PstAnswer *const *answers);
void pst_tlsa_set_free(PstTlsaSet *set);

/* NULL when too short to be one. */
PstTlsa *pst_tlsa_parse(GBytes *rdata);
void pst_tlsa_free(PstTlsa *tlsa);
gboolean pst_tlsa_is_usable(const PstTlsa *tlsa);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstTlsa, pst_tlsa_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstTlsaSet, pst_tlsa_set_free)

G_END_DECLS
