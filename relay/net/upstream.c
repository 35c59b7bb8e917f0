#include "relay/net/upstream.h"
#include "relay/net/connector.h"
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_SIZE (16 * 1024)

struct PstUpstream {
  char *host;
  PstChannel *channel;
  PstClientEngine *engine;
  PstTlsFacts tls;
  guint8 input[INPUT_SIZE];
  gsize input_start, input_end;
  PstReason *failure;
  gboolean silent;
  gboolean reused;
};

static void
fail(PstUpstream *upstream, PstReason *reason)
{
  if (upstream->failure == NULL)
    upstream->failure = reason;
  else
    pst_reason_unref(reason);
}

static void
fail_code(PstUpstream *upstream, PstReasonCode code)
{
  fail(upstream, pst_reason_new(code, "host", upstream->host, NULL));
}

void
pst_upstream_close(PstUpstream *upstream)
{
  if (upstream == NULL)
    return;
  if (upstream->engine != NULL && upstream->failure == NULL) {
    pst_client_engine_quit(upstream->engine);
    pst_upstream_flush(upstream, 0, 0, NULL);
    pst_channel_shutdown(upstream->channel);
  }
  g_clear_pointer(&upstream->engine, pst_client_engine_free);
  g_clear_pointer(&upstream->channel, pst_channel_free);
  pst_tls_facts_clear(&upstream->tls);
  pst_reason_unref(upstream->failure);
  g_free(upstream->host);
  g_free(upstream);
}

/* A write that fails is not the last word: the server's reason may still be waiting to be read. */
static void
write_some(PstUpstream *upstream)
{
  PstByteQueue *output = pst_client_engine_get_output(upstream->engine);
  gsize length, put;
  const guint8 *data = pst_byte_queue_peek(output, &length);
  while (length > 0 && pst_channel_write(upstream->channel, data, length, &put) == PST_IO_DONE) {
    pst_byte_queue_pop(output, put);
    data = pst_byte_queue_peek(output, &length);
  }
}

/* Gives the engine what was read before; TRUE when it took any. */
static gboolean
feed_held(PstUpstream *upstream)
{
  gsize held = upstream->input_end - upstream->input_start;
  gsize taken = pst_client_engine_feed(upstream->engine, upstream->input + upstream->input_start, held);
  upstream->input_start += taken;
  return taken > 0;
}

static void
read_some(PstUpstream *upstream)
{
  gsize got;
  switch (pst_channel_read(upstream->channel, upstream->input, INPUT_SIZE, &got)) {
  case PST_IO_DONE:
    upstream->input_start = 0;
    upstream->input_end = got;
    feed_held(upstream);
    break;
  case PST_IO_AGAIN:
    break;
  case PST_IO_END:
  case PST_IO_ERROR:
    fail_code(upstream, PST_REASON_UPSTREAM_CLOSED);
    break;
  }
}

/* Waits until something can be written or read, and reads. FALSE: the connection failed or time was up. */
static gboolean
pump(PstUpstream *upstream, gint64 deadline, GCancellable *cancellable)
{
  gboolean has_input = upstream->input_start < upstream->input_end;
  gboolean has_output = pst_byte_queue_get_length(pst_client_engine_get_output(upstream->engine)) > 0;
  PstWaitItem item = { upstream->channel, !has_input, has_output };
  switch (pst_channel_wait(&item, 1, deadline, cancellable)) {
  case PST_WAIT_READY:
    if (!has_input)
      read_some(upstream);
    break;
  case PST_WAIT_TIMEOUT:
    upstream->silent = upstream->failure == NULL;
    fail_code(upstream, PST_REASON_UPSTREAM_TIMEOUT);
    break;
  case PST_WAIT_CANCELLED:
    fail(upstream, pst_reason_new(PST_REASON_SHUTTING_DOWN, NULL));
    break;
  }
  return upstream->failure == NULL;
}

