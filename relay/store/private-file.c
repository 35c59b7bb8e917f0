#include "relay/store/private-file.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fail(const char *path, int fd, const char *what, GError **error)
{
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s: %s", path, what);
  if (fd >= 0)
    close(fd);
  return -1;
}

static const char *
find_fault(int fd)
{
  struct stat status;
  if (fstat(fd, &status) < 0)
    return g_strerror(errno);
  if (!S_ISREG(status.st_mode))
    return "not a plain file";
  if (status.st_uid != geteuid())
    return "belongs to another user";
  if ((status.st_mode & 07777) != 0600 && fchmod(fd, 0600) < 0)
    return g_strerror(errno);
  return NULL;
}

int
pst_private_file_open(const char *path, gboolean make, GError **error)
{
  /* O_NONBLOCK: a pipe left under this name must not hang the start. */
  int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | (make ? O_CREAT : 0), 0600);
  if (fd < 0 && errno == ENOENT && !make)
    return -1;
  const char *fault = fd < 0 ? g_strerror(errno) : find_fault(fd);
  return fault == NULL ? fd : fail(path, fd, fault, error);
}

gboolean
pst_private_file_read(const char *path, GBytes **content, GError **error)
{
  g_autoptr(GError) local = NULL;
  int fd = pst_private_file_open(path, FALSE, &local);
  *content = NULL;
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (fd < 0)
    return TRUE;
  guint8 octets[PST_PRIVATE_FILE_MAX + 1];
  gssize length = read(fd, octets, sizeof octets);
  if (length < 0 || length > PST_PRIVATE_FILE_MAX)
    return fail(path, fd, length < 0 ? g_strerror(errno) : "too long", error) >= 0;
  close(fd);
  *content = g_bytes_new(octets, length);
  return TRUE;
}

gboolean
pst_private_file_write(const char *path, const void *data, gsize length, GError **error)
{
  g_autoptr(GError) local = NULL;
  if (g_file_set_contents_full(path, data, length,
                               G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &local))
    return TRUE;
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s: %s", path, local->message);
  return FALSE;
}
