/* Runs every file of tests/dialogues/server whole, in threes and octet by octet. A file with "one-segment"
 * among its options runs whole only. */
#include "tests/support/dialogue.h"
#include "tests/support/server-host.h"
#include <string.h>

typedef struct {
  char *path;
  gsize step;
} Case;

typedef struct {
  const Case *test;
  PstServerHost *host;
} Run;

G_NORETURN static void
complain(const Run *run, guint line, const char *what, const char *got)
{
  g_error("%s:%u: %s: %s", run->test->path, line, what, got);
}

static PstByteQueue *
output_of(const Run *run)
{
  return pst_server_engine_get_output(pst_server_host_get_engine(run->host));
}

/* Before the client goes on, and at the end, all that happened must have been expected. */
static void
expect_quiet(const Run *run, guint line)
{
  g_autofree char *event = pst_server_host_take_event(run->host);
  if (event != NULL)
    complain(run, line, "unexpected event", event);
  gsize length;
  const guint8 *data = pst_byte_queue_peek(output_of(run), &length);
  if (length > 0) {
    g_autofree char *got = g_strndup((const char *)data, length);
    complain(run, line, "unexpected output", got);
  }
}

static void
check_server(const Run *run, const PstDialogueItem *item)
{
  if (pst_dialogue_take(item, output_of(run)))
    return;
  gsize length;
  const guint8 *data = pst_byte_queue_peek(output_of(run), &length);
  g_autofree char *got = g_strndup((const char *)data, MIN(length, 200));
  complain(run, item->number, "other output", got);
}

static void
check_event(const Run *run, const PstDialogueItem *item)
{
  g_autofree char *event = pst_server_host_take_event(run->host);
  if (event == NULL || !g_pattern_match_simple(item->text, event))
    complain(run, item->number, "other event", event != NULL ? event : "none");
}

static void
play_client(const Run *run, const PstDialogueItem *item)
{
  expect_quiet(run, item->number);
  if (!pst_server_host_feed(run->host, item->octets->data, item->octets->len))
    complain(run, item->number, "not taken", item->text);
}

static void
play_item(const Run *run, const PstDialogueItem *item)
{
  if (item->mark == 'C')
    play_client(run, item);
  else if (item->mark == 'S')
    check_server(run, item);
  else if (item->mark == '>')
    check_event(run, item);
  else if (item->mark != '<')
    complain(run, item->number, "no part of a server's dialogue", item->text);
  else if (!pst_server_host_act(run->host, item->text))
    complain(run, item->number, "cannot be done", item->text);
}

static void
play(gconstpointer data)
{
  const Case *test = data;
  g_autoptr(GPtrArray) items = pst_dialogue_load(test->path);
  g_autoptr(PstServerHost) host = pst_server_host_new(test->step);
  Run run = { test, host };
  for (guint i = 0; i < items->len; i++)
    play_item(&run, items->pdata[i]);
  expect_quiet(&run, 0);
}

static void
case_free(gpointer data)
{
  Case *test = data;
  g_free(test->path);
  g_free(test);
}

static void
add(const char *folder, const char *name, const char *manner, gsize step)
{
  Case *test = g_new(Case, 1);
  test->path = g_build_filename(folder, name, NULL);
  test->step = step;
  g_autofree char *test_path = g_strdup_printf("/server-dialogues/%s/%s", name, manner);
  g_test_add_data_func_full(test_path, test, play, case_free);
}

/* Its lines come in one segment or mean something else. */
static gboolean
is_for_whole_alone(const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autoptr(GPtrArray) items = pst_dialogue_load(path);
  const PstDialogueItem *first = items->pdata[0];
  return strstr(first->text, "one-segment") != NULL;
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  const char *folder = g_getenv("PST_TEST_DIALOGUES");
  g_assert_nonnull(folder);
  g_autoptr(GPtrArray) names = pst_dialogue_list(folder);
  for (guint i = 0; i < names->len; i++) {
    add(folder, names->pdata[i], "whole", G_MAXSIZE);
    if (is_for_whole_alone(folder, names->pdata[i]))
      continue;
    add(folder, names->pdata[i], "threes", 3);
    add(folder, names->pdata[i], "octets", 1);
  }
  return g_test_run();
}
