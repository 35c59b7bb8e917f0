#include "relay/mail/header-scanner.h"
#include <string.h>

typedef struct {
  const char *name;
  const char *input;
  const char *rest; /* what of the input is body */
  const char *postern_tls, *tls_required;
  guint n_postern_tls, n_tls_required;
  gboolean resent, subject_tag;
  const char *subject, *message_id;
} Row;

static const Row rows[] = {
  { "nothing owned", "From: a@example.org\r\nSubject: Papers\r\nMessage-ID: <1@example.org>\r\n\r\nbody\r\n",
    "body\r\n", .subject = "Papers", .message_id = "<1@example.org>" },
  { "any case", "tls-required: no\r\nX-POSTERN-tls: Verified\r\nsubject: x\r\n\r\n", "",
    .postern_tls = "Verified", .tls_required = "no", .n_postern_tls = 1, .n_tls_required = 1,
    .subject = "x" },
  { "folded value", "TLS-Required:\r\n No\r\n\r\n", "", .tls_required = "No", .n_tls_required = 1 },
  { "folded twice", "TLS-Required: \r\n\t\r\n No \r\n\r\n", "", .tls_required = "No", .n_tls_required = 1 },
  { "space before the colon", "TLS-Required : No\r\n\r\n", "", .tls_required = "No", .n_tls_required = 1 },
  { "tab before the colon", "TLS-Required\t:No\r\n\r\n", "", .tls_required = "No", .n_tls_required = 1 },
  { "fold before the colon", "TLS-Required\r\n : No\r\n\r\n", "", .tls_required = "No", .n_tls_required = 1 },
  { "repeated",
    "TLS-Required: No\r\nTLS-Required: Yes\r\nX-Postern-TLS: usual\r\nX-Postern-TLS: anyway\r\n\r\n", "",
    .postern_tls = "usual", .tls_required = "No", .n_postern_tls = 2, .n_tls_required = 2 },
  { "empty value", "TLS-Required:\r\n\r\n", "", .tls_required = "", .n_tls_required = 1 },
  { "longer and shorter names", "TLS-Required-By: No\r\nTLS-Require: No\r\nX-TLS-Required: No\r\n\r\n", "" },
  { "only in the body", "Subject: x\r\n\r\nTLS-Required: No\r\n\r\n", "TLS-Required: No\r\n\r\n",
    .subject = "x" },
  { "folded onto another field", "X-Other: a\r\n TLS-Required: No\r\n\r\n", "" },
  { "behind an mbox line", "From a Mon Jan  1 00:00:00 2024\r\nTLS-Required: No\r\n\r\n", "",
    .tls_required = "No", .n_tls_required = 1 },
  { "behind garbage", "no field here\r\nTLS-Required: No\r\n\r\n", "", .tls_required = "No",
    .n_tls_required = 1 },
  { "behind a line of white space", "Subject: x\r\n \r\nTLS-Required: No\r\n\r\n", "", .tls_required = "No",
    .n_tls_required = 1, .subject = "x" },
  { "behind a leading fold", " x\r\nTLS-Required: No\r\n\r\n", "", .tls_required = "No",
    .n_tls_required = 1 },
  { "control in the value", "TLS-Required: No\x01\r\n\r\n", "", .tls_required = "No?", .n_tls_required = 1 },
  { "resent", "Resent-From: a@example.org\r\n\r\n", "", .resent = TRUE },
  { "resent, any case", "rESENT-to: a@example.org\r\n\r\n", "", .resent = TRUE },
  { "not resent", "Resent: a\r\nResent-: b\r\nX-Resent-To: c\r\n\r\n", "" },
  { "tag", "Subject: [verified] Papers\r\n\r\n", "", .subject_tag = TRUE, .subject = "Papers" },
  { "tag, any case, no space", "Subject:[VeriFied]Papers\r\n\r\n", "", .subject_tag = TRUE,
    .subject = "Papers" },
  { "tag on a folded line", "Subject:\r\n [verified]\r\n Papers\r\n\r\n", "", .subject_tag = TRUE,
    .subject = "Papers" },
  { "tag alone", "Subject: [verified]\r\n\r\n", "", .subject_tag = TRUE, .subject = "" },
  { "tag not at the start", "Subject: Re: [verified] Papers\r\n\r\n", "",
    .subject = "Re: [verified] Papers" },
  { "tag in an encoded word", "Subject: =?utf-8?Q?[verified]_x?=\r\n\r\n", "", .subject = "[verified] x" },
  { "tag before an encoded word", "Subject: [verified] =?utf-8?Q?Stra=C3=9Fe?=\r\n\r\n", "",
    .subject_tag = TRUE,
    .subject = "Stra\xc3\x9f"
               "e" },
  { "tag broken off", "Subject: [verifie\r\n\r\n", "", .subject = "[verifie" },
  { "second subject", "Subject: one\r\nSubject: [verified] two\r\n\r\n", "", .subject = "one" },
  { "no message id", "Message-ID: none\r\n\r\n", "" },
  { "folded message id", "Message-Id:\r\n <1@example.org> (x)\r\n\r\n", "", .message_id = "<1@example.org>" },
  { "no header", "\r\nTLS-Required: No\r\n", "TLS-Required: No\r\n" },
  { "no empty line", "TLS-Required: No\r\n", "", .tls_required = "No", .n_tls_required = 1 },
  { "no line end", "TLS-Required: No", "", .tls_required = "No", .n_tls_required = 1 },
  { "empty", "", "" },
};

