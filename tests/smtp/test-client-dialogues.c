/* Runs every file of tests/dialogues/client whole, in threes and octet by octet. */
#include "tests/support/client-host.h"
#include "tests/support/dialogue.h"

typedef struct {
  char *path;
  gsize step;
} Case;

typedef struct {
  const Case *test;
  PstClientHost *host;
  GPtrArray *items;
  guint at;
} Run;

static const PstDialogueItem *
current(const Run *run)
{
  return run->items->pdata[run->at];
}

G_NORETURN static void
complain(const Run *run, const char *what, const char *got)
{
  guint line = run->at < run->items->len ? current(run)->number : 0;
  g_error("%s:%u: %s: %s", run->test->path, line, what, got);
}

static void
expect_no_event(const Run *run)
{
  g_autofree char *event = pst_client_host_take_event(run->host);
  if (event != NULL)
    complain(run, "unexpected event", event);
}

static void
expect_no_output(const Run *run)
{
  gsize length;
  const guint8 *data =
      pst_byte_queue_peek(pst_client_engine_get_output(pst_client_host_get_engine(run->host)), &length);
  if (length > 0) {
    g_autofree char *got = g_strndup((const char *)data, length);
    complain(run, "unexpected output", got);
  }
}

static void
feed(const Run *run, const GByteArray *octets)
{
  PstClientEngine *engine = pst_client_host_get_engine(run->host);
  for (gsize i = 0; i < octets->len; i += run->test->step) {
    gsize length = MIN(run->test->step, octets->len - i);
    g_assert_cmpuint(pst_client_engine_feed(engine, octets->data + i, length), ==, length);
    pst_client_host_pull(run->host);
  }
}

/* Lines in a row travel together. */
static void
play_server(Run *run)
{
  g_autoptr(GByteArray) octets = g_byte_array_new();
  expect_no_event(run);
  expect_no_output(run);
  for (; run->at < run->items->len && current(run)->mark == 'S'; run->at++)
    g_byte_array_append(octets, current(run)->octets->data, current(run)->octets->len);
  feed(run, octets);
}

static void
check_client(Run *run)
{
  PstByteQueue *output = pst_client_engine_get_output(pst_client_host_get_engine(run->host));
  if (!pst_dialogue_take(current(run), output)) {
    gsize length;
    const guint8 *data = pst_byte_queue_peek(output, &length);
    g_autofree char *got = g_strndup((const char *)data, MIN(length, 200));
    complain(run, "other output", got);
  }
  run->at++;
}

static void
check_event(Run *run)
{
  g_autofree char *event = pst_client_host_take_event(run->host);
  if (g_strcmp0(event, current(run)->text) != 0)
    complain(run, "other event", event != NULL ? event : "none");
  run->at++;
}

static void
play_host(Run *run)
{
  g_autofree char *action = g_strndup((const char *)current(run)->octets->data, current(run)->octets->len);
  expect_no_event(run);
  if (!pst_client_host_act(run->host, action))
    complain(run, "cannot be done, or has another outcome", action);
  if (!g_str_has_prefix(action, "with "))
    pst_client_host_pull(run->host);
  run->at++;
}

static void
play(gconstpointer data)
{
  const Case *test = data;
  g_autoptr(PstClientHost) host = pst_client_host_new();
  g_autoptr(GPtrArray) items = pst_dialogue_load(test->path);
  Run run = { test, host, items, 0 };
  while (run.at < items->len) {
    char mark = current(&run)->mark;
    if (mark == 'S')
      play_server(&run);
    else if (mark == 'C')
      check_client(&run);
    else if (mark == '>')
      check_event(&run);
    else if (mark == '<')
      play_host(&run);
    else
      complain(&run, "no part of a client's dialogue", current(&run)->text);
  }
  expect_no_event(&run);
  expect_no_output(&run);
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
  g_autofree char *test_path = g_strdup_printf("/client-dialogues/%s/%s", name, manner);
  g_test_add_data_func_full(test_path, test, play, case_free);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  const char *folder = g_getenv("PST_TEST_DIALOGUES");
  g_assert_nonnull(folder);
  g_autoptr(GPtrArray) names = pst_dialogue_list(folder);
  for (guint i = 0; i < names->len; i++) {
    add(folder, names->pdata[i], "whole", G_MAXSIZE / 2);
    add(folder, names->pdata[i], "threes", 3);
    add(folder, names->pdata[i], "octets", 1);
  }
  return g_test_run();
}
