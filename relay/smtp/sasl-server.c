#include "relay/smtp/sasl-server.h"
#include <string.h>

struct PstSaslServer {
  PstAuthMechanism mechanism;
  char *authzid;
  char *user;
  PstSecret *password;
};

PstSaslServer *
pst_sasl_server_new(PstAuthMechanism mechanism)
{
  PstSaslServer *server = g_new0(PstSaslServer, 1);
  server->mechanism = mechanism;
  return server;
}

void
pst_sasl_server_free(PstSaslServer *server)
{
  if (server == NULL)
    return;
  g_free(server->authzid);
  g_free(server->user);
  pst_secret_unref(server->password);
  g_free(server);
}

void
pst_credentials_free(PstCredentials *credentials)
{
  if (credentials == NULL)
    return;
  g_free(credentials->authzid);
  g_free(credentials->user);
  pst_secret_unref(credentials->password);
  g_free(credentials);
}

/* g_base64_decode() skips what is no base64; credentials must mean one thing only. */
static gboolean
is_strict_base64(const char *text, gsize length)
{
  gsize padding = 0;
  while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
    padding++;
  for (gsize i = 0; i < length - padding; i++)
    if (!g_ascii_isalnum(text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  return length % 4 == 0;
}

/* The decoded response; NULL when it is no base64. */
static PstSecret *
decode(const char *response, gsize length)
{
  if (!is_strict_base64(response, length))
    return NULL;
  gsize size = length / 4 * 3;
  g_autofree guint8 *octets = g_malloc(size + 1);
  int state = 0;
  guint save = 0;
  gsize decoded = g_base64_decode_step(response, length, octets, &state, &save);
  PstSecret *secret = pst_secret_new(octets, decoded);
  pst_wipe(octets, size);
  return secret;
}

/* Names travel on into logs and history: valid UTF-8 without control characters. */
static gboolean
is_name(const char *text, gsize length)
{
  if (length > PST_SASL_USER_MAX || !g_utf8_validate_len(text, length, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl(text[i]))
      return FALSE;
  return TRUE;
}

static gboolean
set_name(char **name, const char *text, gsize length)
{
  if (!is_name(text, length))
    return FALSE;
  *name = g_strndup(text, length);
  return TRUE;
}

static gboolean
set_password(PstSaslServer *server, const char *text, gsize length)
{
  if (length == 0 || length > PST_SASL_PASSWORD_MAX || memchr(text, '\0', length) != NULL)
    return FALSE;
  server->password = pst_secret_new(text, length);
  return TRUE;
}

/* RFC 4616: [authzid] NUL authcid NUL passwd. */
static PstSaslStatus
read_plain(PstSaslServer *server, const char *message, gsize length)
{
  const char *end = message + length;
  const char *first = memchr(message, '\0', length);
  const char *user = first != NULL ? first + 1 : end;
  const char *second = memchr(user, '\0', end - user);
  if (second == NULL || second == user)
    return PST_SASL_BAD;
  gboolean good = set_name(&server->authzid, message, first - message) &&
                  set_name(&server->user, user, second - user) &&
                  set_password(server, second + 1, end - second - 1);
  return good ? PST_SASL_DONE : PST_SASL_BAD;
}

static PstSaslStatus
read_login(PstSaslServer *server, const char *message, gsize length)
{
  if (server->user != NULL)
    return set_password(server, message, length) ? PST_SASL_DONE : PST_SASL_BAD;
  server->authzid = g_strdup("");
  return length > 0 && set_name(&server->user, message, length) ? PST_SASL_CHALLENGE : PST_SASL_BAD;
}

PstSaslStatus
pst_sasl_server_step(PstSaslServer *server, const char *response, gsize length)
{
  if (length == 1 && *response == '*')
    return PST_SASL_CANCELLED;
  g_autoptr(PstSecret) decoded = decode(response, length);
  if (decoded == NULL)
    return PST_SASL_BAD;
  gsize size;
  const char *message = (const char *)pst_secret_peek(decoded, &size);
  switch (server->mechanism) {
  case PST_AUTH_PLAIN:
    return read_plain(server, message, size);
  case PST_AUTH_LOGIN:
    return read_login(server, message, size);
  }
  return PST_SASL_BAD;
}

PstSaslStatus
pst_sasl_server_begin(PstSaslServer *server, const char *response, gsize length)
{
  if (length == 0)
    return PST_SASL_CHALLENGE;
  gboolean empty = length == 1 && *response == '=';
  return pst_sasl_server_step(server, response, empty ? 0 : length);
}

const char *
pst_sasl_server_get_challenge(const PstSaslServer *server)
{
  if (server->mechanism == PST_AUTH_PLAIN)
    return "";
  /* Thunderbird and others want exactly "Username:" and "Password:". */
  return server->user == NULL ? "VXNlcm5hbWU6" : "UGFzc3dvcmQ6";
}

PstCredentials *
pst_sasl_server_take_credentials(PstSaslServer *server)
{
  PstCredentials *credentials = g_new0(PstCredentials, 1);
  credentials->mechanism = server->mechanism;
  credentials->authzid = g_steal_pointer(&server->authzid);
  credentials->user = g_steal_pointer(&server->user);
  credentials->password = g_steal_pointer(&server->password);
  return credentials;
}
