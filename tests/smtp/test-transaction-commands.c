#include "relay/smtp/transaction-commands.h"
#include <string.h>

#define EVERYTHING                                                                                           \
  (PST_EXT_SIZE | PST_EXT_8BITMIME | PST_EXT_SMTPUTF8 | PST_EXT_DSN | PST_EXT_REQUIRETLS | PST_EXT_PIPELINING)

typedef struct {
  guint announced;
  const char *sender; /* path */
  const char *recipient;
  PstClientTransaction transaction;
  PstNotify notify;
  const char *orcpt;
  const char *lines; /* joined; NULL: cannot be sent */
} Row;

#define PLAIN_TRANSACTION                                                                                    \
  {                                                                                                          \
    .size = -1                                                                                               \
  }

static const Row rows[] = {
  { 0, "<a@example.org>", "<b@example.net>", PLAIN_TRANSACTION,
    .lines = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n" },
  { EVERYTHING, "<>", "<b@example.net>", PLAIN_TRANSACTION,
    .lines = "MAIL FROM:<>\r\nRCPT TO:<b@example.net>\r\n" },
  { EVERYTHING,
    "<a@example.org>",
    "<b@example.net>",
    { .size = 0,
      .body_8bit = TRUE,
      .smtputf8 = TRUE,
      .requiretls = TRUE,
      .ret = PST_RET_HDRS,
      .envid = "id+2B1" },
    PST_NOTIFY_FAILURE | PST_NOTIFY_DELAY,
    "rfc822;b@example.net",
    "MAIL FROM:<a@example.org> SIZE=0 BODY=8BITMIME SMTPUTF8 REQUIRETLS RET=HDRS ENVID=id+2B1\r\n"
    "RCPT TO:<b@example.net> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b@example.net\r\n" },
  /* what only informs is left out where it was not announced */
  { 0,
    "<a@example.org>",
    "<b@example.net>",
    { .size = 77,
      .body_8bit = TRUE,
      .ret = PST_RET_FULL,
      .envid = "x",
      .default_notify = PST_NOTIFY_FAILURE },
    PST_NOTIFY_NEVER,
    "rfc822;x",
    "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n" },
  { PST_EXT_DSN,
    "<a@example.org>",
    "<b@example.net>",
    { .size = -1, .ret = PST_RET_FULL, .default_notify = PST_NOTIFY_FAILURE | PST_NOTIFY_DELAY },
    .lines = "MAIL FROM:<a@example.org> RET=FULL\r\nRCPT TO:<b@example.net> NOTIFY=FAILURE,DELAY\r\n" },
  { PST_EXT_DSN,
    "<a@example.org>",
    "<b@example.net>",
    { .size = -1, .default_notify = PST_NOTIFY_FAILURE },
    .notify = PST_NOTIFY_NEVER,
    .lines = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net> NOTIFY=NEVER\r\n" },
  { PST_EXT_DSN, "<a@example.org>", "<b@example.net>", PLAIN_TRANSACTION, .notify = PST_NOTIFY_SUCCESS,
    .lines = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net> NOTIFY=SUCCESS\r\n" },
  /* addresses that need it ask for SMTPUTF8 by themselves */
  { EVERYTHING, "<a@example.org>", "<\xc3\xbc@example.net>", PLAIN_TRANSACTION,
    .lines = "MAIL FROM:<a@example.org> SMTPUTF8\r\nRCPT TO:<\xc3\xbc@example.net>\r\n" },
  /* what the message cannot go without */
  { EVERYTHING & ~PST_EXT_REQUIRETLS,
    "<a@example.org>",
    "<b@example.net>",
    { .size = -1, .requiretls = TRUE } },
  { EVERYTHING & ~PST_EXT_SMTPUTF8, "<a@example.org>", "<b@example.net>", { .size = -1, .smtputf8 = TRUE } },
  { EVERYTHING & ~PST_EXT_SMTPUTF8, "<\xc3\xbc@example.org>", "<b@example.net>", PLAIN_TRANSACTION },
  { EVERYTHING & ~PST_EXT_SMTPUTF8, "<a@example.org>", "<\xc3\xbc@example.net>", PLAIN_TRANSACTION },
  { EVERYTHING, "<a@example.org>", "<b@example.net>", PLAIN_TRANSACTION,
    .orcpt = "utf-8;\xc3\xbc@example.net" },
  /* T49: nothing may become a second line */
  { EVERYTHING,
    "<a@example.org>",
    "<b@example.net>",
    { .size = -1, .envid = "x\r\nRCPT TO:<c@example.net>" } },
  { EVERYTHING, "<a@example.org>", "<b@example.net>", { .size = -1, .envid = "x\ny" } },
  { EVERYTHING, "<a@example.org>", "<b@example.net>", PLAIN_TRANSACTION, .orcpt = "rfc822;x\rDATA" },
  { EVERYTHING, "<a@example.org>", "<b@example.net>", PLAIN_TRANSACTION, .orcpt = "rfc822;x\x7f" },
};

static void
check_row(const Row *row)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_path(row->sender, strlen(row->sender), TRUE);
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_path(row->recipient, strlen(row->recipient), TRUE);
  g_autoptr(PstEnvelope) envelope = pst_envelope_new(sender);
  PstRecipient *recipient = pst_envelope_add(envelope, mailbox);
  recipient->notify = row->notify;
  recipient->orcpt = g_strdup(row->orcpt);
  PstExtensions extensions = { .flags = row->announced };
  g_autoptr(GPtrArray) commands = pst_transaction_commands_new(envelope, &row->transaction, &extensions);
  if (row->lines == NULL) {
    g_assert_null(commands);
    return;
  }
  g_assert_cmpuint(commands->len, ==, 2);
  g_autofree char *lines = g_strconcat(commands->pdata[0], commands->pdata[1], NULL);
  g_assert_cmpstr(lines, ==, row->lines);
}

static void
test_rows(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    check_row(&rows[i]);
}

static void
test_order(void)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_address("a@example.org");
  g_autoptr(PstMailbox) first = pst_mailbox_parse_address("z@example.net");
  g_autoptr(PstMailbox) second = pst_mailbox_parse_address("b@example.net");
  g_autoptr(PstEnvelope) envelope = pst_envelope_new(sender);
  pst_envelope_add(envelope, first);
  pst_envelope_add(envelope, second);
  PstClientTransaction transaction = PLAIN_TRANSACTION;
  PstExtensions extensions = { 0 };
  g_autoptr(GPtrArray) commands = pst_transaction_commands_new(envelope, &transaction, &extensions);
  g_assert_cmpuint(commands->len, ==, 3);
  g_assert_cmpstr(commands->pdata[1], ==, "RCPT TO:<z@example.net>\r\n");
  g_assert_cmpstr(commands->pdata[2], ==, "RCPT TO:<b@example.net>\r\n");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/transaction-commands/rows", test_rows);
  g_test_add_func("/transaction-commands/order", test_order);
  return g_test_run();
}
