/* Domains in short: facts of a domain from a few letters, for the tables of the ladder's tests.
 *
 * A host is "NAME ADDRESSES TLSA PROBES". ADDRESSES: S I U F B (standing), then '+' for some or '-' for none.
 * TLSA: n(one) u(sable) x (unusable) ? (unknown) b(ogus). PROBES, any number: 'T' with the certificate (v e y
 * h s r w n b 0 as in certificate-result.h), DANE (m match, x mismatch, u unusable, n none, ? unknown) and
 * 'r' or '.' for REQUIRETLS; '-' not tried, q silent, a turned away, c no STARTTLS, l later, i injection, f
 * TLS failed. */
#pragma once
#include "relay/trust/outlook-ladder.h"

typedef struct {
  PstDomainFacts facts;
  PstMxRoute *route;
  PstStsPolicy *policy;
} Domain;

/* @mx: S I U F B for hosts, then 'i' implicit, 'n' null, 'x' no domain, 't' truncated. @policy: "MODE
 * PATTERN…" or NULL. */
void domain_make(Domain *domain, const char *mx, const char *policy, PstProbing probing,
                 const char *const *hosts, guint n_hosts);
void domain_clear(Domain *domain);
