#include "app/posternctl-text.h"
#include "app/fact-words.h"
#include "app/text-table.h"
#include <glib/gi18n.h>

static void
append_line(GString *text, const char *start, const char *rest)
{
  g_autofree char *line = pst_text_fit(rest, G_MAXUINT);
  g_string_append_printf(text, "%s%s\n", start, line);
}

static void
append_head(GString *text, GVariant *message)
{
  g_autoptr(PstTextTable) table = pst_text_table_new(0);
  g_autofree char *time = pst_fact_time(message, "time");
  g_autofree char *reason = pst_fact_reason(message);
  g_autofree char *asked =
      g_strdup_printf(_("%s, %s"), pst_fact_requirement(message, "requirement"), pst_fact_source(message));
  g_autofree char *size = g_format_size(pst_fact_number(message, "size"));
  const char *subject = pst_fact_text(message, "subject");
  g_autofree char *id = g_strdup_printf("%" G_GUINT64_FORMAT, pst_fact_number(message, "id"));
  pst_text_table_add(table, _("Message"), id, NULL);
  if (subject != NULL)
    pst_text_table_add(table, _("Subject"), subject, NULL);
  pst_text_table_add(table, _("State"), pst_fact_state(message), NULL);
  if (reason != NULL)
    pst_text_table_add(table, "", reason, NULL);
  pst_text_table_add(table, _("Asked"), asked, NULL);
  pst_text_table_add(table, _("Time"), time, NULL);
  pst_text_table_add(table, _("Size"), size, NULL);
  g_autofree char *lines = pst_text_table_to_text(table);
  g_string_append(text, lines);
}

static const char *
certificate_word(GVariant *hop)
{
  const char *nick = pst_fact_text(hop, "certificate");
  if (g_strcmp0(nick, "pkix") == 0)
    return _("name checked");
  if (g_strcmp0(nick, "dane") == 0)
    return _("name checked by DANE");
  return NULL;
}

static const char *
requiretls_word(GVariant *hop)
{
  const char *nick = pst_fact_text(hop, "requiretls");
  if (g_strcmp0(nick, "used") == 0)
    return _("TLS on every hop promised");
  return g_strcmp0(nick, "not-offered") == 0 ? _("no promise for later hops offered") : NULL;
}

/* "TLS1.3, AES-256-GCM, name checked", of what is known. */
static char *
describe_hop(GVariant *hop)
{
  const char *tls = pst_fact_text(hop, "tls");
  const char *parts[] = { tls != NULL ? tls : _("no encryption"), pst_fact_text(hop, "cipher"),
                          certificate_word(hop), requiretls_word(hop) };
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
    if (parts[i] != NULL)
      g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", parts[i]);
  return g_string_free(text, FALSE);
}

static void
append_hops(GString *text, GVariant *message)
{
  g_autoptr(GVariant) hops = pst_fact_list(message, "hops");
  for (gsize i = 0; i < g_variant_n_children(hops); i++) {
    g_autoptr(GVariant) hop = g_variant_get_child_value(hops, i);
    g_autofree char *how = describe_hop(hop);
    const char *from = pst_fact_text(hop, "from"), *to = pst_fact_text(hop, "to"),
               *reply = pst_fact_text(hop, "reply");
    if (i == 0 && from != NULL)
      append_line(text, "  ", from);
    append_line(text, "    │ ", how);
    append_line(text, "  ", to != NULL ? to : "–");
    if (reply != NULL)
      append_line(text, "      ", reply);
  }
}

static void
append_recipients(GString *text, GVariant *message)
{
  g_autoptr(GVariant) recipients = pst_fact_list(message, "recipients");
  for (gsize i = 0; i < g_variant_n_children(recipients); i++) {
    g_autoptr(GVariant) recipient = g_variant_get_child_value(recipients, i);
    const char *address = pst_fact_text(recipient, "address");
    const char *assurance = pst_fact_assurance(recipient);
    g_autofree char *reason = pst_fact_reason(recipient);
    g_autofree char *line =
        g_strdup_printf("%s: %s%s%s", address != NULL ? address : "–", pst_fact_state(recipient),
                        assurance[0] != '\0' ? " · " : "", assurance);
    append_line(text, "    ┊ ", line);
    if (reason != NULL)
      append_line(text, "        ", reason);
  }
}

char *
pst_ctl_text_message(GVariant *message)
{
  GString *text = g_string_new(NULL);
  append_head(text, message);
  g_string_append_c(text, '\n');
  append_hops(text, message);
  append_recipients(text, message);
  append_line(text, "    ~ ", _("behind the recipient's server: not known"));
  append_line(text, "\n", _("This is the way the message took, not end-to-end encryption."));
  return g_string_free(text, FALSE);
}
