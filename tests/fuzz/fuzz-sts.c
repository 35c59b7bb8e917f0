#include "relay/trust/sts-policy.h"
#include "relay/trust/sts-record.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void
check_record(const char *text, size_t size)
{
  char id[PST_STS_MAX_ID + 1];
  if (pst_sts_record_parse(text, size, id) != PST_STS_RECORD_VALID)
    return;
  gsize length = strlen(id);
  g_assert_true(length > 0 && length <= PST_STS_MAX_ID);
  for (gsize i = 0; i < length; i++)
    g_assert_true(g_ascii_isalnum(id[i]));
}

/* What was accepted, written out plainly, is read as the same policy. */
static void
check_policy(const PstStsPolicy *policy)
{
  g_autoptr(GString) text = g_string_new("version: STSv1\n");
  g_string_append_printf(text, "mode: %s\nmax_age: %u\n", pst_sts_mode_nick(policy->mode), policy->max_age);
  for (guint i = 0; policy->mx[i] != NULL; i++)
    g_string_append_printf(text, "mx: %s\n", policy->mx[i]);
  if (text->len > PST_STS_MAX_POLICY)
    return;
  g_autoptr(PstStsPolicy) again = pst_sts_policy_parse(text->str, text->len, NULL);
  g_assert_nonnull(again);
  g_assert_true(again->mode == policy->mode && again->max_age == policy->max_age);
  g_assert_true(g_strv_equal((const char *const *)again->mx, (const char *const *)policy->mx));
  g_assert_true(policy->mode == PST_STS_NONE || policy->mx[0] != NULL);
  g_assert_false(pst_sts_policy_allows(policy, ""));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
  const char *problem = NULL;
  check_record((const char *)data, size);
  g_autoptr(PstStsPolicy) policy = pst_sts_policy_parse((const char *)data, size, &problem);
  g_assert_true((policy != NULL) == (problem == NULL));
  if (policy != NULL)
    check_policy(policy);
  return 0;
}
