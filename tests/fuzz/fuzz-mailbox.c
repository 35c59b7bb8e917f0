/* Paths that nobody would write. What is taken for one cannot end its line or its brackets early, and says
 * the same when it is read again at the next hop. */
#include "relay/mail/mailbox.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_wire(const char *wire)
{
  gboolean quoted = FALSE;
  for (const char *p = wire; *p != '\0'; p++) {
    g_assert_false(g_ascii_iscntrl(*p));
    if (quoted && *p == '\\')
      p++;
    else if (*p == '"')
      quoted = !quoted;
    else
      g_assert_true(quoted || (*p != '<' && *p != '>' && *p != ' '));
  }
  g_assert_false(quoted);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  gboolean utf8 = size > 0 && data[0] == 'u';
  g_autoptr(PstMailbox) mailbox =
      size > 0 ? pst_mailbox_parse_path((const char *)data + 1, size - 1, utf8) : NULL;
  if (mailbox == NULL)
    return 0;
  const char *wire = pst_mailbox_get_wire(mailbox);
  check_wire(wire);
  g_assert_true(utf8 || pst_mailbox_is_ascii(mailbox));
  g_assert_cmpint(pst_mailbox_is_null(mailbox), ==, size == 3);
  if (!pst_mailbox_is_null(mailbox))
    g_assert_cmpint(pst_mailbox_get_domain(mailbox) == NULL, ==, pst_mailbox_get_literal(mailbox) != NULL);
  g_autofree char *path = g_strconcat("<", wire, ">", NULL);
  g_autoptr(PstMailbox) again = pst_mailbox_parse_path(path, strlen(path), utf8);
  g_assert_nonnull(again);
  g_assert_cmpstr(pst_mailbox_get_wire(again), ==, wire);
  g_assert_cmpstr(pst_mailbox_get_key(again), ==, pst_mailbox_get_key(mailbox));
  return 0;
}
