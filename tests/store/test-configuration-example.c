#include "relay/store/configuration-keys.h"
#include "relay/store/configuration-scan.h"
#include "relay/store/configuration-source.h"
#include <string.h>

/* The example with every key and group of it in force. */
static char *
uncomment(void)
{
  g_autofree char *path = g_test_build_filename(G_TEST_DIST, "data", "postern.conf.example", NULL),
                  *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_autoptr(GRegex) regex = g_regex_new("^#(\\[|[A-Z][A-Za-z]*=)", G_REGEX_MULTILINE, 0, NULL);
  return g_regex_replace(regex, text, -1, 0, "\\1", 0, NULL);
}

static PstConfiguration *
interpret(const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
  g_autoptr(GPtrArray) problems = pst_config_problems_new();
  g_autoptr(PstConfigSource) source =
      pst_config_source_new("postern.conf.example", bytes, NULL, NULL, TRUE, problems);
  PstConfiguration *configuration = pst_configuration_interpret(source);
  for (guint i = 0; i < problems->len; i++) {
    g_autofree char *told = pst_config_problem_to_text(g_ptr_array_index(problems, i));
    g_test_message("%s", told);
    g_test_fail();
  }
  g_assert_nonnull(configuration);
  return configuration;
}

static void
test_is_valid(void)
{
  g_autofree char *text = uncomment();
  g_autoptr(PstConfiguration) configuration = interpret(text);
  g_assert_cmpuint(configuration->accounts->len, ==, 1);
  g_assert_cmpuint(configuration->listeners->len, ==, 1);
  g_assert_cmpuint(configuration->rule_configs->len, ==, 1);
}

static void
test_has_every_key(void)
{
  g_autofree char *text = uncomment();
  g_autoptr(PstConfigScan) scan = pst_config_scan_new(text, strlen(text));
  guint n = 0;
  for (const PstConfigKey *key = pst_config_keys(); key->group != NULL; key++, n++) {
    gboolean found = FALSE;
    for (guint i = 0; i < pst_config_scan_get_length(scan); i++) {
      const PstConfigLine *line = pst_config_scan_get(scan, i);
      const char *kind, *name;
      g_assert_true(pst_config_group_parse(line->group, &kind, &name));
      found |= g_strcmp0(line->key, key->key) == 0 && g_str_equal(kind, key->group);
    }
    if (!found)
      g_test_message("[%s] %s is missing", key->group, key->key);
    g_assert_true(found);
  }
  g_assert_cmpuint(n, >, 30);
}

/* What the example calls a default is one: groups that are there without any file have the same values. */
static void
test_defaults_are_true(void)
{
  g_autofree char *text = uncomment();
  g_autoptr(PstConfiguration) example = interpret(text), defaults = interpret("# nothing\n");
  g_autoptr(GVariant) example_groups = g_variant_ref_sink(pst_configuration_to_variant(example));
  g_autoptr(GVariant) default_groups = g_variant_ref_sink(pst_configuration_to_variant(defaults));
  GVariantIter iter;
  const char *group;
  GVariant *keys;
  g_variant_iter_init(&iter, default_groups);
  while (g_variant_iter_loop(&iter, "{&s@a{ss}}", &group, &keys)) {
    g_autoptr(GVariant) same = g_variant_lookup_value(example_groups, group, G_VARIANT_TYPE("a{ss}"));
    g_autofree char *expected = g_variant_print(keys, FALSE), *found = g_variant_print(same, FALSE);
    g_assert_cmpstr(found, ==, expected);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/configuration-example/is-valid", test_is_valid);
  g_test_add_func("/configuration-example/has-every-key", test_has_every_key);
  g_test_add_func("/configuration-example/defaults-are-true", test_defaults_are_true);
  return g_test_run();
}
