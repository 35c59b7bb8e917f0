#include "relay/net/mx-probe.h"
#include "relay/net/anchor-verify.h"
#include "relay/net/certificate-check.h"
#include "relay/net/connector.h"
#include "relay/net/tls-client.h"
#include "relay/smtp/client-engine.h"
#include <errno.h>
#include <string.h>

#define INPUT_SIZE 4096
/* A server that does not answer QUIT at once is not waited for. */
#define PARTING_TIME (G_USEC_PER_SEC / 2)

typedef struct {
  const PstProbeTarget *target;
  PstTrustStore *store;
  gint64 deadline;
  GCancellable *cancellable;
  PstProbeFacts *facts;
  PstChannel *channel;
  PstClientEngine *engine;
} Probe;

/* Takes @reason. */
static void
conclude(Probe *probe, PstProbeResult result, PstReason *reason)
{
  probe->facts->result = result;
  pst_reason_unref(probe->facts->reason);
  probe->facts->reason = reason;
}

static PstReason *
host_reason(const Probe *probe, PstReasonCode code)
{
  return pst_reason_new(code, "host", probe->target->host, NULL);
}

static PstReason *
reply_reason(const Probe *probe, PstReasonCode code)
{
  const PstReply *reply = pst_client_engine_get_reply(probe->engine);
  g_autofree char *text = reply != NULL ? pst_reply_to_text(reply) : NULL;
  if (text == NULL)
    return host_reason(probe, PST_REASON_UPSTREAM_CLOSED);
  return pst_reason_new(code, "host", probe->target->host, "reply", text, NULL);
}

static void
make_socket_address(const PstProbeTarget *target, PstSocketAddress *address)
{
  memset(address, 0, sizeof *address);
  if (target->address.is_ipv6) {
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address->address;
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = g_htons(target->port);
    memcpy(&ipv6->sin6_addr, target->address.octets, 16);
    address->length = sizeof *ipv6;
  } else {
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address->address;
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = g_htons(target->port);
    memcpy(&ipv4->sin_addr, target->address.octets, 4);
    address->length = sizeof *ipv4;
  }
}

/* An address family that this computer does not have says nothing about the host. */
static gboolean
is_our_own_lack(int number)
{
  return number == ENETUNREACH || number == EAFNOSUPPORT || number == EADDRNOTAVAIL || number == ECANCELED;
}

static gboolean
connect_to_host(Probe *probe)
{
  PstSocketAddress address;
  int number = 0;
  make_socket_address(probe->target, &address);
  int fd = pst_connect_address(&address, probe->deadline, probe->cancellable, &number);
  if (fd >= 0) {
    probe->channel = pst_channel_new(fd);
    return TRUE;
  }
  if (is_our_own_lack(number))
    conclude(probe, PST_PROBE_NOT_TRIED, host_reason(probe, PST_REASON_HOST_NOT_TRIED));
  else if (number == ETIMEDOUT)
    conclude(probe, PST_PROBE_SILENT, host_reason(probe, PST_REASON_HOST_SILENT));
  else
    conclude(probe, PST_PROBE_SILENT, host_reason(probe, PST_REASON_CONNECT_REFUSED));
  return FALSE;
}

static void
write_some(Probe *probe)
{
  PstByteQueue *output = pst_client_engine_get_output(probe->engine);
  gsize length, put;
  const guint8 *data = pst_byte_queue_peek(output, &length);
  while (length > 0 && pst_channel_write(probe->channel, data, length, &put) == PST_IO_DONE) {
    pst_byte_queue_pop(output, put);
    data = pst_byte_queue_peek(output, &length);
  }
}

/* FALSE: the server closed. The engine takes all of it: a reply that is too long for it is a fault. */
static gboolean
read_some(Probe *probe)
{
  guint8 input[INPUT_SIZE];
  gsize got;
  switch (pst_channel_read(probe->channel, input, sizeof input, &got)) {
  case PST_IO_DONE:
    pst_client_engine_feed(probe->engine, input, got);
    return TRUE;
  case PST_IO_AGAIN:
    return TRUE;
  case PST_IO_END:
  case PST_IO_ERROR:
    return FALSE;
  }
  return FALSE;
}

