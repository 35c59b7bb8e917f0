/* Host facts: what is known of one mail host of a domain, by DNS and by probes. Plain values, judged
 * elsewhere.
 *
 * A probe is one connection to one of the host's addresses. What was not seen is never filled in with a
 * guess. */
#pragma once
#include "relay/contract/certificate-result.h"
#include "relay/dns/mx-route.h"
#include "relay/trust/dane-match.h"

G_BEGIN_DECLS

typedef enum {
  PST_PROBE_NOT_TRIED,
  PST_PROBE_SILENT,         /* no connection: refused, no route, time-out */
  PST_PROBE_TURNED_AWAY,    /* connected, and told nothing: 4xx/5xx before EHLO was answered, garbage, closed,
                               tarpit */
  PST_PROBE_NO_STARTTLS,    /* a clean answer to EHLO without it, or 5xx to it */
  PST_PROBE_STARTTLS_LATER, /* 4xx to STARTTLS */
  PST_PROBE_INJECTION,      /* octets behind the 220 of STARTTLS */
  PST_PROBE_TLS_FAILED,     /* no handshake after 220: too old, alert, broken */
  PST_PROBE_TLS,
} PstProbeResult;

typedef struct {
  PstProbeResult result;
  char *address; /* as text, or NULL */
  char *tls;     /* "TLS1.3"; this and below with PST_PROBE_TLS only */
  char *cipher;
  PstCertificateResult certificate; /* by PKIX, for the host's own name */
  PstDaneResult dane;
  PstCertificateResult
      dane_why;        /* of a mismatch: what verifying from a published anchor showed, else NOT_TRUSTED */
  gboolean requiretls; /* announced after TLS */
  PstReason *reason;   /* why there is no TLS, or NULL */
} PstProbeFacts;

typedef struct {
  char *name;
  guint preference;
  gboolean is_host_name;
  PstStanding addresses; /* of A and AAAA together */
  gboolean has_address;
  PstTlsaState tlsa;
  GPtrArray *probes; /* of PstProbeFacts */
} PstHostFacts;

/* @bases and @set as found for the host; NULL (both) for one that was not looked up: nothing is known then.
 */
PstHostFacts *pst_host_facts_new(const PstMxHost *host, const PstTlsaBases *bases, const PstTlsaSet *set);
void pst_host_facts_free(PstHostFacts *facts);

PstProbeFacts *pst_probe_facts_new(PstProbeResult result);
void pst_probe_facts_free(PstProbeFacts *facts);

/* No address, and the DNS said so. */
gboolean pst_host_facts_is_absent(const PstHostFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstHostFacts, pst_host_facts_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstProbeFacts, pst_probe_facts_free)

G_END_DECLS