static PstReasonCode
fault_code(PstClientFault fault)
{
  switch (fault) {
  case PST_CLIENT_FAULT_GREETING:
    return PST_REASON_GREETING_REFUSED;
  case PST_CLIENT_FAULT_NO_STARTTLS:
    return PST_REASON_STARTTLS_NOT_OFFERED;
  case PST_CLIENT_FAULT_STARTTLS_REFUSED:
    return PST_REASON_STARTTLS_REFUSED;
  case PST_CLIENT_FAULT_INJECTION:
    return PST_REASON_STARTTLS_INJECTION;
  case PST_CLIENT_FAULT_CLOSING:
    return PST_REASON_UPSTREAM_CLOSED;
  case PST_CLIENT_FAULT_NONE:
  case PST_CLIENT_FAULT_PROTOCOL:
  case PST_CLIENT_FAULT_NOT_CARRIED:
  case PST_CLIENT_FAULT_ABORTED:
    break;
  }
  return PST_REASON_PROTOCOL;
}

static void
fail_fault(PstUpstream *upstream)
{
  const PstReply *reply = pst_client_engine_get_reply(upstream->engine);
  g_autofree char *words = reply != NULL ? pst_reply_words(reply) : NULL;
  fail(upstream, pst_reason_new(fault_code(pst_client_engine_get_fault(upstream->engine)), "host",
                                upstream->host, "reply", words, NULL));
}

PstClientEvent
pst_upstream_ready_event(PstUpstream *upstream)
{
  PstClientEvent event = pst_client_engine_next_event(upstream->engine);
  if (event == PST_CLIENT_FAULT)
    fail_fault(upstream);
  return event;
}

PstClientEvent
pst_upstream_next_event(PstUpstream *upstream, gint64 deadline, GCancellable *cancellable)
{
  for (;;) {
    PstClientEvent event = pst_upstream_ready_event(upstream);
    if (event != PST_CLIENT_NONE)
      return event;
    if (feed_held(upstream))
      continue;
    if (upstream->failure != NULL)
      return PST_CLIENT_FAULT;
    write_some(upstream);
    pump(upstream, deadline, cancellable);
  }
}

gboolean
pst_upstream_flush(PstUpstream *upstream, gsize rest, gint64 deadline, GCancellable *cancellable)
{
  PstByteQueue *output = pst_client_engine_get_output(upstream->engine);
  for (;;) {
    write_some(upstream);
    if (pst_byte_queue_get_length(output) <= rest)
      return TRUE;
    if (upstream->failure != NULL || !pump(upstream, deadline, cancellable))
      return FALSE;
  }
}

static gboolean
start_tls(PstUpstream *upstream, PstTrustStore *store, gint64 deadline, GCancellable *cancellable)
{
  PstReason *reason =
      pst_tls_client_start(upstream->channel, upstream->host, store, deadline, cancellable, &upstream->tls);
  if (reason != NULL)
    fail(upstream, reason);
  return reason == NULL;
}

static gboolean
greet(PstUpstream *upstream, PstTrustStore *store, gint64 deadline, GCancellable *cancellable)
{
  PstClientEvent event;
  while ((event = pst_upstream_next_event(upstream, deadline, cancellable)) == PST_CLIENT_STARTTLS) {
    if (!start_tls(upstream, store, deadline, cancellable))
      return FALSE;
    pst_client_engine_tls_started(upstream->engine);
  }
  if (event != PST_CLIENT_READY && upstream->failure == NULL)
    fail_code(upstream, PST_REASON_PROTOCOL);
  return upstream->failure == NULL;
}

/* Without TLS only this computer is talked to, whatever the resolver makes of the name. */
static gboolean
is_loopback_peer(int fd)
{
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (getpeername(fd, (struct sockaddr *)&storage, &length) < 0)
    return FALSE;
  g_autoptr(GSocketAddress) address = g_socket_address_new_from_native(&storage, length);
  return G_IS_INET_SOCKET_ADDRESS(address) &&
         g_inet_address_get_is_loopback(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)));
}

