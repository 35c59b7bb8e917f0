/* Sink: a submission server over implicit TLS that takes everything and keeps nothing, for measuring.
 *
 * sink FOLDER PORT — certificate and key are made in FOLDER (certificate.pem is its own root). Prints "ready"
 * and runs until it is killed; on SIGTERM prints how many messages and octets came. */
#include "relay/net/channel.h"
#include "relay/net/listener.h"
#include "relay/net/tls-server.h"
#include "relay/smtp/server-engine.h"
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define PATIENCE (60 * G_USEC_PER_SEC)

static PstTlsServer *tls_server;
static gint n_messages;
static gint64 n_octets;
static GMutex octets_lock;

static gboolean
flush(PstChannel *channel, PstServerEngine *engine)
{
  PstByteQueue *output = pst_server_engine_get_output(engine);
  gsize length, put;
  const guint8 *data;
  while ((data = pst_byte_queue_peek(output, &length)), length > 0) {
    PstIoStatus status = pst_channel_write(channel, data, length, &put);
    pst_byte_queue_pop(output, put);
    PstWaitItem item = { channel, FALSE, TRUE };
    if (status == PST_IO_AGAIN)
      pst_channel_wait(&item, 1, g_get_monotonic_time() + PATIENCE, NULL);
    else if (status != PST_IO_DONE)
      return FALSE;
  }
  return TRUE;
}

static void
count_body(PstServerEngine *engine)
{
  gsize length;
  pst_server_engine_get_body(engine, &length);
  g_mutex_lock(&octets_lock);
  n_octets += length;
  g_mutex_unlock(&octets_lock);
}

/* FALSE: the session is over. */
static gboolean
take_event(PstServerEngine *engine, PstServerEvent event)
{
  if (event == PST_SERVER_CLOSE)
    return FALSE;
  if (event == PST_SERVER_BODY) {
    count_body(engine);
  } else if (event == PST_SERVER_BODY_END) {
    g_autoptr(PstReply) reply = pst_reply_new(250, "2.0.0", "taken");
    g_atomic_int_inc(&n_messages);
    pst_server_engine_reply(engine, reply);
  } else if (event != PST_SERVER_RESET) {
    pst_server_engine_accept(engine);
  }
  return TRUE;
}

static void
serve(PstChannel *channel, PstServerEngine *engine)
{
  g_autofree guint8 *input = g_malloc(64 * 1024);
  gsize start = 0, end = 0;
  for (;;) {
    PstServerEvent event;
    while ((event = pst_server_engine_next_event(engine)) != PST_SERVER_NONE)
      if (!take_event(engine, event))
        return;
    gsize taken = pst_server_engine_feed(engine, input + start, end - start);
    start += taken;
    if (taken > 0)
      continue;
    if (!flush(channel, engine))
      return;
    PstWaitItem item = { channel, TRUE, FALSE };
    PstIoStatus status = pst_channel_read(channel, input, 64 * 1024, &end);
    start = 0;
    if (status == PST_IO_AGAIN)
      pst_channel_wait(&item, 1, g_get_monotonic_time() + PATIENCE, NULL);
    else if (status != PST_IO_DONE)
      return;
  }
}

static gpointer
connection_thread(gpointer data)
{
  PstChannel *channel = data;
  PstServerEngineOptions options = { .name = "localhost", .tls = TRUE, .max_recipients = 1000 };
  PstServerEngine *engine = pst_server_engine_new(&options);
  gint64 deadline = g_get_monotonic_time() + PATIENCE;
  if (pst_channel_handshake(channel, pst_tls_server_session(tls_server), deadline, NULL) == 0) {
    serve(channel, engine);
    flush(channel, engine);
  }
  pst_server_engine_free(engine);
  pst_channel_free(channel);
  return NULL;
}

static void
accept_connection(int fd, gpointer data)
{
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  g_thread_unref(g_thread_new("connection", connection_thread, pst_channel_new(fd)));
}

static gboolean
on_terminate(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_CONTINUE;
}

int
main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  if (argc != 3) {
    fprintf(stderr, "usage: sink FOLDER PORT\n");
    return 2;
  }
  tls_server = pst_tls_server_new(argv[1], &error);
  g_autoptr(PstListener) listener =
      tls_server != NULL ? pst_listener_new("127.0.0.1", atoi(argv[2]), accept_connection, NULL, &error)
                         : NULL;
  if (listener == NULL) {
    fprintf(stderr, "sink: %s\n", error->message);
    return 1;
  }
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  g_unix_signal_add(SIGTERM, on_terminate, loop);
  printf("ready\n");
  fflush(stdout);
  g_main_loop_run(loop);
  printf("%d messages, %" G_GINT64_FORMAT " octets\n", n_messages, n_octets);
  return 0;
}
