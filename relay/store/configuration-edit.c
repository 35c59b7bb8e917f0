#include "relay/store/configuration-keys.h"
#include "relay/store/configuration-scan.h"
#include "relay/store/configuration-source.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  const char *group;
  const char *key;
  const char *value;
} Edit;

static gboolean
fail(GError **error, PstErrorCode code, const char *group, const char *key, const char *text)
{
  g_set_error(error, PST_ERROR, code, "[%s] %s: %s", group, key, text);
  return FALSE;
}

static gboolean
check_edit(const Edit *edit, GError **error)
{
  const char *kind, *name;
  if (!pst_config_group_parse(edit->group, &kind, &name) || strpbrk(edit->group, "[]") != NULL)
    return fail(error, PST_ERROR_INVALID_ARGUMENT, edit->group, edit->key, "no such group");
  if (pst_config_key_find(kind, edit->key) == NULL)
    return fail(error, PST_ERROR_INVALID_ARGUMENT, edit->group, edit->key, "no such key");
  const char *texts[] = { edit->group, edit->value };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
    for (const char *p = texts[i]; *p != '\0'; p = g_utf8_next_char(p))
      if (g_unichar_iscntrl(g_utf8_get_char(p)))
        return fail(error, PST_ERROR_INVALID_ARGUMENT, edit->group, edit->key, "has a control character");
  return TRUE;
}

static char *
format_line(const Edit *edit, const char *line_end)
{
  g_auto(GStrv) parts = g_strsplit(edit->value, "\\", -1);
  g_autofree char *value = g_strjoinv("\\\\", parts);
  return g_strconcat(edit->key, "=", value, line_end, NULL);
}

/* Behind the last line of the group that is no comment: comments at its end often belong to the next one. */
static gsize
end_of_group(const PstConfigScan *scan, const char *group)
{
  gsize end = 0;
  for (guint i = 0; i < pst_config_scan_get_length(scan); i++) {
    const PstConfigLine *line = pst_config_scan_get(scan, i);
    if (g_strcmp0(line->group, group) == 0)
      end = line->end;
  }
  return end;
}

static void
insert_line(GString *text, gsize at, const char *line, const char *line_end)
{
  if (at > 0 && text->str[at - 1] != '\n') {
    g_string_insert(text, at, line_end);
    at += strlen(line_end);
  }
  g_string_insert(text, at, line);
}

static void
set_key(GString *text, const PstConfigScan *scan, const Edit *edit)
{
  const char *line_end = strstr(text->str, "\r\n") != NULL ? "\r\n" : "\n";
  g_autofree char *new_line = format_line(edit, line_end);
  const PstConfigLine *old = pst_config_scan_find(scan, edit->group, edit->key);
  if (old != NULL) {
    g_string_erase(text, old->start, old->end - old->start);
    g_string_insert(text, old->start, new_line);
  } else if (pst_config_scan_find(scan, edit->group, NULL) != NULL) {
    insert_line(text, end_of_group(scan, edit->group), new_line, line_end);
  } else {
    g_autofree char *group =
        g_strconcat(text->len > 0 ? line_end : "", "[", edit->group, "]", line_end, new_line, NULL);
    insert_line(text, text->len, group, line_end);
  }
}

/* All of them: with the last one gone an earlier one would be in force. */
static void
remove_key(GString *text, const PstConfigScan *scan, const Edit *edit)
{
  for (guint i = pst_config_scan_get_length(scan); i-- > 0;) {
    const PstConfigLine *line = pst_config_scan_get(scan, i);
    if (line->kind == PST_CONFIG_LINE_KEY && g_str_equal(line->group, edit->group) &&
        g_str_equal(line->key, edit->key))
      g_string_erase(text, line->start, line->end - line->start);
  }
}

static GBytes *
apply(GBytes *old, const Edit *edit)
{
  gsize length = 0;
  const char *octets = old != NULL ? g_bytes_get_data(old, &length) : NULL;
  g_autoptr(PstConfigScan) scan = pst_config_scan_new(octets, length);
  GString *text = g_string_new_len(octets, length);
  if (edit->value[0] != '\0')
    set_key(text, scan, edit);
  else
    remove_key(text, scan, edit);
  return g_string_free_to_bytes(text);
}

