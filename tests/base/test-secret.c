#include "relay/base/secret.h"
#include <string.h>

static void
test_holds_octets(void)
{
  g_autoptr(PstSecret) secret = pst_secret_new("a\0b", 3);
  gsize length;
  const guint8 *octets = pst_secret_peek(secret, &length);
  g_assert_cmpmem(octets, length, "a\0b", 3);
  g_assert_cmpuint(octets[length], ==, 0);
  g_autoptr(PstSecret) again = pst_secret_ref(secret);
  g_assert_true(pst_secret_peek(again, NULL) == octets);
}

static void
test_equal(void)
{
  static const struct {
    const char *a, *b;
    gboolean equal;
  } rows[] = {
    { "", "", TRUE },        { "secret", "secret", TRUE },   { "secret", "secreT", FALSE },
    { "secret", "", FALSE }, { "secret", "secrets", FALSE }, { "Xecret", "secret", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstSecret) a = pst_secret_new(rows[i].a, strlen(rows[i].a));
    g_autoptr(PstSecret) b = pst_secret_new(rows[i].b, strlen(rows[i].b));
    g_assert_cmpint(pst_secret_equal(a, b), ==, rows[i].equal);
  }
}

static void
test_wipe(void)
{
  char octets[] = "gone";
  pst_wipe(octets, sizeof octets);
  g_assert_cmpmem(octets, sizeof octets, "\0\0\0\0\0", 5);
  pst_wipe(NULL, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/secret/holds-octets", test_holds_octets);
  g_test_add_func("/base/secret/equal", test_equal);
  g_test_add_func("/base/secret/wipe", test_wipe);
  return g_test_run();
}
