#include "relay/store/local-password.h"
#include "relay/store/private-file.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define GROUPS       7
#define GROUP_LENGTH 4 /* 7 × 4 characters of 5 bits: 140 bits */
#define LENGTH       (GROUPS * (GROUP_LENGTH + 1) - 1)
#define SHORTEST     16
#define LONGEST      128

static const char alphabet[32] = "abcdefghjkmnpqrstuvwxyz123456789";

static PstSecret *
make_password(const char *path, GError **error)
{
  guint8 octets[LENGTH];
  char text[LENGTH + 1];
  if (getentropy(octets, sizeof octets) < 0) {
    g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "no random octets: %s", g_strerror(errno));
    return NULL;
  }
  for (guint i = 0; i < LENGTH; i++)
    text[i] = (i + 1) % (GROUP_LENGTH + 1) == 0 ? '-' : alphabet[octets[i] % sizeof alphabet];
  text[LENGTH] = '\n';
  PstSecret *password =
      pst_private_file_write(path, text, sizeof text, error) ? pst_secret_new(text, LENGTH) : NULL;
  pst_wipe(octets, sizeof octets);
  pst_wipe(text, sizeof text);
  return password;
}

static PstSecret *
check_password(const char *path, GBytes *content, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data(content, &length);
  if (length > 0 && text[length - 1] == '\n')
    length--;
  gboolean good = length >= SHORTEST && length <= LONGEST;
  for (gsize i = 0; good && i < length; i++)
    good = g_ascii_isgraph(text[i]);
  if (good)
    return pst_secret_new(text, length);
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED,
              "%s: not a password of %d to %d printable characters; remove the file to have a new one made",
              path, SHORTEST, LONGEST);
  return NULL;
}

PstSecret *
pst_local_password_load(const char *state_folder, GError **error)
{
  g_autofree char *path = g_build_filename(state_folder, "local-password", NULL);
  g_autoptr(GBytes) content = NULL;
  if (!pst_private_file_read(path, &content, error))
    return NULL;
  return content != NULL ? check_password(path, content, error) : make_password(path, error);
}