/* FALSE: nothing more will come, and why is concluded. */
static gboolean
pump(Probe *probe)
{
  write_some(probe);
  gboolean has_output = pst_byte_queue_get_length(pst_client_engine_get_output(probe->engine)) > 0;
  PstWaitItem item = { probe->channel, TRUE, has_output };
  switch (pst_channel_wait(&item, 1, probe->deadline, probe->cancellable)) {
  case PST_WAIT_READY:
    if (read_some(probe))
      return TRUE;
    conclude(probe, PST_PROBE_TURNED_AWAY, host_reason(probe, PST_REASON_UPSTREAM_CLOSED));
    return FALSE;
  case PST_WAIT_TIMEOUT:
    conclude(probe, PST_PROBE_TURNED_AWAY, host_reason(probe, PST_REASON_HOST_TOO_SLOW));
    return FALSE;
  case PST_WAIT_CANCELLED:
    conclude(probe, PST_PROBE_NOT_TRIED, host_reason(probe, PST_REASON_HOST_NOT_TRIED));
    return FALSE;
  }
  return FALSE;
}

static void
conclude_refusal(Probe *probe)
{
  if (pst_reply_is_temporary(pst_client_engine_get_reply(probe->engine)))
    conclude(probe, PST_PROBE_STARTTLS_LATER, reply_reason(probe, PST_REASON_HOST_ENCRYPTION_LATER));
  else
    conclude(probe, PST_PROBE_NO_STARTTLS, reply_reason(probe, PST_REASON_HOST_ENCRYPTION_REFUSED));
}

static void
conclude_fault(Probe *probe)
{
  switch (pst_client_engine_get_fault(probe->engine)) {
  case PST_CLIENT_FAULT_NO_STARTTLS:
    conclude(probe, PST_PROBE_NO_STARTTLS, host_reason(probe, PST_REASON_HOST_NO_ENCRYPTION));
    return;
  case PST_CLIENT_FAULT_STARTTLS_REFUSED:
    conclude_refusal(probe);
    return;
  case PST_CLIENT_FAULT_INJECTION:
    conclude(probe, PST_PROBE_INJECTION, host_reason(probe, PST_REASON_STARTTLS_INJECTION));
    return;
  case PST_CLIENT_FAULT_GREETING:
  case PST_CLIENT_FAULT_CLOSING:
    conclude(probe, PST_PROBE_TURNED_AWAY, reply_reason(probe, PST_REASON_HOST_TURNED_AWAY));
    return;
  case PST_CLIENT_FAULT_NONE:
  case PST_CLIENT_FAULT_PROTOCOL:
  case PST_CLIENT_FAULT_NOT_CARRIED:
  case PST_CLIENT_FAULT_ABORTED:
    conclude(probe, PST_PROBE_TURNED_AWAY, host_reason(probe, PST_REASON_PROTOCOL));
    return;
  }
}

/* Talks until the engine wants @wanted; FALSE with a conclusion when it comes to something else. */
static gboolean
talk(Probe *probe, PstClientEvent wanted)
{
  for (;;) {
    PstClientEvent event = pst_client_engine_next_event(probe->engine);
    if (event == wanted)
      return TRUE;
    if (event != PST_CLIENT_NONE) {
      conclude_fault(probe);
      return FALSE;
    }
    if (!pump(probe))
      return FALSE;
  }
}

static void
match_dane(Probe *probe, gnutls_session_t session)
{
  g_autoptr(PstCertificateFacts) shown = pst_certificate_facts_new(probe->facts->certificate);
  guint n = 0;
  const gnutls_datum_t *peers = gnutls_certificate_get_peers(session, &n);
  for (guint i = 0; peers != NULL && i < n; i++)
    pst_certificate_facts_add(shown, peers[i].data, peers[i].size);
  probe->facts->dane = pst_dane_match(probe->target->tlsa, shown->chain, probe->target->names,
                                      pst_anchor_verify, NULL, &probe->facts->dane_why);
}

/* A reset or silence in the handshake is as likely the network's doing. A server that simply closes, as some
 * do for what they do not speak, has said no. */
