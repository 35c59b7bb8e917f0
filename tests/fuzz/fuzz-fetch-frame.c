#include "relay/contract/fetch-frame.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

/* What was taken for a request or an answer is read as the same again. */
static void
check_request(GBytes *frame)
{
  g_auto(PstFetchRequest) request = { 0 };
  g_auto(PstFetchRequest) again = { 0 };
  if (!pst_fetch_request_read(&request, frame))
    return;
  g_autoptr(GBytes) written = pst_fetch_request_to_frame(&request);
  g_autoptr(GBytes) payload = g_bytes_new_from_bytes(written, 4, g_bytes_get_size(written) - 4);
  g_assert_true(pst_fetch_request_read(&again, payload));
  g_assert_true(g_str_equal(request.host, again.host) && request.number == again.number);
}

static void
check_answer(GBytes *frame)
{
  g_auto(PstFetchAnswer) answer = { 0 };
  g_auto(PstFetchAnswer) again = { 0 };
  if (!pst_fetch_answer_read(&answer, frame))
    return;
  g_autoptr(GBytes) written = pst_fetch_answer_to_frame(&answer);
  g_autoptr(GBytes) payload = g_bytes_new_from_bytes(written, 4, g_bytes_get_size(written) - 4);
  g_assert_true(pst_fetch_answer_read(&again, payload));
  g_assert_true(g_bytes_equal(answer.body, again.body) && answer.status == again.status);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
  gboolean broken = FALSE;
  g_autoptr(GByteArray) stream = g_byte_array_new();
  g_byte_array_append(stream, data, size);
  for (;;) {
    guint before = stream->len;
    g_autoptr(GBytes) frame = pst_fetch_frame_take(stream, PST_FETCH_MAX_REQUEST, &broken);
    if (frame == NULL)
      break;
    g_assert_true(stream->len < before && !broken);
    check_request(frame);
    check_answer(frame);
  }
  g_autoptr(GBytes) whole = g_bytes_new(data, size);
  check_request(whole);
  check_answer(whole);
  return 0;
}
