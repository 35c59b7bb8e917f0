#include "relay/smtp/transaction-commands.h"

static const struct {
  PstNotify flag;
  const char *word;
} notify_words[] = {
  { PST_NOTIFY_NEVER, "NEVER" },
  { PST_NOTIFY_SUCCESS, "SUCCESS" },
  { PST_NOTIFY_FAILURE, "FAILURE" },
  { PST_NOTIFY_DELAY, "DELAY" },
};

/* Sender and recipients come from parsed mailboxes and cannot hold control characters. Should anything do so
 * after all, it must not become a second command (RFC 5321 section 7.1). */
static gboolean
is_one_line(const GString *line, gboolean utf8)
{
  for (gsize i = 0; i < line->len; i++)
    if (g_ascii_iscntrl(line->str[i]) || (!utf8 && (line->str[i] & 0x80)))
      return FALSE;
  return TRUE;
}

static gboolean
add_line(GPtrArray *commands, GString *line, gboolean utf8)
{
  if (!is_one_line(line, utf8))
    return FALSE;
  g_ptr_array_add(commands, g_strconcat(line->str, "\r\n", NULL));
  return TRUE;
}

static gboolean
needs_utf8(const PstEnvelope *envelope, const PstClientTransaction *transaction)
{
  return transaction->smtputf8 || pst_envelope_needs_utf8(envelope);
}

static gboolean
can_carry(const PstEnvelope *envelope, const PstClientTransaction *transaction, guint announced)
{
  if (transaction->requiretls && !(announced & PST_EXT_REQUIRETLS))
    return FALSE;
  return !needs_utf8(envelope, transaction) || (announced & PST_EXT_SMTPUTF8);
}

static void
append_return(GString *line, const PstClientTransaction *transaction)
{
  switch (transaction->ret) {
  case PST_RET_UNSET:
    break;
  case PST_RET_FULL:
    g_string_append(line, " RET=FULL");
    break;
  case PST_RET_HDRS:
    g_string_append(line, " RET=HDRS");
    break;
  }
  if (transaction->envid != NULL)
    g_string_append_printf(line, " ENVID=%s", transaction->envid);
}

static gboolean
add_mail(GPtrArray *commands, const PstEnvelope *envelope, const PstClientTransaction *transaction,
         guint announced)
{
  gboolean utf8 = needs_utf8(envelope, transaction);
  g_autoptr(GString) line = g_string_new(NULL);
  g_string_printf(line, "MAIL FROM:<%s>", pst_mailbox_get_wire(envelope->sender));
  if ((announced & PST_EXT_SIZE) && transaction->size >= 0)
    g_string_append_printf(line, " SIZE=%" G_GINT64_FORMAT, transaction->size);
  if ((announced & PST_EXT_8BITMIME) && transaction->body_8bit)
    g_string_append(line, " BODY=8BITMIME");
  if (utf8)
    g_string_append(line, " SMTPUTF8");
  if (transaction->requiretls)
    g_string_append(line, " REQUIRETLS");
  if (announced & PST_EXT_DSN)
    append_return(line, transaction);
  return add_line(commands, line, utf8);
}

static void
append_notify(GString *line, PstNotify notify)
{
  const char *separator = " NOTIFY=";
  for (guint i = 0; i < G_N_ELEMENTS(notify_words); i++) {
    if (!(notify & notify_words[i].flag))
      continue;
    g_string_append_printf(line, "%s%s", separator, notify_words[i].word);
    separator = ",";
  }
}

static gboolean
add_rcpt(GPtrArray *commands, const PstRecipient *recipient, PstNotify default_notify, guint announced,
         gboolean utf8)
{
  g_autoptr(GString) line = g_string_new(NULL);
  g_string_printf(line, "RCPT TO:<%s>", pst_mailbox_get_wire(recipient->mailbox));
  if (announced & PST_EXT_DSN) {
    append_notify(line, recipient->notify != PST_NOTIFY_UNSET ? recipient->notify : default_notify);
    if (recipient->orcpt != NULL)
      g_string_append_printf(line, " ORCPT=%s", recipient->orcpt);
  }
  return add_line(commands, line, utf8);
}

GPtrArray *
pst_transaction_commands_new(const PstEnvelope *envelope, const PstClientTransaction *transaction,
                             const PstExtensions *extensions)
{
  guint announced = extensions->flags;
  if (!can_carry(envelope, transaction, announced))
    return NULL;
  g_autoptr(GPtrArray) commands = g_ptr_array_new_with_free_func(g_free);
  if (!add_mail(commands, envelope, transaction, announced))
    return NULL;
  gboolean utf8 = needs_utf8(envelope, transaction);
  for (guint i = 0; i < envelope->recipients->len; i++) {
    const PstRecipient *recipient = pst_envelope_recipient(envelope, i);
    if (!add_rcpt(commands, recipient, transaction->default_notify, announced, utf8))
      return NULL;
  }
  return g_steal_pointer(&commands);
}