static PstProbeResult
result_of_handshake(int result)
{
  if (result == GNUTLS_E_INTERRUPTED)
    return PST_PROBE_NOT_TRIED;
  if (result == GNUTLS_E_TIMEDOUT || result == GNUTLS_E_PULL_ERROR || result == GNUTLS_E_PUSH_ERROR)
    return PST_PROBE_STARTTLS_LATER;
  return PST_PROBE_TLS_FAILED;
}

static gboolean
start_tls(Probe *probe)
{
  const PstProbeTarget *target = probe->target;
  const char *name = target->tlsa->base != NULL ? target->tlsa->base : target->host;
  PstTlsFacts tls = { 0 };
  PstReason *reason = NULL;
  int result =
      pst_tls_client_handshake(probe->channel, name, probe->deadline, probe->cancellable, &tls, &reason);
  if (result != GNUTLS_E_SUCCESS) {
    conclude(probe, result_of_handshake(result), reason);
    return FALSE;
  }
  gnutls_session_t session = pst_channel_get_tls(probe->channel);
  probe->facts->tls = g_strdup(tls.version);
  probe->facts->cipher = g_strdup(tls.cipher);
  probe->facts->certificate = pst_certificate_check(session, target->host, probe->store);
  match_dane(probe, session);
  pst_tls_facts_clear(&tls);
  return TRUE;
}

static void
look_after_tls(Probe *probe)
{
  pst_client_engine_tls_started(probe->engine);
  if (!talk(probe, PST_CLIENT_READY))
    return;
  const PstExtensions *extensions = pst_client_engine_get_extensions(probe->engine);
  probe->facts->requiretls = (extensions->flags & PST_EXT_REQUIRETLS) != 0;
  conclude(probe, PST_PROBE_TLS, NULL);
}

/* QUIT, and its answer is waited for, so that the server has no broken connection to note; its close is not.
 */
static void
part(Probe *probe)
{
  gint64 deadline = MIN(probe->deadline, g_get_monotonic_time() + PARTING_TIME);
  PstIoStatus status = PST_IO_AGAIN;
  pst_client_engine_quit(probe->engine);
  write_some(probe);
  PstWaitItem item = { probe->channel, TRUE, FALSE };
  while (status == PST_IO_AGAIN &&
         pst_channel_wait(&item, 1, deadline, probe->cancellable) == PST_WAIT_READY) {
    guint8 answer[INPUT_SIZE];
    gsize got;
    status = pst_channel_read(probe->channel, answer, sizeof answer, &got);
  }
  pst_channel_shutdown(probe->channel);
}

static gboolean
may_part(const Probe *probe)
{
  switch (probe->facts->result) {
  case PST_PROBE_TLS:
  case PST_PROBE_NO_STARTTLS:
    return TRUE;
  case PST_PROBE_STARTTLS_LATER:
  case PST_PROBE_TURNED_AWAY:
    return pst_channel_get_tls(probe->channel) == NULL && pst_client_engine_get_reply(probe->engine) != NULL;
  case PST_PROBE_NOT_TRIED:
  case PST_PROBE_SILENT:
  case PST_PROBE_INJECTION:
  case PST_PROBE_TLS_FAILED:
    return FALSE;
  }
  return FALSE;
}

PstProbeFacts *
pst_mx_probe_run(const PstProbeTarget *target, PstTrustStore *store, gint64 deadline,
                 GCancellable *cancellable)
{
  PstClientEngineOptions options = { .helo_name = "[127.0.0.1]", .starttls = TRUE };
  Probe probe = { .target = target, .store = store, .deadline = deadline, .cancellable = cancellable };
  probe.facts = pst_probe_facts_new(PST_PROBE_NOT_TRIED);
  probe.facts->address = pst_address_to_string(&target->address);
  if (!connect_to_host(&probe))
    return probe.facts;
  probe.engine = pst_client_engine_new(&options);
  if (talk(&probe, PST_CLIENT_STARTTLS) && start_tls(&probe))
    look_after_tls(&probe);
  if (may_part(&probe))
    part(&probe);
  pst_client_engine_free(probe.engine);
  pst_channel_free(probe.channel);
  return probe.facts;
}
