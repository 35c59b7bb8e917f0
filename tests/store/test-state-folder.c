#include "relay/store/local-password.h"
#include "relay/store/state-folder.h"
#include "tests/store/scratch-folder.h"
#include <glib/gstdio.h>
#include <string.h>

static void
test_makes_and_locks(void)
{
  g_autoptr(GError) error = NULL;
  char *scratch = scratch_folder_new();
  g_autofree char *path = g_build_filename(scratch, "a", "b", NULL);
  PstStateFolder *folder = pst_state_folder_open(path, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(pst_state_folder_get_path(folder), ==, path);
  scratch_folder_assert_mode(scratch, "a/b", 0700);
  scratch_folder_assert_mode(path, "lock", 0600);
  g_autofree char *inside = pst_state_folder_build_path(folder, "history.db");
  g_assert_true(g_str_has_prefix(inside, path));

  g_assert_null(pst_state_folder_open(path, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_BUSY);
  g_assert_nonnull(strstr(error->message, path));
  g_assert_nonnull(strstr(error->message, "another postern-relay"));
  g_clear_error(&error);

  pst_state_folder_close(folder);
  folder = pst_state_folder_open(path, &error);
  g_assert_no_error(error);
  pst_state_folder_close(folder);
  scratch_folder_remove(scratch);
}

static void
test_default_is_xdg(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(PstStateFolder) folder = pst_state_folder_open(NULL, &error);
  g_assert_no_error(error);
  g_autofree char *expected = g_build_filename(g_get_user_state_dir(), "postern", NULL);
  g_assert_cmpstr(pst_state_folder_get_path(folder), ==, expected);
}

static void
test_mode_is_fixed(void)
{
  g_autoptr(GError) error = NULL;
  char *scratch = scratch_folder_new();
  g_chmod(scratch, 0755);
  PstStateFolder *folder = pst_state_folder_open(scratch, &error);
  g_assert_no_error(error);
  scratch_folder_assert_mode(scratch, ".", 0700);
  pst_state_folder_close(folder);
  scratch_folder_remove(scratch);
}

static void
test_not_a_folder(void)
{
  g_autoptr(GError) error = NULL;
  char *scratch = scratch_folder_new();
  g_autofree char *path = g_build_filename(scratch, "file", NULL);
  g_assert_true(g_file_set_contents(path, "x", 1, NULL));
  g_assert_null(pst_state_folder_open(path, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_assert_nonnull(strstr(error->message, path));
  scratch_folder_remove(scratch);
}

static void
test_password_is_made_once(void)
{
  g_autoptr(GError) error = NULL;
  char *scratch = scratch_folder_new();
  g_autoptr(PstSecret) first = pst_local_password_load(scratch, &error);
  g_assert_no_error(error);
  gsize length;
  const char *text = (const char *)pst_secret_peek(first, &length);
  g_assert_true(g_regex_match_simple("^([a-hjkmnp-z1-9]{4}-){6}[a-hjkmnp-z1-9]{4}$", text, 0, 0));
  scratch_folder_assert_mode(scratch, "local-password", 0600);

  g_autofree char *path = g_build_filename(scratch, "local-password", NULL);
  g_chmod(path, 0644);
  g_autoptr(PstSecret) second = pst_local_password_load(scratch, &error);
  g_assert_no_error(error);
  g_assert_true(pst_secret_equal(first, second));
  scratch_folder_assert_mode(scratch, "local-password", 0600);

  g_remove(path);
  g_autoptr(PstSecret) third = pst_local_password_load(scratch, &error);
  g_assert_no_error(error);
  g_assert_false(pst_secret_equal(first, third));
  scratch_folder_remove(scratch);
}

static void
test_password_of_the_user(void)
{
  const struct {
    const char *content;
    const char *password; /* NULL: an error */
  } rows[] = {
    { "correct-horse-battery\n", "correct-horse-battery" },
    { "correct-horse-battery", "correct-horse-battery" },
    { "", NULL },
    { "short", NULL },
    { "two words and a space in it", NULL },
    { "correct-horse-battery\n\n", NULL },
    { "correct-horse-b\xc3\xa4ttery", NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    char *scratch = scratch_folder_new();
    g_autofree char *path = g_build_filename(scratch, "local-password", NULL);
    g_assert_true(g_file_set_contents(path, rows[i].content, -1, NULL));
    g_autoptr(PstSecret) password = pst_local_password_load(scratch, &error);
    g_assert_cmpint(password != NULL, ==, rows[i].password != NULL);
    if (password != NULL) {
      g_assert_cmpstr((const char *)pst_secret_peek(password, NULL), ==, rows[i].password);
    } else {
      g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
      g_assert_nonnull(strstr(error->message, path));
    }
    scratch_folder_remove(scratch);
  }
}

static void
test_password_unreadable(void)
{
  g_autoptr(GError) error = NULL;
  char *scratch = scratch_folder_new();
  g_autofree char *path = g_build_filename(scratch, "local-password", NULL);
  g_mkdir(path, 0700);
  g_assert_null(pst_local_password_load(scratch, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_assert_nonnull(strstr(error->message, path));
  g_clear_error(&error);

  g_rmdir(path);
  g_autofree char *long_text = g_strnfill(10000, 'a');
  g_assert_true(g_file_set_contents(path, long_text, -1, NULL));
  g_assert_null(pst_local_password_load(scratch, &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  scratch_folder_remove(scratch);
}

int
main(int argc, char **argv)
{
  char *home = scratch_folder_new();
  g_setenv("XDG_STATE_HOME", home, TRUE);
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/state-folder/makes-and-locks", test_makes_and_locks);
  g_test_add_func("/state-folder/default-is-xdg", test_default_is_xdg);
  g_test_add_func("/state-folder/mode-is-fixed", test_mode_is_fixed);
  g_test_add_func("/state-folder/not-a-folder", test_not_a_folder);
  g_test_add_func("/local-password/made-once", test_password_is_made_once);
  g_test_add_func("/local-password/of-the-user", test_password_of_the_user);
  g_test_add_func("/local-password/unreadable", test_password_unreadable);
  int result = g_test_run();
  scratch_folder_remove(home);
  return result;
}
