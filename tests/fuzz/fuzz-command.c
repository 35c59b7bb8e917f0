/* Reads command lines nobody would send. What is taken of MAIL and RCPT must be fit to go on to the next
 * server: no control character, bracket outside quotes, or UTF-8 that was not asked for can be in it. */
#include "relay/smtp/command.h"
#include "relay/smtp/path-arguments.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_text(const char *text, gboolean utf8)
{
  g_assert_true(g_utf8_validate(text, -1, NULL));
  g_assert_true(utf8 || g_str_is_ascii(text));
  for (const char *p = text; *p != '\0'; p++)
    g_assert_false(g_ascii_iscntrl(*p));
}

static void
check_parameter(const char *text, gboolean utf8)
{
  if (text == NULL)
    return;
  check_text(text, utf8);
  g_assert_null(strpbrk(text, " ="));
}

/* The path in its brackets is the path again. */
static void
check_mailbox(const PstMailbox *mailbox, gboolean utf8)
{
  check_text(pst_mailbox_get_wire(mailbox), utf8);
  g_autofree char *path = g_strdup_printf("<%s>", pst_mailbox_get_wire(mailbox));
  g_autoptr(PstMailbox) again = pst_mailbox_parse_path(path, strlen(path), utf8);
  g_assert_nonnull(again);
  g_assert_cmpstr(pst_mailbox_get_key(again), ==, pst_mailbox_get_key(mailbox));
}

static void
check_mail(const PstCommand *command)
{
  g_autoptr(PstEnvelope) envelope = NULL;
  PstStockReply wrong = pst_mail_argument_parse(command->argument, command->length, &envelope);
  g_assert_true((wrong == PST_STOCK_NONE) == (envelope != NULL));
  if (envelope == NULL)
    return;
  check_mailbox(envelope->sender, envelope->smtputf8);
  check_parameter(envelope->envid, FALSE);
  g_assert_cmpint(envelope->size, >=, -1);
  g_assert_cmpuint(envelope->recipients->len, ==, 0);
}

static void
check_rcpt(const PstCommand *command, gboolean utf8)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_path("<>", 2, FALSE);
  g_autoptr(PstEnvelope) envelope = pst_envelope_new(sender);
  envelope->smtputf8 = utf8;
  PstStockReply wrong = pst_rcpt_argument_parse(command->argument, command->length, envelope);
  g_assert_cmpuint(envelope->recipients->len, ==, wrong == PST_STOCK_NONE);
  if (wrong != PST_STOCK_NONE)
    return;
  const PstRecipient *recipient = pst_envelope_recipient(envelope, 0);
  check_mailbox(recipient->mailbox, utf8);
  check_parameter(recipient->orcpt, utf8);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  PstCommand command;
  pst_command_parse(&command, (const char *)data, size);
  g_assert_true(command.argument >= (const char *)data);
  g_assert_true(command.argument + command.length <= (const char *)data + size);
  if (command.has_control)
    return 0;
  if (command.verb == PST_VERB_MAIL)
    check_mail(&command);
  if (command.verb == PST_VERB_RCPT) {
    check_rcpt(&command, FALSE);
    check_rcpt(&command, TRUE);
  }
  return 0;
}
