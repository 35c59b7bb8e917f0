#include "relay/contract/fetch-frame.h"
#include <string.h>

static GByteArray *
stream_of(GBytes *frame, gsize length)
{
  GByteArray *stream = g_byte_array_new();
  g_byte_array_append(stream, g_bytes_get_data(frame, NULL), length);
  return stream;
}

/* The frame without its length, arriving @step octets at a time. */
static GBytes *
take_in_steps(GBytes *frame, gsize step)
{
  gsize length;
  const guint8 *octets = g_bytes_get_data(frame, &length);
  g_autoptr(GByteArray) stream = g_byte_array_new();
  for (gsize at = 0; at < length; at += step) {
    gboolean broken;
    g_byte_array_append(stream, octets + at, MIN(step, length - at));
    GBytes *taken = pst_fetch_frame_take(stream, PST_FETCH_MAX_ANSWER, &broken);
    g_assert_false(broken);
    g_assert_cmpint(taken != NULL, ==, at + step >= length);
    if (taken != NULL) {
      g_assert_cmpuint(stream->len, ==, 0);
      return taken;
    }
  }
  g_assert_not_reached();
}

static void
test_request(void)
{
  static const gsize steps[] = { 1, 3, G_MAXSSIZE };
  char *addresses[] = { (char *)"192.0.2.1", (char *)"2001:db8::1", NULL };
  const PstFetchRequest request = { 7,         443,
                                    addresses, (char *)"mta-sts.example.org",
                                    1500,      (char *)"/etc/ca.pem" };
  g_autoptr(GBytes) frame = pst_fetch_request_to_frame(&request);
  for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
    g_auto(PstFetchRequest) read = { 0 };
    g_autoptr(GBytes) taken = take_in_steps(frame, steps[i]);
    g_assert_true(pst_fetch_request_read(&read, taken));
    g_assert_cmpuint(read.number, ==, 7);
    g_assert_cmpuint(read.port, ==, 443);
    g_assert_true(g_strv_equal((const char *const *)read.addresses, (const char *const *)addresses));
    g_assert_cmpstr(read.host, ==, "mta-sts.example.org");
    g_assert_cmpuint(read.milliseconds, ==, 1500);
    g_assert_cmpstr(read.ca_file, ==, "/etc/ca.pem");
  }
}

static void
test_answer(void)
{
  static const gsize sizes[] = { 0, 1, PST_FETCH_MAX_BODY };
  g_autofree guint8 *octets = g_malloc0(PST_FETCH_MAX_BODY + PST_FETCH_MAX_REQUEST);
  for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
    g_auto(PstFetchAnswer) read = { 0 };
    g_autoptr(GBytes) body = g_bytes_new(octets, sizes[i]);
    const PstFetchAnswer answer = { 8, PST_FETCH_HTTP_STATUS, (char *)"404", body };
    g_autoptr(GBytes) frame = pst_fetch_answer_to_frame(&answer);
    g_autoptr(GBytes) taken = take_in_steps(frame, 4099);
    g_assert_true(pst_fetch_answer_read(&read, taken));
    g_assert_cmpuint(read.number, ==, 8);
    g_assert_cmpint(read.status, ==, PST_FETCH_HTTP_STATUS);
    g_assert_cmpstr(read.detail, ==, "404");
    g_assert_true(g_bytes_equal(read.body, body));
  }
}

static void
test_too_much(void)
{
  g_autofree guint8 *octets = g_malloc0(PST_FETCH_MAX_ANSWER);
  g_autofree char *path = g_strnfill(PST_FETCH_MAX_REQUEST, 'a');
  g_autoptr(GBytes) body = g_bytes_new(octets, PST_FETCH_MAX_BODY + 1);
  g_autoptr(GBytes) larger = g_bytes_new(octets, PST_FETCH_MAX_ANSWER);
  char *addresses[] = { (char *)"192.0.2.1", NULL };
  const PstFetchRequest request = { 1, 443, addresses, (char *)"a.test", 1, path };
  g_assert_null(pst_fetch_request_to_frame(&request));
  PstFetchAnswer answer = { 1, PST_FETCH_OK, (char *)"", larger };
  g_assert_null(pst_fetch_answer_to_frame(&answer));
  answer.body = body;
  g_auto(PstFetchAnswer) read = { 0 };
  g_autoptr(GBytes) frame = pst_fetch_answer_to_frame(&answer);
  g_autoptr(GBytes) taken = take_in_steps(frame, G_MAXSSIZE);
  g_assert_false(pst_fetch_answer_read(&read, taken));
}

