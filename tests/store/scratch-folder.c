#include "tests/store/scratch-folder.h"
#include <glib/gstdio.h>

char *
scratch_folder_new(void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp("postern-store-XXXXXX", &error);
  g_assert_no_error(error);
  return folder;
}

static void
remove_tree(const char *path)
{
  if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
      g_autofree char *inside = g_build_filename(path, name, NULL);
      remove_tree(inside);
    }
  }
  g_remove(path);
}

void
scratch_folder_remove(char *folder)
{
  remove_tree(folder);
  g_free(folder);
}

GBytes *
scratch_folder_read(const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  char *content;
  gsize length;
  return g_file_get_contents(path, &content, &length, NULL) ? g_bytes_new_take(content, length) : NULL;
}

void
scratch_folder_assert_mode(const char *folder, const char *name, guint mode)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  GStatBuf status;
  g_assert_cmpint(g_stat(path, &status), ==, 0);
  g_assert_cmphex(status.st_mode & 0777, ==, mode);
}
