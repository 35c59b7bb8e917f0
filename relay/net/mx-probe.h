/* MX probe: one connection to one address of a mail host, to see how it receives mail, and never any mail.
 *
 * Straight-line and blocking: connect, EHLO, STARTTLS, handshake, EHLO, QUIT; ends at the deadline
 * (g_get_monotonic_time() microseconds). Any certificate is taken: what it proves is in the facts. Only what
 * is announced after TLS counts. Nothing that is said gives away who or where the user is, beyond the address
 * of this computer. */
#pragma once
#include "relay/dns/address.h"
#include "relay/net/trust-store.h"
#include "relay/trust/host-facts.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  const char *host; /* its name as the MX record has it */
  PstAddress address;
  guint16 port;
  const PstTlsaSet *tlsa;   /* what is published for the host */
  const char *const *names; /* reference names for DANE-TA */
} PstProbeTarget;

PstProbeFacts *pst_mx_probe_run(const PstProbeTarget *target, PstTrustStore *store, gint64 deadline,
                                GCancellable *cancellable);

G_END_DECLS
