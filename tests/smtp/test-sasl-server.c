#include "relay/smtp/sasl-server.h"
#include <string.h>

static PstSaslStatus
begin(PstSaslServer *server, const char *response)
{
  return pst_sasl_server_begin(server, response, strlen(response));
}

static PstSaslStatus
step(PstSaslServer *server, const char *response)
{
  return pst_sasl_server_step(server, response, strlen(response));
}

static void
assert_credentials(PstSaslServer *server, const char *authzid, const char *user, const char *password)
{
  g_autoptr(PstCredentials) credentials = pst_sasl_server_take_credentials(server);
  gsize length;
  const guint8 *octets = pst_secret_peek(credentials->password, &length);
  g_assert_cmpstr(credentials->authzid, ==, authzid);
  g_assert_cmpstr(credentials->user, ==, user);
  g_assert_cmpmem(octets, length, password, strlen(password));
}

static void
test_plain(void)
{
  static const struct {
    const char *message;
    gsize length;
    const char *authzid, *user, *password; /* NULL: refused */
  } rows[] = {
    { "\0ann\0sesame", 11, "", "ann", "sesame" },
    { "bob\0ann\0sesame", 14, "bob", "ann", "sesame" },
    { "\0j\xc3\xb6rg\0p\xff\x01", 10, "", "j\xc3\xb6rg", "p\xff\x01" },
    { "", 0, NULL, NULL, NULL },
    { "ann", 3, NULL, NULL, NULL },
    { "\0ann", 4, NULL, NULL, NULL },
    { "\0ann\0", 5, NULL, NULL, NULL },
    { "\0\0sesame", 8, NULL, NULL, NULL },
    { "\0ann\0ses\0ame", 12, NULL, NULL, NULL },
    { "\0a\nn\0sesame", 11, NULL, NULL, NULL },
    { "\0a\xffn\0sesame", 11, NULL, NULL, NULL },
    { "b\nb\0ann\0sesame", 14, NULL, NULL, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *response = g_base64_encode((const guchar *)rows[i].message, rows[i].length);
    g_autoptr(PstSaslServer) server = pst_sasl_server_new(PST_AUTH_PLAIN);
    g_assert_cmpint(begin(server, ""), ==, PST_SASL_CHALLENGE);
    g_assert_cmpstr(pst_sasl_server_get_challenge(server), ==, "");
    PstSaslStatus expected = rows[i].user != NULL ? PST_SASL_DONE : PST_SASL_BAD;
    g_assert_cmpint(step(server, response), ==, expected);
    if (expected == PST_SASL_DONE)
      assert_credentials(server, rows[i].authzid, rows[i].user, rows[i].password);
  }
}

static void
test_plain_at_once(void)
{
  g_autoptr(PstSaslServer) server = pst_sasl_server_new(PST_AUTH_PLAIN);
  g_assert_cmpint(begin(server, "AGFubgBzZXNhbWU="), ==, PST_SASL_DONE);
  assert_credentials(server, "", "ann", "sesame");
  g_autoptr(PstSaslServer) empty = pst_sasl_server_new(PST_AUTH_PLAIN);
  g_assert_cmpint(begin(empty, "="), ==, PST_SASL_BAD);
}

static void
test_login(void)
{
  g_autoptr(PstSaslServer) server = pst_sasl_server_new(PST_AUTH_LOGIN);
  g_assert_cmpint(begin(server, ""), ==, PST_SASL_CHALLENGE);
  g_assert_cmpstr(pst_sasl_server_get_challenge(server), ==, "VXNlcm5hbWU6");
  g_assert_cmpint(step(server, "YW5u"), ==, PST_SASL_CHALLENGE);
  g_assert_cmpstr(pst_sasl_server_get_challenge(server), ==, "UGFzc3dvcmQ6");
  g_assert_cmpint(step(server, "c2VzYW1l"), ==, PST_SASL_DONE);
  assert_credentials(server, "", "ann", "sesame");
}

static void
test_login_at_once(void)
{
  g_autoptr(PstSaslServer) server = pst_sasl_server_new(PST_AUTH_LOGIN);
  g_assert_cmpint(begin(server, "YW5u"), ==, PST_SASL_CHALLENGE);
  g_assert_cmpstr(pst_sasl_server_get_challenge(server), ==, "UGFzc3dvcmQ6");
  g_assert_cmpint(step(server, ""), ==, PST_SASL_BAD);
}

static void
test_bad_responses(void)
{
  static const struct {
    const char *response;
    PstSaslStatus status;
  } rows[] = {
    { "*", PST_SASL_CANCELLED },
    { "**", PST_SASL_BAD },
    { "", PST_SASL_BAD },
    { "YW5", PST_SASL_BAD },
    { "YW5u=", PST_SASL_BAD },
    { "YW5u====", PST_SASL_BAD },
    { "YW=5", PST_SASL_BAD },
    { "Y=5u", PST_SASL_BAD },
    { "====", PST_SASL_BAD },
    { "YW 5", PST_SASL_BAD },
    { "YW\n5", PST_SASL_BAD },
    { "YW-_", PST_SASL_BAD },
    { "AAAA", PST_SASL_BAD },
    { "\xc3\xa9"
      "YW",
      PST_SASL_BAD },
    { "YW5u", PST_SASL_CHALLENGE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstSaslServer) server = pst_sasl_server_new(PST_AUTH_LOGIN);
    g_assert_cmpint(begin(server, ""), ==, PST_SASL_CHALLENGE);
    g_assert_cmpint(step(server, rows[i].response), ==, rows[i].status);
  }
}

static void
test_ceilings(void)
{
  for (guint over = 0; over <= 1; over++) {
    g_autofree char *user = g_strnfill(PST_SASL_USER_MAX + over, 'u');
    g_autofree char *user64 = g_base64_encode((const guchar *)user, strlen(user));
    g_autoptr(PstSaslServer) long_user = pst_sasl_server_new(PST_AUTH_LOGIN);
    g_assert_cmpint(begin(long_user, user64), ==, over ? PST_SASL_BAD : PST_SASL_CHALLENGE);

    g_autofree char *password = g_strnfill(PST_SASL_PASSWORD_MAX + over, 'p');
    g_autofree char *password64 = g_base64_encode((const guchar *)password, strlen(password));
    g_autoptr(PstSaslServer) long_password = pst_sasl_server_new(PST_AUTH_LOGIN);
    g_assert_cmpint(begin(long_password, "YW5u"), ==, PST_SASL_CHALLENGE);
    g_assert_cmpint(step(long_password, password64), ==, over ? PST_SASL_BAD : PST_SASL_DONE);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/sasl-server/plain", test_plain);
  g_test_add_func("/smtp/sasl-server/plain-at-once", test_plain_at_once);
  g_test_add_func("/smtp/sasl-server/login", test_login);
  g_test_add_func("/smtp/sasl-server/login-at-once", test_login_at_once);
  g_test_add_func("/smtp/sasl-server/bad-responses", test_bad_responses);
  g_test_add_func("/smtp/sasl-server/ceilings", test_ceilings);
  return g_test_run();
}
