#include "relay/smtp/login-lines.h"
#include "relay/smtp/extensions.h"
#include <string.h>

#define LONGEST_LINE 12288 /* RFC 4954 section 4 */

static void
add_base64(GPtrArray *lines, const char *command, const void *data, gsize length)
{
  char *base64 = g_base64_encode(data, length);
  char *line = g_strconcat(command, base64, "\r\n", NULL);
  g_ptr_array_add(lines, pst_secret_new(line, strlen(line)));
  pst_wipe(base64, strlen(base64));
  pst_wipe(line, strlen(line));
  g_free(base64);
  g_free(line);
}

/* An empty authorization identity, NUL, user, NUL, password (RFC 4616). */
static void
add_plain(GPtrArray *lines, const char *user, const guint8 *password, gsize password_length)
{
  gsize user_length = strlen(user);
  gsize length = 1 + user_length + 1 + password_length;
  char *message = g_malloc0(length);
  memcpy(message + 1, user, user_length);
  memcpy(message + 1 + user_length + 1, password, password_length);
  add_base64(lines, "AUTH PLAIN ", message, length);
  pst_wipe(message, length);
  g_free(message);
}

GPtrArray *
pst_login_lines_new(guint mechanisms, const char *user, const PstSecret *password)
{
  gsize length;
  const guint8 *octets = pst_secret_peek(password, &length);
  if (memchr(octets, '\0', length) != NULL || strlen(user) + length > LONGEST_LINE / 2)
    return NULL;
  if (!(mechanisms & (PST_AUTH_PLAIN | PST_AUTH_LOGIN)))
    return NULL;
  GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)pst_secret_unref);
  if (mechanisms & PST_AUTH_PLAIN) {
    add_plain(lines, user, octets, length);
  } else {
    g_ptr_array_add(lines, pst_secret_new("AUTH LOGIN\r\n", strlen("AUTH LOGIN\r\n")));
    add_base64(lines, "", user, strlen(user));
    add_base64(lines, "", octets, length);
  }
  return lines;
}
