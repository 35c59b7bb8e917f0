#include "tests/store/configuration-text.h"
#include "relay/store/configuration-source.h"
#include <string.h>

PstConfiguration *
pst_test_interpret(const char *user, const char *system, gboolean strict, char **told)
{
  g_autoptr(GBytes) user_bytes = user != NULL ? g_bytes_new(user, strlen(user)) : NULL;
  g_autoptr(GBytes) system_bytes = system != NULL ? g_bytes_new(system, strlen(system)) : NULL;
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  g_autoptr(PstConfigSource) source =
      pst_config_source_new("postern.conf", user_bytes, "system.conf", system_bytes, strict, problems);
  PstConfiguration *configuration = pst_configuration_interpret(source);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < problems->len; i++) {
    const PstConfigProblem *problem = g_ptr_array_index(problems, i);
    g_autofree char *line = pst_config_problem_to_text(problem);
    g_string_append_printf(text, "%s%s%s", i > 0 ? "\n" : "", problem->fatal ? "" : "warning: ", line);
  }
  *told = g_string_free(text, FALSE);
  return configuration;
}
