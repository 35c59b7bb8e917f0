/* Plays dialogues that nobody would write to the client engine. Beyond not crashing, the engine must make
 * progress: it takes every octet, and a line that is no reply ends it, in whatever state it is. */
#include "tests/support/client-host.h"
#include "tests/support/dialogue.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
feed(PstClientHost *host, const guint8 *data, gsize length)
{
  PstClientEngine *engine = pst_client_host_get_engine(host);
  g_assert_cmpuint(pst_client_engine_feed(engine, data, length), ==, length);
  pst_client_host_pull(host);
}

static void
forget_events(PstClientHost *host)
{
  char *event;
  while ((event = pst_client_host_take_event(host)) != NULL)
    g_free(event);
}

static void
act(PstClientHost *host, const PstDialogueItem *item)
{
  g_autofree char *action = g_strndup((const char *)item->octets->data, item->octets->len);
  if (pst_client_host_is_over(host))
    return;
  pst_client_host_act(host, action);
  if (!g_str_has_prefix(action, "with "))
    pst_client_host_pull(host);
}

static void
play(PstClientHost *host, const PstDialogueItem *item)
{
  switch (item->mark) {
  case 'S':
    feed(host, item->octets->data, item->octets->len);
    break;
  case '<':
    act(host, item);
    break;
  case 'C':
    pst_byte_queue_clear(pst_client_engine_get_output(pst_client_host_get_engine(host)));
    break;
  default:
    forget_events(host);
    break;
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_autoptr(GPtrArray) items = pst_dialogue_parse((const char *)data, size, NULL);
  g_autoptr(PstClientHost) host = pst_client_host_new();
  for (guint i = 0; i < items->len; i++)
    play(host, items->pdata[i]);
  feed(host, (const guint8 *)"no reply\r\nno reply\r\n", 20);
  g_assert_true(pst_client_host_is_over(host));
  forget_events(host);
  return 0;
}
