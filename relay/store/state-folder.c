#include "relay/store/state-folder.h"
#include "relay/store/private-file.h"
#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct PstStateFolder {
  char *path;
  int lock;
};

static gboolean
fail(const char *path, const char *what, GError **error)
{
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s: %s", path, what);
  return FALSE;
}

static gboolean
make_folder(const char *path, GError **error)
{
  struct stat status;
  if (g_mkdir_with_parents(path, 0700) < 0 || stat(path, &status) < 0)
    return fail(path, g_strerror(errno), error);
  if (status.st_uid != geteuid())
    return fail(path, "belongs to another user", error);
  if ((status.st_mode & 0777) != 0700 && chmod(path, 0700) < 0)
    return fail(path, g_strerror(errno), error);
  return TRUE;
}

static int
take_lock(const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename(folder, "lock", NULL);
  int fd = pst_private_file_open(path, TRUE, error);
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (errno == EWOULDBLOCK)
    g_set_error(error, PST_ERROR, PST_ERROR_BUSY, "another postern-relay is using %s", folder);
  else
    fail(path, g_strerror(errno), error);
  close(fd);
  return -1;
}

PstStateFolder *
pst_state_folder_open(const char *path, GError **error)
{
  g_autofree char *full = path != NULL ? g_canonicalize_filename(path, NULL)
                                       : g_build_filename(g_get_user_state_dir(), "postern", NULL);
  int lock = make_folder(full, error) ? take_lock(full, error) : -1;
  if (lock < 0)
    return NULL;
  PstStateFolder *folder = g_new0(PstStateFolder, 1);
  folder->path = g_steal_pointer(&full);
  folder->lock = lock;
  return folder;
}

void
pst_state_folder_close(PstStateFolder *folder)
{
  if (folder == NULL)
    return;
  close(folder->lock);
  g_free(folder->path);
  g_free(folder);
}

const char *
pst_state_folder_get_path(const PstStateFolder *folder)
{
  return folder->path;
}

char *
pst_state_folder_build_path(const PstStateFolder *folder, const char *name)
{
  return g_build_filename(folder->path, name, NULL);
}
