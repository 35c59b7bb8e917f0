#include "app/posternctl-text.h"
#include "app/fact-words.h"
#include "app/text-table.h"
#include <glib/gi18n.h>

#define SUBJECT_COLUMNS 48
#define ADDRESS_COLUMNS 40

static void
append_table(GString *text, PstTextTable *table)
{
  g_autofree char *lines = pst_text_table_to_text(table);
  g_string_append(text, lines);
}

static const char *
or_dash(const char *text)
{
  return text != NULL && text[0] != '\0' ? text : "–";
}

static void
add_listeners(PstTextTable *table, GVariant *status)
{
  g_autoptr(GVariant) listeners = pst_fact_list(status, "listeners");
  for (gsize i = 0; i < g_variant_n_children(listeners); i++) {
    g_autoptr(GVariant) listener = g_variant_get_child_value(listeners, i);
    const char *address = or_dash(pst_fact_text(listener, "address"));
    const char *error = pst_fact_text(listener, "error");
    g_autofree char *place =
        g_strdup_printf(_("%s port %u"), address, (guint)pst_fact_number(listener, "port"));
    pst_text_table_add(table, i == 0 ? _("Listens") : "", or_dash(pst_fact_text(listener, "name")), place,
                       error != NULL ? error : "", NULL);
  }
}

static const char *
reachable_word(GVariant *account)
{
  gboolean reachable;
  if (!g_variant_lookup(account, "reachable", "b", &reachable))
    return _("not asked yet");
  return reachable ? _("reachable") : _("not reachable");
}

static void
add_accounts(PstTextTable *table, GVariant *status)
{
  g_autoptr(GVariant) accounts = pst_fact_list(status, "accounts");
  for (gsize i = 0; i < g_variant_n_children(accounts); i++) {
    g_autoptr(GVariant) account = g_variant_get_child_value(accounts, i);
    const char *error = pst_fact_text(account, "error");
    const char *promise = pst_fact_is_true(account, "requiretls") ? _("can promise TLS on every hop") : "";
    pst_text_table_add(table, i == 0 ? _("Accounts") : "", or_dash(pst_fact_text(account, "name")),
                       or_dash(pst_fact_text(account, "host")), reachable_word(account),
                       error != NULL ? error : promise, NULL);
  }
}

