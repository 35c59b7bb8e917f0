/* Names that nobody would register. What is taken for a name is one: its form is right, it is a fixed point,
 * and what a person reads of it leads back to it. */
#include "relay/mail/domain-name.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_form(const char *name)
{
  g_assert_cmpuint(strlen(name), <=, 253);
  g_assert_cmpuint(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-."), ==, strlen(name));
  for (const char *label = name; label != NULL; label = pst_domain_name_parent(label)) {
    gsize length = strcspn(label, ".");
    g_assert_cmpuint(length, >=, 1);
    g_assert_cmpuint(length, <=, 63);
    g_assert_true(label[0] != '-' && label[length - 1] != '-');
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autofree char *name = pst_domain_name_normalise((const char *)data, size);
  if (name == NULL)
    return 0;
  check_form(name);
  g_autofree char *again = pst_domain_name_normalise(name, strlen(name));
  g_assert_cmpstr(again, ==, name);
  g_autofree char *display = pst_domain_name_display(name);
  g_autofree char *back = pst_domain_name_normalise(display, strlen(display));
  g_assert_cmpstr(back, ==, name);
  return 0;
}
