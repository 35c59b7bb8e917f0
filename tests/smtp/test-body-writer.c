#include "relay/smtp/body-writer.h"
#include <string.h>

#define CEILING (256 * 1024)

typedef struct {
  PstFraming framing;
  const char *message;
  const char *wire;
} Row;

static const Row rows[] = {
  { PST_FRAMING_DOTS, "", ".\r\n" },
  { PST_FRAMING_DOTS, "a: b\r\n\r\ntext\r\n", "a: b\r\n\r\ntext\r\n.\r\n" },
  /* T10: dots at the first octet, alone, doubled, inside a line */
  { PST_FRAMING_DOTS, ".\r\n", "..\r\n.\r\n" },
  { PST_FRAMING_DOTS, "..\r\n...\r\n", "...\r\n....\r\n.\r\n" },
  { PST_FRAMING_DOTS, "a\r\n.b\r\nc.d.\r\n", "a\r\n..b\r\nc.d.\r\n.\r\n" },
  { PST_FRAMING_DOTS, "a\r\n.\r\nMAIL FROM:<x>\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n" },
  /* T13: no last line end */
  { PST_FRAMING_DOTS, "a", "a\r\n.\r\n" },
  { PST_FRAMING_DOTS, "a\r", "a\r\r\n.\r\n" },
  { PST_FRAMING_DOTS, "a\n", "a\n\r\n.\r\n" },
  { PST_FRAMING_DOTS, "\r\n", "\r\n.\r\n" },
  /* T1 to T7: what a lenient server could take for the end of data */
  { PST_FRAMING_DOTS, "a\n.\nMAIL", "a\n..\nMAIL\r\n.\r\n" },
  { PST_FRAMING_DOTS, "a\n.\r\nMAIL", "a\n..\r\nMAIL\r\n.\r\n" },
  { PST_FRAMING_DOTS, "a\r.\rMAIL", "a\r..\rMAIL\r\n.\r\n" },
  { PST_FRAMING_DOTS, "a\r.\r\nMAIL", "a\r..\r\nMAIL\r\n.\r\n" },
  { PST_FRAMING_CHUNKS, "", "BDAT 0 LAST\r\n" },
  { PST_FRAMING_CHUNKS, ".\r\n", "BDAT 3 LAST\r\n.\r\n" },
  { PST_FRAMING_CHUNKS, "a: b\r\n\r\n..c", "BDAT 11 LAST\r\na: b\r\n\r\n..c" },
};

static void
check_row(const Row *row, gsize step)
{
  g_autoptr(PstByteQueue) output = pst_byte_queue_new(CEILING);
  g_autoptr(PstBodyWriter) writer = pst_body_writer_new(output);
  g_assert_true(pst_body_writer_start(writer, row->framing));
  gsize length = strlen(row->message), wire_length, i = 0;
  gboolean chunk;
  for (; i + step < length; i += step) {
    g_assert_true(pst_body_writer_add(writer, (const guint8 *)row->message + i, step, &chunk));
    g_assert_false(chunk);
  }
  g_assert_true(pst_body_writer_finish(writer, (const guint8 *)row->message + i, length - i));
  const guint8 *wire = pst_byte_queue_peek(output, &wire_length);
  g_assert_cmpmem(wire, wire_length, row->wire, strlen(row->wire));
}

static void
test_rows(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    check_row(&rows[i], 1);
    check_row(&rows[i], 3);
    check_row(&rows[i], 1000);
  }
}

static void
test_restart_forgets(void)
{
  g_autoptr(PstByteQueue) output = pst_byte_queue_new(CEILING);
  g_autoptr(PstBodyWriter) writer = pst_body_writer_new(output);
  gboolean chunk;
  g_assert_true(pst_body_writer_start(writer, PST_FRAMING_CHUNKS));
  g_assert_true(pst_body_writer_add(writer, (const guint8 *)"given up", 8, &chunk));
  g_assert_true(pst_body_writer_start(writer, PST_FRAMING_CHUNKS));
  g_assert_true(pst_body_writer_finish(writer, (const guint8 *)"sent", 4));
  gsize length;
  const guint8 *wire = pst_byte_queue_peek(output, &length);
  g_assert_cmpmem(wire, length, "BDAT 4 LAST\r\nsent", 17);
}

