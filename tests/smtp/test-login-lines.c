#include "relay/smtp/extensions.h"
#include "relay/smtp/login-lines.h"
#include <string.h>

typedef struct {
  guint mechanisms;
  const char *user;
  const char *password;
  const char *lines; /* joined */
} Row;

static const Row rows[] = {
  { PST_AUTH_PLAIN, "tim", "tanstaaftanstaaf", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n" },
  { PST_AUTH_PLAIN | PST_AUTH_LOGIN, "", "", "AUTH PLAIN AAA=\r\n" },
  { PST_AUTH_LOGIN, "ann", "s\xc3\xa9same", "AUTH LOGIN\r\nYW5u\r\nc8Opc2FtZQ==\r\n" },
  { PST_AUTH_LOGIN, "ann", "", "AUTH LOGIN\r\nYW5u\r\n\r\n" },
};

static void
test_rows(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstSecret) password = pst_secret_new(rows[i].password, strlen(rows[i].password));
    g_autoptr(GPtrArray) lines = pst_login_lines_new(rows[i].mechanisms, rows[i].user, password);
    g_autoptr(GString) said = g_string_new(NULL);
    g_assert_nonnull(lines);
    for (guint j = 0; j < lines->len; j++) {
      gsize length;
      const guint8 *line = pst_secret_peek(lines->pdata[j], &length);
      g_string_append_len(said, (const char *)line, length);
    }
    g_assert_cmpstr(said->str, ==, rows[i].lines);
  }
}

static void
test_cannot_be_said(void)
{
  g_autoptr(PstSecret) with_nul = pst_secret_new("a\0b", 3);
  g_autoptr(PstSecret) plain = pst_secret_new("ab", 2);
  g_autofree char *long_user = g_strnfill(12288, 'u');
  g_assert_null(pst_login_lines_new(PST_AUTH_PLAIN, "ann", with_nul));
  g_assert_null(pst_login_lines_new(PST_AUTH_LOGIN, "ann", with_nul));
  g_assert_null(pst_login_lines_new(PST_AUTH_PLAIN, long_user, plain));
  g_assert_null(pst_login_lines_new(0, "ann", plain));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/login-lines/rows", test_rows);
  g_test_add_func("/login-lines/cannot-be-said", test_cannot_be_said);
  return g_test_run();
}