static void
test_requests_refused(void)
{
  static const struct {
    guint16 port;
    guint n_addresses;
    const char *host;
    guint32 milliseconds;
    gboolean good;
  } rows[] = {
    { 443, 1, "a.test", PST_FETCH_MAX_TIME, TRUE },
    { 443, PST_FETCH_MAX_ADDRESSES, "a.test", 1, TRUE },
    { 443, PST_FETCH_MAX_ADDRESSES + 1, "a.test", 1, FALSE },
    { 443, 0, "a.test", 1, FALSE },
    { 0, 1, "a.test", 1, FALSE },
    { 443, 1, "", 1, FALSE },
    { 443, 1, "a.test/b", 1, FALSE },
    { 443, 1, "user@a.test", 1, FALSE },
    { 443, 1, "a.test", PST_FETCH_MAX_TIME + 1, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    char *addresses[PST_FETCH_MAX_ADDRESSES + 2] = { NULL };
    for (guint j = 0; j < rows[i].n_addresses; j++)
      addresses[j] = (char *)"192.0.2.1";
    const PstFetchRequest request = {
      1, rows[i].port, addresses, (char *)rows[i].host, rows[i].milliseconds, (char *)""
    };
    g_auto(PstFetchRequest) read = { 0 };
    g_autoptr(GBytes) frame = pst_fetch_request_to_frame(&request);
    g_autoptr(GVariant) value = g_variant_ref_sink(
        g_variant_new("(uq^assus)", 1, rows[i].port, addresses, rows[i].host, rows[i].milliseconds, ""));
    g_autoptr(GBytes) payload = g_variant_get_data_as_bytes(value);
    g_test_message("row %u", i);
    g_assert_cmpint(frame != NULL, ==, rows[i].good);
    g_assert_cmpint(pst_fetch_request_read(&read, payload), ==, rows[i].good);
  }
}

/* Lengths that can never be, and values cut short or of the other type. */
static void
test_broken(void)
{
  static const guint8 nothing[] = { 0, 0, 0, 0 }, huge[] = { 0xff, 0xff, 0xff, 0xff, 1 };
  const struct {
    const guint8 *octets;
    gsize length;
  } rows[] = { { nothing, sizeof nothing }, { huge, sizeof huge } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    gboolean broken;
    g_autoptr(GBytes) octets = g_bytes_new_static(rows[i].octets, rows[i].length);
    g_autoptr(GByteArray) stream = stream_of(octets, rows[i].length);
    g_assert_null(pst_fetch_frame_take(stream, PST_FETCH_MAX_ANSWER, &broken));
    g_assert_true(broken);
  }
  char *addresses[] = { (char *)"192.0.2.1", NULL };
  const PstFetchRequest request = { 1, 443, addresses, (char *)"a.test", 1, (char *)"" };
  g_autoptr(GBytes) frame = pst_fetch_request_to_frame(&request);
  g_autoptr(GBytes) taken = take_in_steps(frame, G_MAXSSIZE);
  for (gsize length = 1; length < g_bytes_get_size(taken); length++) {
    g_auto(PstFetchRequest) read = { 0 };
    g_auto(PstFetchAnswer) answer = { 0 };
    g_autoptr(GBytes) part = g_bytes_new_from_bytes(taken, 0, length);
    g_assert_false(pst_fetch_request_read(&read, part));
    g_assert_false(pst_fetch_answer_read(&answer, part));
  }
  g_auto(PstFetchAnswer) answer = { 0 };
  g_assert_false(pst_fetch_answer_read(&answer, taken));
}

static void
test_nicks(void)
{
  for (guint i = 0; i <= PST_FETCH_TIMEOUT; i++) {
    PstFetchStatus status;
    g_assert_true(pst_fetch_status_parse(pst_fetch_status_nick(i), &status));
    g_assert_cmpuint(status, ==, i);
  }
  PstFetchStatus status;
  g_assert_false(pst_fetch_status_parse("fine", &status));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/fetch-frame/request", test_request);
  g_test_add_func("/fetch-frame/answer", test_answer);
  g_test_add_func("/fetch-frame/too-much", test_too_much);
  g_test_add_func("/fetch-frame/requests-refused", test_requests_refused);
  g_test_add_func("/fetch-frame/broken", test_broken);
  g_test_add_func("/fetch-frame/nicks", test_nicks);
  return g_test_run();
}