/* Whatever the message, what get_room() promises fits, and the end fits behind it. */
static void
fill_up(PstFraming framing, gsize piece, gsize at_least)
{
  g_autoptr(PstByteQueue) output = pst_byte_queue_new(CEILING);
  g_autoptr(PstBodyWriter) writer = pst_body_writer_new(output);
  g_autofree guint8 *worst = g_malloc(CEILING);
  for (gsize i = 0; i < CEILING; i++)
    worst[i] = i % 2 == 0 ? '.' : '\n';
  g_assert_true(pst_body_writer_start(writer, framing));
  gsize taken = 0, room;
  gboolean chunk;
  while ((room = pst_body_writer_get_room(writer)) > 0) {
    g_assert_false(pst_body_writer_add(writer, worst, room + 1, &chunk));
    gsize length = MIN(room, piece);
    g_assert_true(pst_body_writer_add(writer, worst, length, &chunk));
    taken += length;
  }
  g_assert_cmpuint(taken, >=, at_least);
  g_assert_true(pst_body_writer_finish(writer, worst, 0));
}

static void
test_room_is_kept(void)
{
  static const gsize pieces[] = { 7, 1000, PST_CHUNK_SIZE - 1, PST_CHUNK_SIZE, CEILING };
  for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
    fill_up(PST_FRAMING_DOTS, pieces[i], CEILING / 2);
    fill_up(PST_FRAMING_CHUNKS, pieces[i], CEILING - 1000);
  }
}

static void
test_no_room_to_start(void)
{
  g_autoptr(PstByteQueue) output = pst_byte_queue_new(100);
  g_autoptr(PstBodyWriter) writer = pst_body_writer_new(output);
  g_assert_true(pst_byte_queue_printf(output, "%050d", 0));
  g_assert_false(pst_body_writer_start(writer, PST_FRAMING_CHUNKS));
  pst_byte_queue_clear(output);
  g_assert_true(pst_body_writer_start(writer, PST_FRAMING_CHUNKS));
}

static void
test_chunks(void)
{
  g_autoptr(PstByteQueue) output = pst_byte_queue_new(CEILING);
  g_autoptr(PstBodyWriter) writer = pst_body_writer_new(output);
  g_autofree guint8 *zeros = g_malloc0(PST_CHUNK_SIZE);
  gboolean chunk;
  gsize length;
  g_assert_true(pst_body_writer_start(writer, PST_FRAMING_CHUNKS));
  g_assert_true(pst_body_writer_add(writer, zeros, PST_CHUNK_SIZE - 1, &chunk));
  g_assert_false(chunk);
  g_assert_cmpuint(pst_byte_queue_get_length(output), ==, 0);
  g_assert_true(pst_body_writer_add(writer, zeros, 2, &chunk));
  g_assert_true(chunk);
  g_assert_true(g_str_has_prefix((const char *)pst_byte_queue_peek(output, &length), "BDAT 32769\r\n"));
  g_assert_cmpuint(length, ==, strlen("BDAT 32769\r\n") + PST_CHUNK_SIZE + 1);
  pst_byte_queue_clear(output);
  g_assert_true(pst_body_writer_finish(writer, zeros, 1));
  g_assert_cmpmem(pst_byte_queue_peek(output, &length), length, "BDAT 1 LAST\r\n", 14);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/body-writer/rows", test_rows);
  g_test_add_func("/body-writer/restart-forgets", test_restart_forgets);
  g_test_add_func("/body-writer/room-is-kept", test_room_is_kept);
  g_test_add_func("/body-writer/no-room-to-start", test_no_room_to_start);
  g_test_add_func("/body-writer/chunks", test_chunks);
  return g_test_run();
}
