#include "relay/fetch/policy-get.h"
#include "relay/fetch/pinned-address.h"
#include "relay/fetch/site-certificate.h"
#include "relay/fetch/trusted-roots.h"
#include <libsoup/soup.h>

#define PATH  "/.well-known/mta-sts.txt"
#define CHUNK 8192

typedef struct {
  PstFetchRequest request;
  PstPolicyGetFunc func;
  gpointer data;
  SoupSession *session;
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  GCancellable *cancellable;
  guint timer;
  gboolean timed_out, connected, handshaken;
  PstCertificateResult certificate;
} PolicyGet;

static void
policy_get_free(PolicyGet *get)
{
  g_clear_handle_id(&get->timer, g_source_remove);
  soup_session_abort(get->session);
  g_signal_handlers_disconnect_by_data(get->message, get);
  g_clear_object(&get->stream);
  g_object_unref(get->message);
  g_object_unref(get->session);
  g_object_unref(get->cancellable);
  g_byte_array_unref(get->body);
  pst_fetch_request_clear(&get->request);
  g_free(get);
}

static void
finish(PolicyGet *get, PstFetchStatus status, const char *detail)
{
  GBytes *body = status == PST_FETCH_OK ? g_bytes_new(get->body->data, get->body->len) : g_bytes_new(NULL, 0);
  PstFetchAnswer answer = { get->request.number, status, g_strdup(detail), body };
  get->func(&answer, get->data);
  policy_get_free(get);
}

static void
finish_with_certificate(PolicyGet *get)
{
  finish(get, PST_FETCH_CERTIFICATE, pst_certificate_result_nick(get->certificate));
}

static void
fail(PolicyGet *get)
{
  if (get->timed_out)
    finish(get, PST_FETCH_TIMEOUT, "");
  else if (get->certificate != PST_CERTIFICATE_VALID)
    finish_with_certificate(get);
  else if (!get->connected)
    finish(get, PST_FETCH_UNREACHABLE, "");
  else
    finish(get, get->handshaken ? PST_FETCH_BROKEN : PST_FETCH_TLS, "");
}

static gboolean
time_is_up(gpointer data)
{
  PolicyGet *get = data;
  get->timer = 0;
  get->timed_out = TRUE;
  g_cancellable_cancel(get->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
accept_certificate(SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags flags,
                   gpointer data)
{
  PolicyGet *get = data;
  get->certificate = pst_site_certificate_judge(certificate, flags, get->request.host);
  return get->certificate == PST_CERTIFICATE_VALID;
}

/* libsoup takes the end of a connection for the end of a body, also where somebody on the way cut it off. */
static void
note_progress(SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer data)
{
  PolicyGet *get = data;
  get->connected |= event == G_SOCKET_CLIENT_CONNECTED;
  get->handshaken |= event == G_SOCKET_CLIENT_TLS_HANDSHAKED;
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(connection), TRUE);
}

static void read_on(PolicyGet *get);

static void
take_chunk(GObject *object, GAsyncResult *result, gpointer data)
{
  PolicyGet *get = data;
  g_autoptr(GBytes) chunk = g_input_stream_read_bytes_finish(G_INPUT_STREAM(object), result, NULL);
  if (chunk == NULL) {
    fail(get);
    return;
  }
  gsize length;
  const guint8 *octets = g_bytes_get_data(chunk, &length);
  if (length == 0) {
    finish(get, PST_FETCH_OK, "");
  } else if (length > PST_FETCH_MAX_BODY - get->body->len) {
    finish(get, PST_FETCH_TOO_LARGE, "");
  } else {
    g_byte_array_append(get->body, octets, length);
    read_on(get);
  }
}

static void
read_on(PolicyGet *get)
{
  g_input_stream_read_bytes_async(get->stream, CHUNK, G_PRIORITY_DEFAULT, get->cancellable, take_chunk, get);
}

/* GLib hears no objection where it matched a common name: names are looked at here in any case. */
static gboolean
is_authentic(PolicyGet *get)
{
  GTlsCertificate *certificate = soup_message_get_tls_peer_certificate(get->message);
  get->certificate = certificate != NULL ? pst_site_certificate_judge(certificate, 0, get->request.host)
                                         : PST_CERTIFICATE_NONE;
  return get->certificate == PST_CERTIFICATE_VALID;
}

static gboolean
is_plain_text(SoupMessage *message)
{
  const char *type = soup_message_headers_get_content_type(soup_message_get_response_headers(message), NULL);
  return type != NULL && g_ascii_strcasecmp(type, "text/plain") == 0;
}

static void
take_head(GObject *object, GAsyncResult *result, gpointer data)
{
  PolicyGet *get = data;
  get->stream = soup_session_send_finish(get->session, result, NULL);
  if (get->stream == NULL) {
    fail(get);
    return;
  }
  guint status = soup_message_get_status(get->message);
  g_autofree char *number = g_strdup_printf("%u", status);
  if (!is_authentic(get))
    finish_with_certificate(get);
  else if (soup_message_get_tls_protocol_version(get->message) < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    finish(get, PST_FETCH_TLS, "");
  else if (SOUP_STATUS_IS_REDIRECTION(status))
    finish(get, PST_FETCH_REDIRECT, number);
  else if (status != SOUP_STATUS_OK)
    finish(get, PST_FETCH_HTTP_STATUS, number);
  else if (!is_plain_text(get->message))
    finish(get, PST_FETCH_WRONG_TYPE, "");
  else
    read_on(get);
}

static SoupSession *
new_session(const PstFetchRequest *request)
{
  g_autoptr(PstPinnedAddress) address =
      pst_pinned_address_new(request->host, request->addresses, request->port);
  if (address == NULL)
    return NULL;
  g_autoptr(PstTrustedRoots) roots = pst_trusted_roots_new(request->ca_file);
  SoupSession *session = soup_session_new_with_options("remote-connectable", address, "proxy-resolver", NULL,
                                                       "tls-database", roots, NULL);
  soup_session_remove_feature_by_type(session, SOUP_TYPE_CONTENT_DECODER);
  return session;
}

static SoupMessage *
new_message(PolicyGet *get)
{
  g_autofree char *uri = g_strconcat("https://", get->request.host, PATH, NULL);
  SoupMessage *message = soup_message_new(SOUP_METHOD_GET, uri);
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect(message, "accept-certificate", G_CALLBACK(accept_certificate), get);
  g_signal_connect(message, "network-event", G_CALLBACK(note_progress), get);
  return message;
}

gboolean
pst_policy_get(PstFetchRequest *request, PstPolicyGetFunc func, gpointer data)
{
  SoupSession *session = new_session(request);
  if (session == NULL)
    return FALSE;
  PolicyGet *get = g_new0(PolicyGet, 1);
  get->request = *request;
  *request = (PstFetchRequest){ 0 };
  get->func = func;
  get->data = data;
  get->session = session;
  get->body = g_byte_array_new();
  get->cancellable = g_cancellable_new();
  get->message = new_message(get);
  get->timer = g_timeout_add(get->request.milliseconds, time_is_up, get);
  soup_session_send_async(get->session, get->message, G_PRIORITY_DEFAULT, get->cancellable, take_head, get);
  return TRUE;
}
