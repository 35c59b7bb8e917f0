/* Values of X-Postern-TLS that no add-on would send. What is read can be written again and reads the same. */
#include "relay/policy/choice.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autofree char *value = g_strndup((const char *)data, size);
  PstHeaderChoice choice = { 0 }, again = { 0 };
  if (!pst_header_choice_parse(value, &choice)) {
    g_assert_null(choice.token);
    return 0;
  }
  const char *nick = pst_requirement_nick(choice.requirement);
  g_autofree char *written =
      choice.token != NULL ? g_strconcat(nick, "; token=", choice.token, NULL) : g_strdup(nick);
  g_assert_true(pst_header_choice_parse(written, &again));
  g_assert_cmpint(again.requirement, ==, choice.requirement);
  g_assert_cmpstr(again.token, ==, choice.token);
  g_assert_true(choice.token == NULL || (choice.token[0] != '\0' && strlen(choice.token) <= 64));
  g_free(choice.token);
  g_free(again.token);
  return 0;
}
