/* Headers that nobody would send. In whatever pieces they come, the facts are the same; after the edits no
 * field of Postern's is left where a next hop would find it, and without them every octet is. */
#include "relay/mail/header-scanner.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static PstHeaderScanner *
scan(const guint8 *data, gsize size, gsize step, gsize *taken)
{
  PstHeaderScanner *scanner = pst_header_scanner_new();
  PstHeaderStatus status = PST_HEADER_MORE;
  *taken = 0;
  while (*taken < size && status == PST_HEADER_MORE) {
    gsize n = MIN(step, size - *taken), part;
    status = pst_header_scanner_feed(scanner, data + *taken, n, &part);
    *taken += part;
    g_assert_true(status == PST_HEADER_DONE || (status == PST_HEADER_MORE && part == n));
  }
  pst_header_scanner_finish(scanner);
  return scanner;
}

static void
check_same(const PstHeaderFacts *a, const PstHeaderFacts *b)
{
  g_assert_cmpuint(a->n_postern_tls, ==, b->n_postern_tls);
  g_assert_cmpuint(a->n_tls_required, ==, b->n_tls_required);
  g_assert_cmpstr(a->postern_tls, ==, b->postern_tls);
  g_assert_cmpstr(a->tls_required, ==, b->tls_required);
  g_assert_cmpstr(a->subject, ==, b->subject);
  g_assert_cmpstr(a->message_id, ==, b->message_id);
  g_assert_true(a->resent == b->resent && a->subject_tag == b->subject_tag);
  g_assert_true(a->subject == NULL || g_utf8_validate(a->subject, -1, NULL));
  g_assert_true(a->message_id == NULL || g_utf8_validate(a->message_id, -1, NULL));
}

static void
check_edit(PstHeaderScanner *scanner, const PstHeaderEdit *edit)
{
  gsize size, taken;
  g_autoptr(GBytes) wire = pst_header_scanner_rewrite(scanner, edit);
  const guint8 *octets = g_bytes_get_data(wire, &size);
  g_autoptr(PstHeaderScanner) next = scan(octets, size, size + 1, &taken);
  const PstHeaderFacts *facts = pst_header_scanner_get_facts(next);
  g_assert_cmpuint(facts->n_postern_tls, ==, 0);
  g_assert_cmpuint(facts->n_tls_required, ==, edit->insert_tls_required_no);
  if (edit->insert_tls_required_no)
    g_assert_cmpstr(facts->tls_required, ==, "No");
}

static void
check_untouched(PstHeaderScanner *scanner, const guint8 *data, gsize size)
{
  static const PstHeaderEdit nothing;
  if (pst_header_scanner_get_facts(scanner)->n_postern_tls > 0)
    return;
  g_autoptr(GBytes) wire = pst_header_scanner_rewrite(scanner, &nothing);
  g_assert_cmpmem(g_bytes_get_data(wire, NULL), g_bytes_get_size(wire), data, size);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  static const PstHeaderEdit removed = { TRUE, FALSE, TRUE }, moved = { TRUE, TRUE, TRUE };
  gsize taken, taken_in_pieces;
  g_autoptr(PstHeaderScanner) whole = scan(data, size, size + 1, &taken);
  g_autoptr(PstHeaderScanner) pieces = scan(data, size, 1 + size % 3, &taken_in_pieces);
  g_assert_cmpuint(taken, ==, taken_in_pieces);
  check_same(pst_header_scanner_get_facts(whole), pst_header_scanner_get_facts(pieces));
  check_untouched(whole, data, taken);
  check_edit(whole, &removed);
  check_edit(whole, &moved);
  return 0;
}
