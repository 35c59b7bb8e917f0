#include "app/posternctl.h"
#include "app/posternctl-text.h"
#include "relay/contract/outlook.h"
#include "relay/contract/requirement.h"
#include <glib/gi18n.h>
#include <stdio.h>

#define MAX_LIMIT         1000
#define MAX_REPORT_OCTETS (1024 * 1024)

typedef char *(*Render)(GVariant *facts);

/* Calls @method, whose only result are facts, and prints them. @facts (may be NULL) gets them; caller unrefs.
 */
static int
ask(PstCtl *ctl, const char *method, GVariant *arguments, const char *reply_type, Render render,
    GVariant **facts)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = pst_ctl_call(ctl, method, arguments, reply_type, &error);
  if (reply == NULL)
    return pst_ctl_fail(ctl, error);
  g_autoptr(GVariant) result = g_variant_get_child_value(reply, 0);
  g_autofree char *text = ctl->json ? pst_ctl_to_json(result) : render(result);
  fputs(text, stdout);
  if (facts != NULL)
    *facts = g_steal_pointer(&result);
  return PST_CTL_DONE;
}

/* Calls @method, which returns nothing, and prints @facts or else @sentence. */
static int
order(PstCtl *ctl, const char *method, GVariant *arguments, GVariant *facts, const char *sentence)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) owned = g_variant_ref_sink(facts);
  g_autoptr(GVariant) reply = pst_ctl_call(ctl, method, arguments, "()", &error);
  if (reply == NULL)
    return pst_ctl_fail(ctl, error);
  if (ctl->json)
    pst_ctl_print_json(owned);
  else
    puts(sentence);
  return PST_CTL_DONE;
}

static GVariant *
one_fact(const char *key, GVariant *value)
{
  GVariantDict dict;
  g_variant_dict_init(&dict, NULL);
  g_variant_dict_insert_value(&dict, key, value);
  return g_variant_dict_end(&dict);
}

static gboolean
parse_id(const PstCtl *ctl, gint64 *id)
{
  if (g_ascii_string_to_signed(ctl->arguments[0], 10, 1, G_MAXINT64, id, NULL))
    return TRUE;
  pst_ctl_wrong_usage(ctl, _("not the number of a message: %s"), ctl->arguments[0]);
  return FALSE;
}

static gboolean
check_nick(const PstCtl *ctl, const char *nick)
{
  PstRequirement requirement;
  if (pst_requirement_parse(nick, &requirement))
    return TRUE;
  pst_ctl_wrong_usage(ctl, _("not one of required, verified, encrypted, usual, anyway: %s"), nick);
  return FALSE;
}

int
pst_ctl_status(PstCtl *ctl)
{
  return ask(ctl, "GetStatus", NULL, "(a{sv})", pst_ctl_text_status, NULL);
}

int
pst_ctl_mode(PstCtl *ctl)
{
  const char *nick = ctl->arguments[0];
  if (nick == NULL && ctl->once)
    return pst_ctl_wrong_usage(ctl, _("--once needs a requirement"));
  if (nick == NULL)
    return ask(ctl, "GetMode", NULL, "(a{sv})", pst_ctl_text_mode, NULL);
  if (!check_nick(ctl, nick))
    return PST_CTL_USAGE;
  return ask(ctl, "SetMode", g_variant_new("(sb)", nick, ctl->once), "(a{sv})", pst_ctl_text_mode, NULL);
}

int
pst_ctl_pause(PstCtl *ctl)
{
  return order(ctl, "Pause", g_variant_new("(b)", TRUE), one_fact("paused", g_variant_new_boolean(TRUE)),
               _("Paused: nothing passes."));
}

int
pst_ctl_resume(PstCtl *ctl)
{
  return order(ctl, "Pause", g_variant_new("(b)", FALSE), one_fact("paused", g_variant_new_boolean(FALSE)),
               _("Mail passes again."));
}

/* A domain whose mail may travel in the clear, or of which nothing is known, is a negative answer. */
static gboolean
is_good(GVariant *domain)
{
  const char *nick = NULL;
  PstOutlook outlook;
  return g_variant_lookup(domain, "outlook", "&s", &nick) && pst_outlook_parse(nick, &outlook) &&
         outlook <= PST_OUTLOOK_CERTIFIED;
}

int
pst_ctl_check(PstCtl *ctl)
{
  g_autoptr(GVariant) facts = NULL;
  int status =
      ask(ctl, "Check", g_variant_new("(^asu)", ctl->arguments, 0), "(aa{sv})", pst_ctl_text_check, &facts);
  for (gsize i = 0; status == PST_CTL_DONE && i < g_variant_n_children(facts); i++) {
    g_autoptr(GVariant) domain = g_variant_get_child_value(facts, i);
    if (!is_good(domain))
      status = PST_CTL_NEGATIVE;
  }
  return status;
}

int
pst_ctl_history(PstCtl *ctl)
{
  if (ctl->limit < 1 || ctl->limit > MAX_LIMIT)
    return pst_ctl_wrong_usage(ctl, _("--limit is a number from 1 to %d"), MAX_LIMIT);
  GVariantDict filter;
  g_variant_dict_init(&filter, NULL);
  if (ctl->search != NULL)
    g_variant_dict_insert(&filter, "search", "s", ctl->search);
  GVariant *arguments =
      g_variant_new("(@a{sv}xu)", g_variant_dict_end(&filter), G_GINT64_CONSTANT(0), (guint)ctl->limit);
  return ask(ctl, "History", arguments, "(aa{sv})", pst_ctl_text_history, NULL);
}