PstUpstream *
pst_upstream_open(const PstUpstreamTarget *target, PstTrustStore *store, gint64 deadline,
                  GCancellable *cancellable, PstReason **reason)
{
  int fd = pst_connect(target->host, target->port, deadline, cancellable, reason);
  if (fd < 0)
    return NULL;
  if (!target->implicit_tls && !target->starttls && !is_loopback_peer(fd)) {
    *reason = pst_reason_new(PST_REASON_TLS_FAILED, "host", target->host, NULL);
    close(fd);
    return NULL;
  }
  /* The literal says nothing about this computer or its user. */
  PstClientEngineOptions options = { "[127.0.0.1]", target->implicit_tls, target->starttls };
  PstUpstream *upstream = g_new0(PstUpstream, 1);
  upstream->host = g_strdup(target->host);
  upstream->channel = pst_channel_new(fd);
  upstream->engine = pst_client_engine_new(&options);
  if ((!target->implicit_tls || start_tls(upstream, store, deadline, cancellable)) &&
      greet(upstream, store, deadline, cancellable))
    return upstream;
  *reason = pst_reason_ref(upstream->failure);
  pst_upstream_close(upstream);
  return NULL;
}

gboolean
pst_upstream_login(PstUpstream *upstream, const char *user, const PstSecret *password, gint64 deadline,
                   GCancellable *cancellable, PstReply **reply, PstReason **reason)
{
  *reply = NULL;
  *reason = NULL;
  if (!pst_client_engine_login(upstream->engine, user, password)) {
    *reason = pst_reason_new(PST_REASON_AUTH_NOT_OFFERED, "host", upstream->host, NULL);
    return FALSE;
  }
  if (pst_upstream_next_event(upstream, deadline, cancellable) != PST_CLIENT_AUTH) {
    if (upstream->failure == NULL)
      fail_code(upstream, PST_REASON_PROTOCOL);
    *reason = pst_reason_ref(upstream->failure);
    return FALSE;
  }
  const PstReply *verdict = pst_client_engine_get_reply(upstream->engine);
  if (pst_reply_is_positive(verdict))
    return TRUE;
  *reply = pst_reply_copy(verdict);
  return FALSE;
}

gboolean
pst_upstream_looks_alive(PstUpstream *upstream)
{
  if (upstream->failure != NULL)
    return FALSE;
  /* TLS 1.3 tickets make the socket readable without giving data: such a read ends in AGAIN. */
  gsize got;
  if (pst_channel_read(upstream->channel, upstream->input, INPUT_SIZE, &got) == PST_IO_AGAIN)
    return TRUE;
  /* Closed, or data nobody asked for: most likely "421". */
  fail_code(upstream, PST_REASON_UPSTREAM_CLOSED);
  return FALSE;
}

gboolean
pst_upstream_ping(PstUpstream *upstream, gint64 deadline, GCancellable *cancellable)
{
  pst_client_engine_ping(upstream->engine);
  return pst_upstream_next_event(upstream, deadline, cancellable) == PST_CLIENT_IDLE;
}

PstClientEngine *
pst_upstream_get_engine(PstUpstream *upstream)
{
  return upstream->engine;
}

const char *
pst_upstream_get_host(const PstUpstream *upstream)
{
  return upstream->host;
}

const PstTlsFacts *
pst_upstream_get_tls_facts(const PstUpstream *upstream)
{
  return &upstream->tls;
}

PstReason *
pst_upstream_get_failure(const PstUpstream *upstream)
{
  return upstream->failure;
}

gboolean
pst_upstream_is_silent(const PstUpstream *upstream)
{
  return upstream->silent;
}

void
pst_upstream_resume(PstUpstream *upstream)
{
  if (!upstream->silent)
    return;
  upstream->silent = FALSE;
  g_clear_pointer(&upstream->failure, pst_reason_unref);
}

void
pst_upstream_set_reused(PstUpstream *upstream)
{
  upstream->reused = TRUE;
}

gboolean
pst_upstream_is_reused(const PstUpstream *upstream)
{
  return upstream->reused;
}
