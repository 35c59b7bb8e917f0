#include "relay/smtp/path-arguments.h"
#include <string.h>

static const struct {
  const char *argument;
  guint code; /* 0: taken */
  const char *wire;
} mail_rows[] = {
  { "FROM:<me@example.org>", 0, "me@example.org" },
  { "from:<me@example.org>", 0, "me@example.org" },
  { "FROM: <me@example.org>", 0, "me@example.org" },
  { "FROM:<>", 0, "" },
  { "FROM:<me@example.org>  SIZE=5  BODY=8BITMIME", 0, "me@example.org" },
  { "FROM:<\"a>b\"@example.org> SIZE=5", 0, "\"a>b\"@example.org" },
  { "FROM:<\"a\\\">b\"@example.org>", 0, "\"a\\\">b\"@example.org" },
  { "FROM:<@hop.example:me@example.org>", 0, "me@example.org" },
  { "", 501, NULL },
  { "FROM", 501, NULL },
  { "FROM:", 501, NULL },
  { "TO:<me@example.org>", 501, NULL },
  { "FROM :<me@example.org>", 501, NULL },
  { "FROM:me@example.org", 501, NULL },
  { "FROM:<me@example.org", 501, NULL },
  { "FROM:<me@example.org>SIZE=5", 501, NULL },
  { "FROM:<\"me@example.org>", 501, NULL },
  { "FROM:<a>b@example.org>", 501, NULL },
  { "FROM:<me@>", 501, NULL },
  { "FROM:<me@exa mple.org>", 501, NULL },
  { "FROM:<me@example.org> SIZE", 501, NULL },
  { "FROM:<me@example.org> SIZE=", 501, NULL },
  { "FROM:<me@example.org> SIZE=-1", 501, NULL },
  { "FROM:<me@example.org> SIZE=1k", 501, NULL },
  { "FROM:<me@example.org> SIZE=111111111111111111111", 501, NULL },
  { "FROM:<me@example.org> SIZE=1 size=1", 501, NULL },
  { "FROM:<me@example.org> BODY", 501, NULL },
  { "FROM:<me@example.org> BODY=BINARYMIME", 501, NULL },
  { "FROM:<me@example.org> RET=BODY", 501, NULL },
  { "FROM:<me@example.org> RET", 501, NULL },
  { "FROM:<me@example.org> ENVID=", 501, NULL },
  { "FROM:<me@example.org> ENVID=a=b", 501, NULL },
  { "FROM:<me@example.org> ENVID=a+4", 501, NULL },
  { "FROM:<me@example.org> SMTPUTF8=1", 501, NULL },
  { "FROM:<me@example.org> SMTPUTF8=", 501, NULL },
  { "FROM:<me@example.org> REQUIRETLS=1", 501, NULL },
  { "FROM:<me@example.org> REQUIRETLS=", 501, NULL },
  { "FROM:<me@example.org> REQUIRETLS RequireTLS", 501, NULL },
  { "FROM:<me@example.org> AUTH=<>", 0, "me@example.org" },
  { "FROM:<me@example.org> AUTH=me+2Byou@example.org", 0, "me@example.org" },
  { "FROM:<me@example.org> AUTH", 501, NULL },
  { "FROM:<me@example.org> AUTH=a+", 501, NULL },
  { "FROM:<me@example.org> FOO=1", 555, NULL },
  { "FROM:<me@example.org> FOO", 555, NULL },
  { "FROM:<me@example.org> NOTIFY=NEVER", 555, NULL },
  { "FROM:<me@example.org> =", 555, NULL },
  { "FROM:<jos\xc3\xa9@example.org>", 553, NULL },
  { "FROM:<jos\xc3\xa9@example.org> SMTPUTF8", 0, "jos\xc3\xa9@example.org" },
  { "FROM:<me@b\xc3\xbc"
    "cher.example>",
    553, NULL },
  { "FROM:<me\xff@example.org>", 553, NULL },
  { "FROM:<me\xff@example.org> SMTPUTF8", 501, NULL },
};

static void
test_mail(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(mail_rows); i++) {
    g_autoptr(PstEnvelope) envelope = NULL;
    PstStockReply answer =
        pst_mail_argument_parse(mail_rows[i].argument, strlen(mail_rows[i].argument), &envelope);
    g_test_message("row %u", i);
    g_assert_cmpuint(pst_stock_reply_get_code(answer), ==, mail_rows[i].code);
    if (mail_rows[i].code == 0)
      g_assert_cmpstr(pst_mailbox_get_wire(envelope->sender), ==, mail_rows[i].wire);
    else
      g_assert_null(envelope);
  }
}

static void
test_mail_values(void)
{
  static const char argument[] =
      "FROM:<me@example.org> size=99999999999999999999 ret=hdrs ENVID=QQ+2B314 body=8bitmime "
      "smtputf8 requiretls";
  g_autoptr(PstEnvelope) envelope = NULL;
  g_assert_cmpint(pst_mail_argument_parse(argument, strlen(argument), &envelope), ==, PST_STOCK_NONE);
  g_assert_cmpint(envelope->size, ==, G_MAXINT64);
  g_assert_cmpint(envelope->ret, ==, PST_RET_HDRS);
  g_assert_cmpstr(envelope->envid, ==, "QQ+2B314");
  g_assert_cmpint(envelope->body, ==, PST_BODY_8BITMIME);
  g_assert_true(envelope->smtputf8);
  g_assert_true(envelope->requiretls);

  g_autoptr(PstEnvelope) plain = NULL;
  g_assert_cmpint(pst_mail_argument_parse("FROM:<>", 7, &plain), ==, PST_STOCK_NONE);
  g_assert_cmpint(plain->size, ==, -1);
  g_assert_cmpint(plain->ret, ==, PST_RET_UNSET);
  g_assert_null(plain->envid);
  g_assert_cmpint(plain->body, ==, PST_BODY_7BIT);
  g_assert_false(plain->smtputf8);
  g_assert_false(plain->requiretls);
}