int
pst_ctl_show(PstCtl *ctl)
{
  gint64 id;
  if (!parse_id(ctl, &id))
    return PST_CTL_USAGE;
  return ask(ctl, "Show", g_variant_new("(x)", id), "(a{sv})", pst_ctl_text_message, NULL);
}

int
pst_ctl_held(PstCtl *ctl)
{
  return ask(ctl, "Held", NULL, "(aa{sv})", pst_ctl_text_history, NULL);
}

int
pst_ctl_release(PstCtl *ctl)
{
  gint64 id;
  if (!parse_id(ctl, &id) || (ctl->as != NULL && !check_nick(ctl, ctl->as)))
    return PST_CTL_USAGE;
  return order(ctl, "Release", g_variant_new("(xs)", id, ctl->as != NULL ? ctl->as : ""),
               one_fact("id", g_variant_new_int64(id)), _("Released: it is tried now."));
}

int
pst_ctl_discard(PstCtl *ctl)
{
  gint64 id;
  if (!parse_id(ctl, &id))
    return PST_CTL_USAGE;
  return order(ctl, "Discard", g_variant_new("(x)", id), one_fact("id", g_variant_new_int64(id)),
               _("Discarded: it was not sent."));
}

int
pst_ctl_allow_once(PstCtl *ctl)
{
  gint64 id;
  if (ctl->as == NULL)
    return pst_ctl_wrong_usage(ctl, _("--as is missing: what may it be sent as?"));
  if (!parse_id(ctl, &id) || !check_nick(ctl, ctl->as))
    return PST_CTL_USAGE;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply =
      pst_ctl_call(ctl, "AllowOnce", g_variant_new("(xs)", id, ctl->as), "(s)", &error);
  if (reply == NULL)
    return pst_ctl_fail(ctl, error);
  const char *expires;
  g_variant_get(reply, "(&s)", &expires);
  if (ctl->json) {
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "id", "x", id);
    g_variant_dict_insert(&facts, "requirement", "s", ctl->as);
    g_variant_dict_insert(&facts, "expires", "s", expires);
    pst_ctl_print_json(g_variant_dict_end(&facts));
  } else
    printf(_("Send it again until %s: it passes once.\n"), expires);
  return PST_CTL_DONE;
}

int
pst_ctl_accept_change(PstCtl *ctl)
{
  const char *domain = ctl->arguments[0];
  return order(ctl, "AcceptChange", g_variant_new("(s)", domain),
               one_fact("domain", g_variant_new_string(domain)),
               _("Accepted: mail to this domain is judged by what it offers now."));
}

/* Calls @method, which returns how many there were. */
static int
clear_all(PstCtl *ctl, const char *method)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) reply = pst_ctl_call(ctl, method, NULL, "(u)", &error);
  if (reply == NULL)
    return pst_ctl_fail(ctl, error);
  guint32 count;
  g_variant_get(reply, "(u)", &count);
  if (ctl->json)
    pst_ctl_print_json(one_fact("count", g_variant_new_uint32(count)));
  else
    printf(_("Removed: %u\n"), count);
  return PST_CTL_DONE;
}

int
pst_ctl_forget(PstCtl *ctl)
{
  const char *domain = ctl->arguments[0];
  if ((domain != NULL) == ctl->all)
    return pst_ctl_wrong_usage(ctl, _("write it as: posternctl %s %s"), "forget", "DOMAIN|--all");
  if (ctl->all)
    return clear_all(ctl, "ForgetAll");
  return order(ctl, "Forget", g_variant_new("(s)", domain), one_fact("domain", g_variant_new_string(domain)),
               _("Forgotten."));
}

int
pst_ctl_delete_history(PstCtl *ctl)
{
  gint64 id;
  if ((ctl->arguments[0] != NULL) == ctl->all)
    return pst_ctl_wrong_usage(ctl, _("write it as: posternctl %s %s"), "delete-history", "ID|--all");
  if (ctl->all)
    return clear_all(ctl, "DeleteAllHistory");
  if (!parse_id(ctl, &id))
    return PST_CTL_USAGE;
  return order(ctl, "DeleteHistory", g_variant_new("(x)", id), one_fact("count", g_variant_new_uint32(1)),
               _("Deleted."));
}

int
pst_ctl_client_settings(PstCtl *ctl)
{
  return ask(ctl, "ClientSettings", NULL, "(aa{sv})", pst_ctl_text_settings, NULL);
}

int
pst_ctl_report(PstCtl *ctl)
{
  g_autofree char *contents = NULL;
  gsize length;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(ctl->arguments[0], &contents, &length, &error))
    return pst_ctl_wrong_usage(ctl, "%s", error->message);
  if (length > MAX_REPORT_OCTETS)
    return pst_ctl_wrong_usage(ctl, _("larger than 1 MiB: %s"), ctl->arguments[0]);
  GVariant *octets = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, contents, length, 1);
  return ask(ctl, "Report", g_variant_new("(@ay)", octets), "(a{sv})", pst_ctl_text_report, NULL);
}
