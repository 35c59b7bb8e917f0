/* Reads configuration files that nobody would write. Beyond not crashing: a file is refused exactly when a
 * problem is fatal, every problem is told in bounds, and the scan knows the place of every key that GKeyFile
 * has. */
#include "relay/store/configuration-scan.h"
#include "relay/store/configuration-source.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_scan(const char *text, gsize size)
{
  g_autoptr(GKeyFile) values = g_key_file_new();
  if (!g_utf8_validate(text, size, NULL) ||
      !g_key_file_load_from_data(values, text, size, G_KEY_FILE_NONE, NULL))
    return;
  g_autoptr(PstConfigScan) scan = pst_config_scan_new(text, size);
  g_auto(GStrv) groups = g_key_file_get_groups(values, NULL);
  for (guint i = 0; groups[i] != NULL; i++) {
    g_auto(GStrv) keys = g_key_file_get_keys(values, groups[i], NULL, NULL);
    g_assert_nonnull(pst_config_scan_find(scan, groups[i], NULL));
    for (guint k = 0; keys != NULL && keys[k] != NULL; k++)
      g_assert_nonnull(pst_config_scan_find(scan, groups[i], keys[k]));
  }
}

static gboolean
tell(const GPtrArray *problems)
{
  gboolean fatal = FALSE;
  g_assert_cmpuint(problems->len, <=, 200);
  for (guint i = 0; i < problems->len; i++) {
    const PstConfigProblem *problem = g_ptr_array_index(problems, i);
    g_autofree char *text = pst_config_problem_to_text(problem);
    g_assert_true(strlen(problem->text) > 0 && g_utf8_validate(text, -1, NULL));
    fatal |= problem->fatal;
  }
  return fatal;
}

/* A file of both kinds: what stands before the first form feed is the administrator's. */
int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  const guint8 *parting = size > 0 ? memchr(data, '\f', size) : NULL;
  gsize first = parting != NULL ? (gsize)(parting - data) : 0;
  g_autoptr(GBytes) system = parting != NULL ? g_bytes_new(data, first) : NULL;
  gsize skip = parting != NULL ? first + 1 : 0;
  g_autoptr(GBytes) user = g_bytes_new(data + skip, size - skip);
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  g_autoptr(PstConfigSource) source =
      pst_config_source_new("user", user, "system", system, size % 2, problems);
  g_autoptr(PstConfiguration) configuration = pst_configuration_interpret(source);
  g_assert_cmpint(tell(problems), ==, configuration == NULL);
  if (configuration != NULL)
    g_variant_unref(g_variant_ref_sink(pst_configuration_to_variant(configuration)));
  check_scan((const char *)data, size);
  return 0;
}
