/* Load: sends messages as a mail program does, one command at a time, and says how long each took.
 *
 * load PORT plain|tls CLIENTS MESSAGES SIZE new|reuse [PASSWORD] — MESSAGES in all, shared by the clients;
 * with `new` a connection per message. Prints "N messages, R msg/s, B MB/s, p50 M ms, p99 M ms". The server's
 * certificate is not looked at: it is the same for every run that is compared. */
#include "relay/net/channel.h"
#include "relay/net/connector.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE (60 * G_USEC_PER_SEC)

typedef struct {
  guint16 port;
  gboolean tls, reuse;
  int n_clients, n_messages;
  gsize size;
  const char *password;
  char *message;
  gsize message_length;
  gint next;
  double *times; /* ms, by message */
} Load;

static gnutls_certificate_credentials_t credentials;

static void
die(const char *what)
{
  fprintf(stderr, "load: %s\n", what);
  exit(1);
}

static void
write_all(PstChannel *channel, const char *data, gsize length)
{
  while (length > 0) {
    gsize put;
    PstIoStatus status = pst_channel_write(channel, (const guint8 *)data, length, &put);
    data += put;
    length -= put;
    PstWaitItem item = { channel, FALSE, TRUE };
    if (status == PST_IO_AGAIN)
      pst_channel_wait(&item, 1, g_get_monotonic_time() + PATIENCE, NULL);
    else if (status != PST_IO_DONE)
      die("the server closed the connection");
  }
}

/* The code of one whole reply. */
static int
read_reply(PstChannel *channel)
{
  char buffer[4096];
  gsize length = 0, got;
  for (;;) {
    PstIoStatus status =
        pst_channel_read(channel, (guint8 *)buffer + length, sizeof buffer - 1 - length, &got);
    length += got;
    buffer[length] = '\0';
    PstWaitItem item = { channel, TRUE, FALSE };
    if (status == PST_IO_AGAIN)
      pst_channel_wait(&item, 1, g_get_monotonic_time() + PATIENCE, NULL);
    else if (status != PST_IO_DONE)
      die("the server closed the connection");
    const char *last = length > 2 ? g_strrstr_len(buffer, length - 2, "\r\n") : NULL;
    const char *line = last != NULL ? last + 2 : buffer;
    if (length > 5 && buffer[length - 1] == '\n' && line[3] == ' ')
      return atoi(line);
  }
}

static void
command(PstChannel *channel, const char *text, int expected)
{
  write_all(channel, text, strlen(text));
  int code = read_reply(channel);
  if (code / 100 != expected)
    die(text);
}

static void
log_in(PstChannel *channel, const char *password)
{
  g_autoptr(GByteArray) plain = g_byte_array_new();
  g_byte_array_append(plain, (const guint8 *)"\0postern", 9);
  g_byte_array_append(plain, (const guint8 *)password, strlen(password));
  g_autofree char *encoded = g_base64_encode(plain->data, plain->len);
  g_autofree char *line = g_strdup_printf("AUTH PLAIN %s\r\n", encoded);
  command(channel, line, 2);
}

static PstChannel *
open_connection(const Load *load)
{
  g_autoptr(PstReason) reason = NULL;
  int fd = pst_connect("127.0.0.1", load->port, g_get_monotonic_time() + PATIENCE, NULL, &reason);
  if (fd < 0)
    die("the server cannot be reached");
  PstChannel *channel = pst_channel_new(fd);
  if (load->tls) {
    gnutls_session_t session;
    gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    if (pst_channel_handshake(channel, session, g_get_monotonic_time() + PATIENCE, NULL) != 0)
      die("no TLS");
  }
  if (read_reply(channel) != 220)
    die("greeting");
  command(channel, "EHLO [127.0.0.1]\r\n", 2);
  if (load->password != NULL)
    log_in(channel, load->password);
  return channel;
}

static void
send_message(const Load *load, PstChannel *channel)
{
  command(channel, "MAIL FROM:<me@example.org>\r\n", 2);
  command(channel, "RCPT TO:<you@example.net>\r\n", 2);
  command(channel, "DATA\r\n", 3);
  write_all(channel, load->message, load->message_length);
  if (read_reply(channel) != 250)
    die("message not taken");
}

static gpointer
client_thread(gpointer data)
{
  Load *load = data;
  PstChannel *channel = NULL;
  int i;
  while ((i = g_atomic_int_add(&load->next, 1)) < load->n_messages) {
    gint64 start = g_get_monotonic_time();
    if (channel == NULL)
      channel = open_connection(load);
    send_message(load, channel);
    if (!load->reuse) {
      command(channel, "QUIT\r\n", 2);
      g_clear_pointer(&channel, pst_channel_free);
    }
    load->times[i] = (g_get_monotonic_time() - start) / 1000.0;
  }
  g_clear_pointer(&channel, pst_channel_free);
  return NULL;
}

static void
make_message(Load *load)
{
  GString *text = g_string_new("From: me@example.org\r\nTo: you@example.net\r\nSubject: load\r\n\r\n");
  while (text->len < load->size)
    g_string_append(text, "The quick brown fox jumps over the lazy dog, again and again and again.\r\n");
  g_string_append(text, ".\r\n");
  load->message_length = text->len;
  load->message = g_string_free(text, FALSE);
}

static int
compare_times(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void
report(Load *load, double seconds)
{
  qsort(load->times, load->n_messages, sizeof(double), compare_times);
  printf("%d messages, %.1f msg/s, %.1f MB/s, p50 %.2f ms, p99 %.2f ms\n", load->n_messages,
         load->n_messages / seconds, load->n_messages / seconds * load->message_length / 1e6,
         load->times[load->n_messages / 2], load->times[load->n_messages * 99 / 100]);
}

int
main(int argc, char **argv)
{
  if (argc < 7 || argc > 8) {
    fprintf(stderr, "usage: load PORT plain|tls CLIENTS MESSAGES SIZE new|reuse [PASSWORD]\n");
    return 2;
  }
  Load load = { .port = atoi(argv[1]),
                .tls = g_str_equal(argv[2], "tls"),
                .n_clients = atoi(argv[3]),
                .n_messages = atoi(argv[4]),
                .size = atoi(argv[5]),
                .reuse = g_str_equal(argv[6], "reuse"),
                .password = argc > 7 ? argv[7] : NULL };
  gnutls_certificate_allocate_credentials(&credentials);
  load.times = g_new0(double, load.n_messages);
  make_message(&load);
  g_autofree GThread **threads = g_new(GThread *, load.n_clients);
  gint64 start = g_get_monotonic_time();
  for (int i = 0; i < load.n_clients; i++)
    threads[i] = g_thread_new("client", client_thread, &load);
  for (int i = 0; i < load.n_clients; i++)
    g_thread_join(threads[i]);
  report(&load, (g_get_monotonic_time() - start) / 1e6);
  return 0;
}