/* Feeds @input in pieces of @step octets; what was not taken is returned. */
static const char *
feed(PstHeaderScanner *scanner, const char *input, gsize step)
{
  gsize length = strlen(input);
  for (gsize at = 0; at < length;) {
    gsize n = MIN(step, length - at), taken;
    PstHeaderStatus status = pst_header_scanner_feed(scanner, (const guint8 *)input + at, n, &taken);
    at += taken;
    if (status == PST_HEADER_DONE)
      return input + at;
    g_assert_cmpint(status, ==, PST_HEADER_MORE);
    g_assert_cmpuint(taken, ==, n);
  }
  pst_header_scanner_finish(scanner);
  return input + length;
}

static void
check_row(const Row *row, gsize step)
{
  g_autoptr(PstHeaderScanner) scanner = pst_header_scanner_new();
  g_test_message("%s, %" G_GSIZE_FORMAT, row->name, step);
  g_assert_cmpstr(feed(scanner, row->input, step), ==, row->rest);
  const PstHeaderFacts *facts = pst_header_scanner_get_facts(scanner);
  g_assert_cmpuint(facts->n_postern_tls, ==, row->n_postern_tls);
  g_assert_cmpuint(facts->n_tls_required, ==, row->n_tls_required);
  g_assert_cmpstr(facts->postern_tls, ==, row->postern_tls);
  g_assert_cmpstr(facts->tls_required, ==, row->tls_required);
  g_assert_cmpint(facts->resent, ==, row->resent);
  g_assert_cmpint(facts->subject_tag, ==, row->subject_tag);
  g_assert_cmpstr(facts->subject, ==, row->subject);
  g_assert_cmpstr(facts->message_id, ==, row->message_id);
}

static void
test_facts(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    check_row(&rows[i], 1);
    check_row(&rows[i], 3);
    check_row(&rows[i], strlen(rows[i].input) + 1);
  }
}

#define REMOVE 1
#define INSERT 2
#define TAG    4

typedef struct {
  const char *name;
  const char *input;
  guint edit;
  const char *output;
} RewriteRow;

static const RewriteRow rewrite_rows[] = {
  { "nothing", "A: 1\r\n b\r\nSubject: x\r\n\r\n", REMOVE | TAG, "A: 1\r\n b\r\nSubject: x\r\n\r\n" },
  { "always without X-Postern-TLS", "A: 1\r\nx-postern-TLS: usual;\r\n token=1\r\nB: 2\r\n\r\n", 0,
    "A: 1\r\nB: 2\r\n\r\n" },
  { "TLS-Required stays", "TLS-Required: No\r\n\r\n", 0, "TLS-Required: No\r\n\r\n" },
  { "TLS-Required goes", "A: 1\r\nTLS-Required: No\r\nB: 2\r\n\r\n", REMOVE, "A: 1\r\nB: 2\r\n\r\n" },
  { "all of them go", "TLS-Required: No\r\nA: 1\r\nTLS-Required\t:\r\n No\r\n\r\n", REMOVE, "A: 1\r\n\r\n" },
  { "every fold goes", "TLS-Required:\r\n No\r\n\t \r\n x\r\nA: 1\r\n\r\n", REMOVE, "A: 1\r\n\r\n" },
  { "inserted at the top", "Received: x\r\nA: 1\r\n\r\n", INSERT,
    "TLS-Required: No\r\nReceived: x\r\nA: 1\r\n\r\n" },
  { "moved to the top", "A: 1\r\ntls-required: NO\r\nX-Postern-TLS: anyway\r\nB: 2\r\n\r\n", REMOVE | INSERT,
    "TLS-Required: No\r\nA: 1\r\nB: 2\r\n\r\n" },
  { "behind the mbox line", ">From a Mon Jan\r\nA: 1\r\n\r\n", INSERT,
    ">From a Mon Jan\r\nTLS-Required: No\r\nA: 1\r\n\r\n" },
  { "mbox line alone", "From a Mon Jan\r\n\r\n", INSERT, "From a Mon Jan\r\nTLS-Required: No\r\n\r\n" },
  { "mbox line without end", "From a Mon Jan", INSERT, "TLS-Required: No\r\n\r\nFrom a Mon Jan" },
  { "no field first", "garbage\r\nA: 1\r\n\r\n", INSERT, "TLS-Required: No\r\n\r\ngarbage\r\nA: 1\r\n\r\n" },
  { "white space first", " x\r\nA: 1\r\n\r\n", INSERT, "TLS-Required: No\r\n\r\n x\r\nA: 1\r\n\r\n" },
  { "removed behind garbage", "garbage\r\nTLS-Required: No\r\n\r\n", REMOVE, "garbage\r\n\r\n" },
  { "no header", "\r\n", INSERT, "TLS-Required: No\r\n\r\n" },
  { "empty", "", INSERT, "TLS-Required: No\r\n" },
  { "header alone", "A: 1\r\n", INSERT, "TLS-Required: No\r\nA: 1\r\n" },
  { "all fields gone", "X-Postern-TLS: usual\r\n\r\n", 0, "\r\n" },
  { "tag stays", "Subject: [verified] x\r\n\r\n", REMOVE, "Subject: [verified] x\r\n\r\n" },
  { "tag goes", "Subject: [Verified] \t x  y\r\n\r\n", TAG, "Subject: x  y\r\n\r\n" },
  { "tag without space", "Subject:[verified]x\r\n\r\n", TAG, "Subject:x\r\n\r\n" },
  { "tag and fold", "Subject: [verified]\r\n x\r\n y\r\nA: 1\r\n\r\n", TAG,
    "Subject: x\r\n y\r\nA: 1\r\n\r\n" },
  { "tag behind a fold", "Subject:\r\n [verified] x\r\n\r\n", TAG, "Subject:\r\n x\r\n\r\n" },
  { "tag alone", "Subject:\r\n [verified]\r\n \r\nA: 1\r\n\r\n", TAG, "Subject:\r\nA: 1\r\n\r\n" },
  { "octets", "A: \xff\xfe\r\nSubject: [verified] \xe9\r\n\r\n", TAG,
    "A: \xff\xfe\r\nSubject: \xe9\r\n\r\n" },
};

