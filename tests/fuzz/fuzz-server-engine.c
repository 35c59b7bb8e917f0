/* Plays dialogues that nobody would write to the server engine, whole and octet by octet. Beyond not
 * crashing, both must come to the same, and the engine must make progress: once nothing is unanswered, an end
 * of data and lines that are no commands end it, in whatever state it is. */
#include "tests/support/dialogue.h"
#include "tests/support/server-host.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* What was said and what happened, each in its order. */
typedef struct {
  PstServerHost *host;
  GString *said;
  GString *happened;
} Run;

static void
gather(Run *run)
{
  PstByteQueue *output = pst_server_engine_get_output(pst_server_host_get_engine(run->host));
  gsize length;
  const guint8 *data = pst_byte_queue_peek(output, &length);
  if (length > 0)
    g_string_append_len(run->said, (const char *)data, length);
  pst_byte_queue_pop(output, length);
  char *event;
  while ((event = pst_server_host_take_event(run->host)) != NULL) {
    g_string_append_printf(run->happened, "%s\n", event);
    g_free(event);
  }
}

static void
settle(Run *run)
{
  while (pst_server_host_get_unanswered(run->host) != PST_SERVER_NONE) {
    gboolean done = pst_server_host_act(run->host, "refuse 550 5.7.1 no") ||
                    pst_server_host_act(run->host, "reply 554 5.6.0 no") ||
                    pst_server_host_act(run->host, "tls");
    g_assert_true(done);
    gather(run);
  }
}

/* A host that lets a client send more than is taken unanswered has closed the connection long ago. */
static void
feed(Run *run, const guint8 *data, gsize length)
{
  if (!pst_server_host_feed(run->host, data, length))
    settle(run);
}

static void
play_item(Run *run, const PstDialogueItem *item)
{
  if (item->mark == 'C')
    feed(run, item->octets->data, item->octets->len);
  else if (item->mark == '<')
    pst_server_host_act(run->host, item->text);
  gather(run);
}

static void
play(Run *run, const GPtrArray *items)
{
  static const char *const farewell[] = { "\r\n.\r\n", "\r\n.\r\n", "\r\n.\r\n" };
  for (guint i = 0; i < items->len; i++)
    play_item(run, items->pdata[i]);
  for (guint i = 0; i < G_N_ELEMENTS(farewell); i++) {
    settle(run);
    g_assert_true(pst_server_host_feed(run->host, (const guint8 *)farewell[i], strlen(farewell[i])));
    gather(run);
  }
  g_assert_true(pst_server_host_is_over(run->host));
}

static void
run_init(Run *run, gsize step)
{
  run->host = pst_server_host_new(step);
  run->said = g_string_new(NULL);
  run->happened = g_string_new(NULL);
}

static void
run_clear(Run *run)
{
  pst_server_host_free(run->host);
  g_string_free(run->said, TRUE);
  g_string_free(run->happened, TRUE);
}

/* Whether octets stand behind STARTTLS is the one thing that depends on how they come: 554 for those in one
 * piece with it (T16). */
static gboolean
is_early(const Run *whole)
{
  return strstr(whole->said->str, "\r\n554 5.5.0 ") != NULL;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_autoptr(GPtrArray) items = pst_dialogue_parse((const char *)data, size, NULL);
  Run whole, octets;
  run_init(&whole, G_MAXSIZE);
  run_init(&octets, 1);
  play(&whole, items);
  play(&octets, items);
  if (!is_early(&whole)) {
    g_assert_cmpstr(whole.said->str, ==, octets.said->str);
    g_assert_cmpstr(whole.happened->str, ==, octets.happened->str);
  }
  run_clear(&whole);
  run_clear(&octets);
  return 0;
}
