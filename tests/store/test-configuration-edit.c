#include "relay/store/configuration.h"
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder, *path, *system_path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp("postern-test-XXXXXX", NULL);
  fixture->path = g_build_filename(fixture->folder, "postern.conf", NULL);
  fixture->system_path = g_build_filename(fixture->folder, "system.conf", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_unlink(path);
  }
  g_rmdir(fixture->folder);
  g_free(fixture->folder);
  g_free(fixture->path);
  g_free(fixture->system_path);
}

static void
assert_file(const char *path, const char *contents)
{
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, contents);
}

static guint
count_files(const Fixture *fixture)
{
  g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
  guint n = 0;
  while (g_dir_read_name(dir) != NULL)
    n++;
  return n;
}

static void
test_texts(Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *before, *group, *key, *value, *after;
  } rows[] = {
    { "", "History", "Days", "7", "[History]\nDays=7\n" },
    { "# mine\n[Relay]\n# which\nRequirement = usual\n# end\n\n[History]\nDays=9\n", "Relay", "Requirement",
      "verified", "# mine\n[Relay]\n# which\nRequirement=verified\n# end\n\n[History]\nDays=9\n" },
    { "[Relay]\nRequirement=usual\n\n# how long\n[History]\nDays=9", "Relay", "SubjectTags", "true",
      "[Relay]\nRequirement=usual\nSubjectTags=true\n\n# how long\n[History]\nDays=9" },
    { "[History]\nDays=9", "History", "Subjects", "false", "[History]\nDays=9\nSubjects=false\n" },
    { "[History]\nDays=9", "Probe", "Port", "26", "[History]\nDays=9\n\n[Probe]\nPort=26\n" },
    { "[History]\r\nDays=9\r\n", "History", "Days", "8", "[History]\r\nDays=8\r\n" },
    { "[History]\nDays=9\nSubjects=true\n", "History", "Days", "", "[History]\nSubjects=true\n" },
    { "[History]\nDays=9\nDays=8\n", "History", "Days", "", "[History]\n" },
    { "[History]\nDays=9\nDays=8\n", "History", "Days", "7", "[History]\nDays=9\nDays=7\n" },
    { "[History]\n", "History", "Days", "", "[History]\n" },
    { "[Account work]\n", "Account work", "User", "a\\b", "[Account work]\nUser=a\\\\b\n" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(fixture->path, rows[i].before, -1, NULL));
    pst_configuration_set(fixture->path, NULL, rows[i].group, rows[i].key, rows[i].value, &error);
    g_assert_no_error(error);
    assert_file(fixture->path, rows[i].after);
    g_assert_cmpuint(count_files(fixture), ==, 1);
  }
}

static void
test_refusals(Fixture *fixture, gconstpointer data)
{
  static const char before[] = "[Relay]\nRequirement=usual\n";
  static const struct {
    const char *group, *key, *value;
    PstErrorCode code;
    const char *text;
  } rows[] = {
    { "Relay", "Nothing", "1", PST_ERROR_INVALID_ARGUMENT, "[Relay] Nothing: no such key" },
    { "Nothing", "Port", "1", PST_ERROR_INVALID_ARGUMENT, "[Nothing] Port: no such group" },
    { "Locked", "Keys", "1", PST_ERROR_INVALID_ARGUMENT, "[Locked] Keys: no such group" },
    { "Account a]\n[Relay", "User", "1", PST_ERROR_INVALID_ARGUMENT,
      "[Account a]\n[Relay] User: no such group" },
    { "Account work", "User", "a\nHost=evil.example", PST_ERROR_INVALID_ARGUMENT,
      "[Account work] User: has a control character" },
    { "Relay", "OnRefusal", "refuse", PST_ERROR_NOT_ALLOWED,
      "[Relay] OnRefusal: locked by the administrator" },
    { "Relay", "OnRefusal", "", PST_ERROR_NOT_ALLOWED, "[Relay] OnRefusal: locked by the administrator" },
  };
  g_assert_true(g_file_set_contents(fixture->system_path, "[Locked]\nKeys=Relay/OnRefusal\n", -1, NULL));
  g_assert_true(g_file_set_contents(fixture->path, before, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(pst_configuration_set(fixture->path, fixture->system_path, rows[i].group, rows[i].key,
                                         rows[i].value, &error));
    g_assert_error(error, PST_ERROR, (int)rows[i].code);
    g_assert_cmpstr(error->message, ==, rows[i].text);
    assert_file(fixture->path, before);
  }
}

/* What would be a bad file is not written, and the reason is the one the file would have. */
static void
test_validates(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(pst_configuration_set(fixture->path, NULL, "Listener main", "Port", "70000", &error));
  g_autofree char *expected = g_strconcat(
      fixture->path, ":2: [Listener main] Port: not a port number: 70000 (allowed: 1 to 65535)", NULL);
  g_assert_error(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr(error->message, ==, expected);
  g_assert_cmpuint(count_files(fixture), ==, 0);
}

/* An account is made key by key; only the last one makes it count. */
static void
test_account_by_key(Fixture *fixture, gconstpointer data)
{
  static const char *const keys[][2] = { { "Host", "smtp.example.org" },
                                         { "Authentication", "none" },
                                         { "Addresses", "me@example.org" } };
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
    g_autoptr(GError) error = NULL;
    pst_configuration_set(fixture->path, NULL, "Account work", keys[i][0], keys[i][1], &error);
    g_assert_no_error(error);
    g_autoptr(PstConfiguration) configuration = pst_configuration_load(fixture->path, NULL, FALSE, problems);
    g_assert_cmpuint(configuration->accounts->len, ==, i == 2 ? 1 : 0);
  }
}

static void
test_links_and_modes(Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename(fixture->folder, "target.conf", NULL);
  g_autoptr(GError) error = NULL;
  struct stat status;
  g_assert_true(g_file_set_contents(target, "", 0, NULL));
  g_assert_cmpint(g_chmod(target, 0640), ==, 0);
  g_assert_cmpint(symlink("target.conf", fixture->path), ==, 0);
  pst_configuration_set(fixture->path, NULL, "History", "Days", "7", &error);
  g_assert_no_error(error);
  g_assert_true(g_file_test(fixture->path, G_FILE_TEST_IS_SYMLINK));
  assert_file(target, "[History]\nDays=7\n");
  g_assert_cmpint(stat(target, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 07777, ==, 0640);

  g_unlink(target);
  g_assert_false(pst_configuration_set(fixture->path, NULL, "History", "Days", "7", &error));
  g_assert_error(error, PST_ERROR, PST_ERROR_FAILED);
  g_unlink(fixture->path);
}

static void
test_new_file(Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename(fixture->folder, "new", NULL);
  g_autofree char *path = g_build_filename(folder, "postern.conf", NULL);
  g_autoptr(GError) error = NULL;
  struct stat status;
  pst_configuration_set(path, NULL, "History", "Days", "7", &error);
  g_assert_no_error(error);
  assert_file(path, "[History]\nDays=7\n");
  g_assert_cmpint(stat(path, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 07777, ==, 0600);
  g_assert_cmpint(stat(folder, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 07777, ==, 0700);
  g_unlink(path);
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                                  \
  g_test_add("/configuration-edit/" name, Fixture, NULL, set_up, function, tear_down)
  ADD("texts", test_texts);
  ADD("refusals", test_refusals);
  ADD("validates", test_validates);
  ADD("account-by-key", test_account_by_key);
  ADD("links-and-modes", test_links_and_modes);
  ADD("new-file", test_new_file);
  return g_test_run();
}