static void
test_rewrite(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rewrite_rows); i++) {
    const RewriteRow *row = &rewrite_rows[i];
    PstHeaderEdit edit = { row->edit & REMOVE, row->edit & INSERT, row->edit & TAG };
    g_autoptr(PstHeaderScanner) scanner = pst_header_scanner_new();
    g_test_message("%s", row->name);
    feed(scanner, row->input, 1 + i % 7);
    g_autoptr(GBytes) wire = pst_header_scanner_rewrite(scanner, &edit);
    g_autofree char *text = g_strndup(g_bytes_get_data(wire, NULL), g_bytes_get_size(wire));
    g_assert_cmpstr(text, ==, row->output);
  }
}

static void
test_nul(void)
{
  static const char input[] = "TLS-Required: No\0x\r\nSubject: a\0b\r\n\r\n";
  g_autoptr(PstHeaderScanner) scanner = pst_header_scanner_new();
  gsize taken;
  g_assert_cmpint(pst_header_scanner_feed(scanner, (const guint8 *)input, sizeof input - 1, &taken), ==,
                  PST_HEADER_DONE);
  const PstHeaderFacts *facts = pst_header_scanner_get_facts(scanner);
  g_assert_cmpstr(facts->tls_required, ==, "No?x");
  g_assert_cmpstr(facts->subject, ==, "a?b");
  PstHeaderEdit edit = { 0 };
  g_autoptr(GBytes) wire = pst_header_scanner_rewrite(scanner, &edit);
  g_assert_cmpmem(g_bytes_get_data(wire, NULL), g_bytes_get_size(wire), input, sizeof input - 1);
}

static void
check_ceiling(gsize length, PstHeaderStatus expected)
{
  g_autofree char *input = g_strnfill(length, 'a');
  memcpy(input, "A: ", 3);
  memcpy(input + length - 4, "\r\n\r\n", 4);
  g_autoptr(PstHeaderScanner) scanner = pst_header_scanner_new();
  PstHeaderStatus status = PST_HEADER_MORE;
  for (gsize at = 0, taken; at < length && status == PST_HEADER_MORE; at += taken) {
    gsize n = MIN(60000, length - at);
    status = pst_header_scanner_feed(scanner, (const guint8 *)input + at, n, &taken);
  }
  g_assert_cmpint(status, ==, expected);
}

static void
test_ceiling(void)
{
  check_ceiling(PST_HEADER_MAX - 1, PST_HEADER_DONE);
  check_ceiling(PST_HEADER_MAX, PST_HEADER_DONE);
  check_ceiling(PST_HEADER_MAX + 1, PST_HEADER_TOO_LARGE);
}

static void
test_long_subject(void)
{
  GString *input = g_string_new("Subject: a");
  for (guint i = 0; i < 400; i++)
    g_string_append(input, "\xc3\xa4");
  g_string_append(input, "\r\n\r\n");
  g_autoptr(PstHeaderScanner) scanner = pst_header_scanner_new();
  feed(scanner, input->str, input->len);
  const char *subject = pst_header_scanner_get_facts(scanner)->subject;
  g_assert_cmpuint(strlen(subject), ==, 499);
  g_assert_true(g_utf8_validate(subject, -1, NULL));
  g_string_free(input, TRUE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/header-scanner/facts", test_facts);
  g_test_add_func("/header-scanner/rewrite", test_rewrite);
  g_test_add_func("/header-scanner/nul", test_nul);
  g_test_add_func("/header-scanner/ceiling", test_ceiling);
  g_test_add_func("/header-scanner/long-subject", test_long_subject);
  return g_test_run();
}