static void
add_counts(PstTextTable *table, GVariant *status)
{
  g_autoptr(GVariant) counts = g_variant_lookup_value(status, "counts", G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char *nick;
  GVariant *value;
  g_variant_iter_init(&iter, counts);
  for (gboolean first = TRUE; counts != NULL && g_variant_iter_next(&iter, "{&sv}", &nick, &value);
       first = FALSE) {
    g_autoptr(GVariant) state = g_variant_ref_sink(g_variant_new_parsed("{'state': <%s>}", nick));
    g_autofree char *number = g_variant_print(value, FALSE);
    pst_text_table_add(table, first ? _("Messages") : "", pst_fact_state(state), number, NULL);
    g_variant_unref(value);
  }
}

static void
add_problems(GString *text, GVariant *status)
{
  g_autofree const char **problems = NULL;
  g_variant_lookup(status, "problems", "^a&s", &problems);
  for (guint i = 0; problems != NULL && problems[i] != NULL; i++) {
    g_autofree char *line = pst_text_fit(problems[i], G_MAXUINT);
    g_string_append_printf(text, "%s\n", line);
  }
}

char *
pst_ctl_text_status(GVariant *status)
{
  GString *text = g_string_new(NULL);
  g_autoptr(PstTextTable) table = pst_text_table_new(0);
  const char *version = or_dash(pst_fact_text(status, "version"));
  const char *once = pst_fact_requirement(status, "mode_once");
  const char *dns = pst_fact_text(status, "dns");
  pst_text_table_add(table, "Postern", version,
                     pst_fact_is_true(status, "paused") ? _("paused: nothing passes") : "", NULL);
  pst_text_table_add(table, _("Asked"), pst_fact_requirement(status, "mode"), NULL);
  if (once[0] != '\0')
    pst_text_table_add(table, _("Next message"), once, NULL);
  if (dns != NULL)
    pst_text_table_add(table, "DNSSEC", dns, NULL);
  add_counts(table, status);
  append_table(text, table);
  g_autoptr(PstTextTable) places = pst_text_table_new(0);
  add_listeners(places, status);
  add_accounts(places, status);
  append_table(text, places);
  add_problems(text, status);
  return g_string_free(text, FALSE);
}

char *
pst_ctl_text_mode(GVariant *mode)
{
  const char *once = pst_fact_requirement(mode, "once");
  GString *text = g_string_new(NULL);
  g_string_append_printf(text, _("Asked: %s\n"), pst_fact_requirement(mode, "mode"));
  if (once[0] != '\0') {
    g_autofree char *expires = pst_fact_time(mode, "expires");
    g_string_append_printf(text, _("Next message: %s (until %s)\n"), once, expires);
  }
  return g_string_free(text, FALSE);
}

static void
add_host(PstTextTable *table, GVariant *host)
{
  const char *error = pst_fact_text(host, "error");
  const char *tls = pst_fact_text(host, "tls");
  const char *requiretls = pst_fact_is_true(host, "requiretls") ? "REQUIRETLS" : "";
  g_autofree const char **authenticated = NULL;
  g_variant_lookup(host, "authenticated", "^a&s", &authenticated);
  g_autofree char *proof = authenticated != NULL ? g_strjoinv(" ", (GStrv)authenticated) : g_strdup("");
  if (error != NULL && tls == NULL)
    pst_text_table_add(table, or_dash(pst_fact_text(host, "host")), error, NULL);
  else
    pst_text_table_add(table, or_dash(pst_fact_text(host, "host")), or_dash(tls),
                       or_dash(pst_fact_text(host, "certificate")), proof, requiretls, NULL);
}

char *
pst_ctl_text_check(GVariant *domains)
{
  GString *text = g_string_new(NULL);
  for (gsize i = 0; i < g_variant_n_children(domains); i++) {
    g_autoptr(GVariant) domain = g_variant_get_child_value(domains, i);
    const char *name = pst_fact_text(domain, "domain_display");
    g_autofree char *shown =
        pst_text_fit(or_dash(name != NULL ? name : pst_fact_text(domain, "domain")), G_MAXUINT);
    g_autofree char *reason = pst_fact_reason(domain);
    g_autoptr(PstTextTable) table = pst_text_table_new(2);
    g_autoptr(GVariant) hosts = pst_fact_list(domain, "mx");
    g_string_append_printf(text, "%s: %s\n", shown, pst_fact_outlook(domain));
    if (reason != NULL)
      pst_text_table_add(table, reason, NULL);
    append_table(text, table);
    g_autoptr(PstTextTable) host_table = pst_text_table_new(2);
    for (gsize k = 0; k < g_variant_n_children(hosts); k++) {
      g_autoptr(GVariant) host = g_variant_get_child_value(hosts, k);
      add_host(host_table, host);
    }
    append_table(text, host_table);
  }
  return g_string_free(text, FALSE);
}

/* The first recipient, and how many more there are. */
static char *
recipients_in_short(GVariant *message)
{
  g_autoptr(GVariant) recipients = pst_fact_list(message, "recipients");
  gsize n = g_variant_n_children(recipients);
  if (n == 0)
    return g_strdup("–");
  g_autoptr(GVariant) first = g_variant_get_child_value(recipients, 0);
  g_autofree char *address = pst_text_fit(or_dash(pst_fact_text(first, "address")), ADDRESS_COLUMNS);
  return n > 1 ? g_strdup_printf("%s +%u", address, (guint)n - 1) : g_steal_pointer(&address);
}

char *
pst_ctl_text_history(GVariant *messages)
{
  if (g_variant_n_children(messages) == 0)
    return g_strdup(_("No messages.\n"));
  g_autoptr(PstTextTable) table = pst_text_table_new(0);
  pst_text_table_add(table, _("ID"), _("Time"), _("State"), _("Asked"), _("To"), _("Subject"), NULL);
  for (gsize i = 0; i < g_variant_n_children(messages); i++) {
    g_autoptr(GVariant) message = g_variant_get_child_value(messages, i);
    const char *subject = pst_fact_text(message, "subject");
    g_autofree char *id = g_strdup_printf("%" G_GUINT64_FORMAT, pst_fact_number(message, "id"));
    g_autofree char *time = pst_fact_time(message, "time");
    g_autofree char *to = recipients_in_short(message);
    g_autofree char *shown = pst_text_fit(subject != NULL ? subject : "", SUBJECT_COLUMNS);
    pst_text_table_add(table, id, time, pst_fact_state(message), pst_fact_requirement(message, "requirement"),
                       to, shown, NULL);
  }
  return pst_text_table_to_text(table);
}

char *
pst_ctl_text_settings(GVariant *settings)
{
  GString *text = g_string_new(NULL);
  for (gsize i = 0; i < g_variant_n_children(settings); i++) {
    g_autoptr(GVariant) entry = g_variant_get_child_value(settings, i);
    g_autoptr(PstTextTable) table = pst_text_table_new(0);
    g_autofree char *port = g_strdup_printf("%u", (guint)pst_fact_number(entry, "port"));
    const char *password = pst_fact_text(entry, "password");
    pst_text_table_add(table, _("Server"), or_dash(pst_fact_text(entry, "host")), NULL);
    pst_text_table_add(table, _("Port"), port, NULL);
    pst_text_table_add(table, _("Security"), or_dash(pst_fact_text(entry, "security")), NULL);
    pst_text_table_add(table, _("Authentication"), or_dash(pst_fact_text(entry, "authentication")), NULL);
    pst_text_table_add(table, _("User name"), or_dash(pst_fact_text(entry, "user")), NULL);
    if (password != NULL)
      pst_text_table_add(table, _("Password"), password, NULL);
    if (i > 0)
      g_string_append_c(text, '\n');
    append_table(text, table);
  }
  return g_string_free(text, FALSE);
}

char *
pst_ctl_text_report(GVariant *result)
{
  const char *note = pst_fact_is_true(result, "confirmed") ? "" : _(" (unconfirmed report)");
  return g_strdup_printf(_("Message %u: %s%s\n"), (guint)pst_fact_number(result, "id"),
                         pst_fact_state(result), note);
}
