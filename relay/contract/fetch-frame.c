#include "relay/contract/fetch-frame.h"
#include "relay/contract/nick.h"
#include <string.h>

#define PREFIX       4
#define MAX_HOST     253
#define REQUEST_TYPE "(uqassus)"
#define ANSWER_TYPE  "(ussay)"

static const char *const status_nicks[] = { "ok",          "http-status", "redirect", "wrong-type",
                                            "too-large",   "certificate", "tls",      "broken",
                                            "unreachable", "timeout",     NULL };

const char *
pst_fetch_status_nick(PstFetchStatus status)
{
  return pst_nick_of(status_nicks, status);
}

gboolean
pst_fetch_status_parse(const char *nick, PstFetchStatus *status)
{
  guint value;
  if (!pst_nick_parse(status_nicks, nick, &value))
    return FALSE;
  *status = value;
  return TRUE;
}

/* Takes the floating @value. */
static GBytes *
to_frame(GVariant *value, gsize ceiling)
{
  g_autoptr(GVariant) owned = g_variant_ref_sink(value);
  gsize length = g_variant_get_size(owned);
  if (length > ceiling)
    return NULL;
  GByteArray *frame = g_byte_array_sized_new(PREFIX + length);
  guint32 prefix = GUINT32_TO_LE((guint32)length);
  g_byte_array_append(frame, (const guint8 *)&prefix, PREFIX);
  g_byte_array_append(frame, g_variant_get_data(owned), length);
  return g_byte_array_free_to_bytes(frame);
}

static gboolean
is_within_limits(const PstFetchRequest *request)
{
  guint n = g_strv_length(request->addresses);
  gsize length = strlen(request->host);
  return n > 0 && n <= PST_FETCH_MAX_ADDRESSES && request->port != 0 &&
         request->milliseconds <= PST_FETCH_MAX_TIME && length > 0 && length <= MAX_HOST &&
         strspn(request->host, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length;
}

GBytes *
pst_fetch_request_to_frame(const PstFetchRequest *request)
{
  if (!is_within_limits(request))
    return NULL;
  GVariant *value = g_variant_new("(uq^assus)", request->number, request->port, request->addresses,
                                  request->host, request->milliseconds, request->ca_file);
  return to_frame(value, PST_FETCH_MAX_REQUEST);
}

GBytes *
pst_fetch_answer_to_frame(const PstFetchAnswer *answer)
{
  GVariant *body = g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, answer->body, TRUE);
  GVariant *value =
      g_variant_new("(uss@ay)", answer->number, pst_fetch_status_nick(answer->status), answer->detail, body);
  return to_frame(value, PST_FETCH_MAX_ANSWER);
}

GBytes *
pst_fetch_frame_take(GByteArray *stream, gsize ceiling, gboolean *broken)
{
  guint32 length;
  *broken = FALSE;
  if (stream->len < PREFIX)
    return NULL;
  memcpy(&length, stream->data, PREFIX);
  length = GUINT32_FROM_LE(length);
  *broken = length == 0 || length > ceiling;
  if (*broken || stream->len - PREFIX < length)
    return NULL;
  GBytes *frame = g_bytes_new(stream->data + PREFIX, length);
  g_byte_array_remove_range(stream, 0, PREFIX + length);
  return frame;
}

/* NULL when @frame is no serialised value of @type: GVariant would read defaults into what is damaged. */
static GVariant *
from_frame(GBytes *frame, const char *type)
{
  g_autoptr(GVariant) value =
      g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(type), frame, FALSE));
  return g_variant_is_normal_form(value) ? g_steal_pointer(&value) : NULL;
}

gboolean
pst_fetch_request_read(PstFetchRequest *request, GBytes *frame)
{
  PstFetchRequest read = { 0 };
  g_autoptr(GVariant) value = from_frame(frame, REQUEST_TYPE);
  if (value == NULL)
    return FALSE;
  g_variant_get(value, "(uq^assus)", &read.number, &read.port, &read.addresses, &read.host,
                &read.milliseconds, &read.ca_file);
  if (!is_within_limits(&read)) {
    pst_fetch_request_clear(&read);
    return FALSE;
  }
  *request = read;
  return TRUE;
}

gboolean
pst_fetch_answer_read(PstFetchAnswer *answer, GBytes *frame)
{
  PstFetchAnswer read = { 0 };
  g_autoptr(GVariant) body = NULL;
  const char *status, *detail;
  g_autoptr(GVariant) value = from_frame(frame, ANSWER_TYPE);
  if (value == NULL)
    return FALSE;
  g_variant_get(value, "(u&s&s@ay)", &read.number, &status, &detail, &body);
  if (g_variant_get_size(body) > PST_FETCH_MAX_BODY || !pst_fetch_status_parse(status, &read.status))
    return FALSE;
  read.detail = g_strdup(detail);
  read.body = g_variant_get_data_as_bytes(body);
  *answer = read;
  return TRUE;
}

void
pst_fetch_request_clear(PstFetchRequest *request)
{
  g_strfreev(request->addresses);
  g_free(request->host);
  g_free(request->ca_file);
  *request = (PstFetchRequest){ 0 };
}

void
pst_fetch_answer_clear(PstFetchAnswer *answer)
{
  g_free(answer->detail);
  g_clear_pointer(&answer->body, g_bytes_unref);
  *answer = (PstFetchAnswer){ 0 };
}