static void
test_envid_length(void)
{
  for (guint n = 100; n <= 101; n++) {
    g_autofree char *envid = g_strnfill(n, 'e');
    g_autofree char *argument = g_strconcat("FROM:<a@example.org> ENVID=", envid, NULL);
    g_autoptr(PstEnvelope) envelope = NULL;
    PstStockReply answer = pst_mail_argument_parse(argument, strlen(argument), &envelope);
    g_assert_cmpint(answer, ==, n == 100 ? PST_STOCK_NONE : PST_STOCK_BAD_PARAMETER);
  }
}

static void
test_rcpt(void)
{
  static const struct {
    const char *argument;
    gboolean smtputf8;
    guint code;
    PstNotify notify;
    const char *orcpt;
  } rows[] = {
    { "TO:<you@example.net>", FALSE, 0, PST_NOTIFY_UNSET, NULL },
    { "to: <you@example.net>", FALSE, 0, PST_NOTIFY_UNSET, NULL },
    { "TO:<you@example.net> NOTIFY=never", FALSE, 0, PST_NOTIFY_NEVER, NULL },
    { "TO:<you@example.net> NOTIFY=SUCCESS,failure,DELAY", FALSE, 0,
      PST_NOTIFY_SUCCESS | PST_NOTIFY_FAILURE | PST_NOTIFY_DELAY, NULL },
    { "TO:<you@example.net> NOTIFY=DELAY ORCPT=rfc822;a+2Bb@example.net", FALSE, 0, PST_NOTIFY_DELAY,
      "rfc822;a+2Bb@example.net" },
    { "TO:<you@example.net> ORCPT=utf-8;jos\xc3\xa9@example.net", TRUE, 0, PST_NOTIFY_UNSET,
      "utf-8;jos\xc3\xa9@example.net" },
    { "TO:<you@example.net> ORCPT=utf-8;jos\\x{E9}@example.net", FALSE, 0, PST_NOTIFY_UNSET,
      "utf-8;jos\\x{E9}@example.net" },
    { "TO:<you@example.net> ORCPT=utf-8;jos\xc3\xa9@example.net", FALSE, 553, 0, NULL },
    { "TO:<you@example.net> ORCPT=utf-8;jos\xff@example.net", TRUE, 501, 0, NULL },
    { "TO:<you@example.net> ORCPT=rfc822;jos\xc3\xa9@example.net", TRUE, 501, 0, NULL },
    { "TO:<you@example.net> ORCPT=you@example.net", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> ORCPT=;you@example.net", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> ORCPT=rfc_822;you@example.net", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> ORCPT", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> NOTIFY", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> NOTIFY=", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> NOTIFY=NEVER,DELAY", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> NOTIFY=DELAY,", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> NOTIFY=DELAY NOTIFY=DELAY", FALSE, 501, 0, NULL },
    { "TO:<you@example.net> SIZE=5", FALSE, 555, 0, NULL },
    { "TO:<you@example.net> REQUIRETLS", FALSE, 555, 0, NULL },
    { "TO:<>", FALSE, 501, 0, NULL },
    { "TO:<postmaster>", FALSE, 501, 0, NULL },
    { "TO:you@example.net", FALSE, 501, 0, NULL },
    { "FROM:<you@example.net>", FALSE, 501, 0, NULL },
    { "", FALSE, 501, 0, NULL },
    { "TO:<jos\xc3\xa9@example.net>", FALSE, 553, 0, NULL },
    { "TO:<jos\xc3\xa9@example.net>", TRUE, 0, PST_NOTIFY_UNSET, NULL },
  };
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_path("<>", 2, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstEnvelope) envelope = pst_envelope_new(sender);
    envelope->smtputf8 = rows[i].smtputf8;
    PstStockReply answer = pst_rcpt_argument_parse(rows[i].argument, strlen(rows[i].argument), envelope);
    g_test_message("row %u", i);
    g_assert_cmpuint(pst_stock_reply_get_code(answer), ==, rows[i].code);
    g_assert_cmpuint(envelope->recipients->len, ==, rows[i].code == 0);
    if (rows[i].code != 0)
      continue;
    g_assert_cmpint(pst_envelope_recipient(envelope, 0)->notify, ==, rows[i].notify);
    g_assert_cmpstr(pst_envelope_recipient(envelope, 0)->orcpt, ==, rows[i].orcpt);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/path-arguments/mail", test_mail);
  g_test_add_func("/smtp/path-arguments/mail-values", test_mail_values);
  g_test_add_func("/smtp/path-arguments/envid-length", test_envid_length);
  g_test_add_func("/smtp/path-arguments/rcpt", test_rcpt);
  return g_test_run();
}
