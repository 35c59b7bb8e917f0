#include "relay/base/byte-queue.h"
#include <string.h>

static void
assert_holds(const PstByteQueue *queue, const char *expected)
{
  gsize length;
  const guint8 *data = pst_byte_queue_peek(queue, &length);
  g_assert_cmpmem(data, length, expected, strlen(expected));
  g_assert_cmpuint(pst_byte_queue_get_length(queue), ==, strlen(expected));
}

static void
test_order(void)
{
  g_autoptr(PstByteQueue) queue = pst_byte_queue_new(100);
  assert_holds(queue, "");
  g_assert_true(pst_byte_queue_push(queue, "abc", 3));
  g_assert_true(pst_byte_queue_printf(queue, "%d-%s", 42, "x"));
  assert_holds(queue, "abc42-x");
  pst_byte_queue_pop(queue, 4);
  assert_holds(queue, "2-x");
  pst_byte_queue_pop(queue, 4000);
  assert_holds(queue, "");
  g_assert_true(pst_byte_queue_push(queue, "again", 5));
  pst_byte_queue_clear(queue);
  assert_holds(queue, "");
}

static void
test_ceiling(void)
{
  g_autoptr(PstByteQueue) queue = pst_byte_queue_new(8);
  g_assert_true(pst_byte_queue_push(queue, "12345", 5));
  g_assert_cmpuint(pst_byte_queue_get_room(queue), ==, 3);
  g_assert_false(pst_byte_queue_push(queue, "6789", 4));
  g_assert_false(pst_byte_queue_printf(queue, "%s", "6789"));
  assert_holds(queue, "12345");
  g_assert_true(pst_byte_queue_push(queue, "678", 3));
  g_assert_false(pst_byte_queue_push(queue, "9", 1));
  assert_holds(queue, "12345678");
  g_assert_true(pst_byte_queue_push(queue, NULL, 0));
}

/* Octets keep their order however the front and the end move. */
static void
test_stream(gconstpointer secret)
{
  g_autoptr(PstByteQueue) queue = pst_byte_queue_new(40000);
  pst_byte_queue_set_secret(queue, GPOINTER_TO_INT(secret));
  guint64 written = 0, read = 0;
  for (guint round = 0; round < 3000; round++) {
    guint8 chunk[97];
    gsize n = round % G_N_ELEMENTS(chunk);
    for (gsize i = 0; i < n; i++)
      chunk[i] = (written + i) % 251;
    if (pst_byte_queue_push(queue, chunk, n))
      written += n;
    gsize length;
    const guint8 *data = pst_byte_queue_peek(queue, &length);
    g_assert_cmpuint(length, ==, written - read);
    gsize take = round % 500 == 499 ? length : MIN(length, round % 31);
    for (gsize i = 0; i < take; i++)
      g_assert_cmpuint(data[i], ==, (read + i) % 251);
    pst_byte_queue_pop(queue, take);
    read += take;
  }
  g_assert_cmpuint(read, >, 50000);
}

static void
test_secret_is_wiped(void)
{
  g_autoptr(PstByteQueue) queue = pst_byte_queue_new(100);
  pst_byte_queue_set_secret(queue, TRUE);
  pst_byte_queue_push(queue, "password", 8);
  gsize length;
  const guint8 *data = pst_byte_queue_peek(queue, &length);
  pst_byte_queue_pop(queue, 4);
  g_assert_cmpmem(data, 4, "\0\0\0\0", 4);
  g_assert_cmpmem(data + 4, 4, "word", 4);
  pst_byte_queue_clear(queue);
  g_assert_cmpmem(data, 8, "\0\0\0\0\0\0\0\0", 8);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/byte-queue/order", test_order);
  g_test_add_func("/base/byte-queue/ceiling", test_ceiling);
  g_test_add_data_func("/base/byte-queue/stream", GINT_TO_POINTER(FALSE), test_stream);
  g_test_add_data_func("/base/byte-queue/secret-stream", GINT_TO_POINTER(TRUE), test_stream);
  g_test_add_func("/base/byte-queue/secret-is-wiped", test_secret_is_wiped);
  return g_test_run();
}
