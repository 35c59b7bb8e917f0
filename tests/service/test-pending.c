#include "relay/service/pending.h"

#define PATIENCE (10 * G_USEC_PER_SEC)

typedef struct {
  PstPending *pending;
  GBytes *digest;
  PstJoin join;
  PstReply *reply;
} Joiner;

static gpointer
join(gpointer data)
{
  Joiner *joiner = data;
  joiner->join =
      pst_pending_join(joiner->pending, joiner->digest, g_get_monotonic_time() + PATIENCE, &joiner->reply);
  return NULL;
}

static void
test_nobody_awaits(void)
{
  g_autoptr(PstPending) pending = pst_pending_new();
  g_autoptr(GBytes) digest = g_bytes_new_static("a", 1);
  PstReply *reply = NULL;
  g_assert_cmpint(pst_pending_join(pending, digest, 0, &reply), ==, PST_JOIN_NONE);
  g_assert_null(reply);
}

static void
test_still_awaited(void)
{
  g_autoptr(PstPending) pending = pst_pending_new();
  g_autoptr(GBytes) digest = g_bytes_new_static("a", 1);
  PstReply *reply = NULL;
  pst_pending_add(pending, digest);
  g_assert_cmpint(pst_pending_join(pending, digest, g_get_monotonic_time() + 1000, &reply), ==,
                  PST_JOIN_TIMEOUT);
  g_assert_null(reply);
}

/* Two joiners get the one answer; a message with other octets is not theirs. */
static void
resolve_for_two(const PstReply *answer, PstJoin expected)
{
  g_autoptr(PstPending) pending = pst_pending_new();
  g_autoptr(GBytes) digest = g_bytes_new_static("a", 1);
  g_autoptr(GBytes) other = g_bytes_new_static("b", 1);
  Joiner joiners[2] = { { pending, digest }, { pending, digest } };
  GThread *threads[2];
  pst_pending_add(pending, digest);
  for (int i = 0; i < 2; i++)
    threads[i] = g_thread_new("join", join, &joiners[i]);
  pst_pending_resolve(pending, other, answer);
  while (pst_pending_count_joined(pending, digest) < 2)
    g_thread_yield();
  pst_pending_resolve(pending, digest, answer);
  for (int i = 0; i < 2; i++) {
    g_thread_join(threads[i]);
    g_assert_cmpint(joiners[i].join, ==, expected);
    if (answer != NULL)
      g_assert_cmpuint(joiners[i].reply->code, ==, answer->code);
    g_clear_pointer(&joiners[i].reply, pst_reply_free);
  }
  PstReply *reply = NULL;
  g_assert_cmpint(pst_pending_join(pending, digest, 0, &reply), ==, PST_JOIN_NONE);
}

static void
test_answer_comes(void)
{
  g_autoptr(PstReply) answer = pst_reply_new(250, "2.0.0", "queued");
  resolve_for_two(answer, PST_JOIN_ANSWERED);
}

static void
test_answer_is_lost(void)
{
  resolve_for_two(NULL, PST_JOIN_LOST);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pending/nobody", test_nobody_awaits);
  g_test_add_func("/pending/awaited", test_still_awaited);
  g_test_add_func("/pending/answered", test_answer_comes);
  g_test_add_func("/pending/lost", test_answer_is_lost);
  return g_test_run();
}