static const PstConfigProblem *
first_fatal(const GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++) {
    const PstConfigProblem *problem = g_ptr_array_index(problems, i);
    if (problem->fatal)
      return problem;
  }
  return NULL;
}

static gboolean
check_result(PstConfigSource *source, const GPtrArray *problems, const Edit *edit, GError **error)
{
  if (pst_config_source_is_locked(source, edit->group, edit->key))
    return fail(error, PST_ERROR_NOT_ALLOWED, edit->group, edit->key, "locked by the administrator");
  g_autoptr(PstConfiguration) configuration = pst_configuration_interpret(source);
  if (configuration != NULL)
    return TRUE;
  g_autofree char *text = pst_config_problem_to_text(first_fatal(problems));
  g_set_error_literal(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT, text);
  return FALSE;
}

static gboolean
fail_errno(GError **error, const char *path, int number)
{
  g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s: cannot be written: %s", path, g_strerror(number));
  return FALSE;
}

static gboolean
write_all(int fd, GBytes *contents)
{
  gsize length;
  const char *octets = g_bytes_get_data(contents, &length);
  while (length > 0) {
    gssize n = write(fd, octets, length);
    if (n < 0 && errno != EINTR)
      return FALSE;
    octets += MAX(n, 0);
    length -= MAX(n, 0);
  }
  return fsync(fd) == 0;
}

static void
sync_folder(const char *folder)
{
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  /* The file itself is written; that its name may be lost with the power is no failure to report. */
  (void)fsync(fd);
  close(fd);
}

static gboolean
replace_file(const char *target, GBytes *contents, GError **error)
{
  struct stat status;
  mode_t mode = stat(target, &status) == 0 ? status.st_mode & 07777 : 0600;
  g_autofree char *folder = g_path_get_dirname(target);
  g_autofree char *temporary = g_strconcat(target, ".XXXXXX", NULL);
  if (g_mkdir_with_parents(folder, 0700) != 0)
    return fail_errno(error, folder, errno);
  int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail_errno(error, target, errno);
  gboolean written = write_all(fd, contents) && fchmod(fd, mode) == 0;
  int number = errno;
  close(fd);
  if (written && rename(temporary, target) != 0) {
    written = FALSE;
    number = errno;
  }
  if (!written) {
    unlink(temporary);
    return fail_errno(error, target, number);
  }
  sync_folder(folder);
  return TRUE;
}

/* Where a symbolic link leads, so that it stays one. */
static char *
find_target(const char *path, GError **error)
{
  char *resolved = realpath(path, NULL);
  if (resolved != NULL) {
    char *target = g_strdup(resolved);
    free(resolved);
    return target;
  }
  if (errno == ENOENT && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
    return g_strdup(path);
  fail_errno(error, path, errno);
  return NULL;
}

static GBytes *
read_old(const char *path, gboolean *failed, GError **error)
{
  g_autofree char *problem = NULL;
  GBytes *contents = path != NULL ? pst_config_file_read(path, &problem) : NULL;
  if (problem != NULL) {
    g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "%s: %s", path, problem);
    *failed = TRUE;
  }
  return contents;
}

gboolean
pst_configuration_set(const char *path, const char *system_path, const char *group, const char *key,
                      const char *value, GError **error)
{
  const Edit edit = { group, key, value };
  gboolean failed = FALSE;
  if (!check_edit(&edit, error))
    return FALSE;
  g_autofree char *target = find_target(path, error);
  if (target == NULL)
    return FALSE;
  g_autoptr(GBytes) system = read_old(system_path, &failed, error);
  g_autoptr(GBytes) old = failed ? NULL : read_old(target, &failed, error);
  if (failed)
    return FALSE;
  g_autoptr(GBytes) contents = apply(old, &edit);
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  g_autoptr(PstConfigSource) source =
      pst_config_source_new(path, contents, system_path, system, FALSE, problems);
  return check_result(source, problems, &edit, error) && replace_file(target, contents, error);
}
