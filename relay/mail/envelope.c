#include "relay/mail/envelope.h"

static void
recipient_free(gpointer data)
{
  PstRecipient *recipient = data;
  pst_mailbox_unref(recipient->mailbox);
  g_free(recipient->orcpt);
  g_free(recipient);
}

PstEnvelope *
pst_envelope_new(PstMailbox *sender)
{
  PstEnvelope *envelope = g_new0(PstEnvelope, 1);
  envelope->sender = pst_mailbox_ref(sender);
  envelope->size = -1;
  envelope->recipients = g_ptr_array_new_with_free_func(recipient_free);
  return envelope;
}

void
pst_envelope_free(PstEnvelope *envelope)
{
  if (envelope == NULL)
    return;
  pst_mailbox_unref(envelope->sender);
  g_free(envelope->envid);
  g_ptr_array_unref(envelope->recipients);
  g_free(envelope);
}

PstRecipient *
pst_envelope_add(PstEnvelope *envelope, PstMailbox *mailbox)
{
  PstRecipient *recipient = g_new0(PstRecipient, 1);
  recipient->mailbox = pst_mailbox_ref(mailbox);
  g_ptr_array_add(envelope->recipients, recipient);
  return recipient;
}

const PstRecipient *
pst_envelope_recipient(const PstEnvelope *envelope, guint index)
{
  return g_ptr_array_index(envelope->recipients, index);
}

gboolean
pst_envelope_needs_utf8(const PstEnvelope *envelope)
{
  if (!pst_mailbox_is_ascii(envelope->sender))
    return TRUE;
  for (guint i = 0; i < envelope->recipients->len; i++)
    if (!pst_mailbox_is_ascii(pst_envelope_recipient(envelope, i)->mailbox))
      return TRUE;
  return FALSE;
}
