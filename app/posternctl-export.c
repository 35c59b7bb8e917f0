#include "app/posternctl.h"
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define PAGE 1000

typedef struct {
  const char *name;
  void (*start)(void);
  void (*message)(GVariant *message, gboolean first);
  const char *end;
} Format;

/* The part of a row of CSV that is the message's, and the part that is the recipient's. */
static const char *const message_keys[] = { "time",    "message_id",  "from",
                                            "subject", "requirement", "requirement_source" };
static const char *const recipient_keys[] = { "address", "state",  "route", "assurance",
                                              "outlook", "reason", "reply" };

static void
start_json(void)
{
  puts("[");
}

static void
print_json(GVariant *message, gboolean first)
{
  g_autofree char *text = pst_ctl_to_json(message);
  g_strchomp(text);
  printf("%s%s", first ? "" : ",\n", text);
}

/* RFC 4180. Spreadsheets run what begins like a formula, and subjects are anybody's words: those get an
 * apostrophe. */
static void
print_field(const char *value, const char *end)
{
  fputs(strchr("=+-@\t\r", value[0]) != NULL && value[0] != '\0' ? "\"'" : "\"", stdout);
  for (const char *p = value; *p != '\0'; p++) {
    if (*p == '"')
      putchar('"');
    putchar(*p);
  }
  printf("\"%s", end);
}

static void
print_fact(GVariant *facts, const char *key, const char *end)
{
  const char *value = "";
  g_variant_lookup(facts, key, "&s", &value);
  print_field(value, end);
}

static void
print_csv_row(GVariant *message, GVariant *recipient)
{
  gint64 id = 0;
  g_variant_lookup(message, "id", "x", &id);
  printf("%" G_GINT64_FORMAT ",", id);
  for (guint i = 0; i < G_N_ELEMENTS(message_keys); i++)
    print_fact(message, message_keys[i], ",");
  for (guint i = 0; i < G_N_ELEMENTS(recipient_keys); i++)
    print_fact(recipient, recipient_keys[i], i + 1 < G_N_ELEMENTS(recipient_keys) ? "," : "\r\n");
}

static void
start_csv(void)
{
  fputs("id", stdout);
  for (guint i = 0; i < G_N_ELEMENTS(message_keys); i++)
    printf(",%s", message_keys[i]);
  for (guint i = 0; i < G_N_ELEMENTS(recipient_keys); i++)
    printf(",%s", recipient_keys[i]);
  fputs("\r\n", stdout);
}

static void
print_csv(GVariant *message, gboolean first)
{
  g_autoptr(GVariant) recipients = g_variant_lookup_value(message, "recipients", G_VARIANT_TYPE("aa{sv}"));
  for (gsize i = 0; recipients != NULL && i < g_variant_n_children(recipients); i++) {
    g_autoptr(GVariant) recipient = g_variant_get_child_value(recipients, i);
    print_csv_row(message, recipient);
  }
}

static const Format formats[] = {
  { "json", start_json, print_json, "\n]\n" },
  { "csv", start_csv, print_csv, "" },
};

/* The messages below @before, at most a page of them. */
static GVariant *
fetch(PstCtl *ctl, gint64 before, GError **error)
{
  GVariant *arguments = g_variant_new("(@a{sv}xu)", g_variant_new("a{sv}", NULL), before, PAGE);
  g_autoptr(GVariant) reply = pst_ctl_call(ctl, "History", arguments, "(aa{sv})", error);
  return reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
}

/* Prints @messages and gives the id of the last one. */
static gint64
print_page(const Format *format, GVariant *messages, gboolean first)
{
  gint64 last = 0;
  for (gsize i = 0; i < g_variant_n_children(messages); i++) {
    g_autoptr(GVariant) message = g_variant_get_child_value(messages, i);
    g_variant_lookup(message, "id", "x", &last);
    format->message(message, first && i == 0);
  }
  return last;
}

/* Page by page: a history may be larger than what should be in memory at once. */
static int export(PstCtl *ctl, const Format *format)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) messages = fetch(ctl, 0, &error);
  if (messages == NULL)
    return pst_ctl_fail(ctl, error);
  format->start();
  gint64 last = print_page(format, messages, TRUE);
  while (g_variant_n_children(messages) == PAGE) {
    g_clear_pointer(&messages, g_variant_unref);
    messages = fetch(ctl, last, &error);
    if (messages == NULL) {
      /* Standard output has the half of an export: an error as JSON would only be more of it. */
      ctl->json = FALSE;
      return pst_ctl_fail(ctl, error);
    }
    last = print_page(format, messages, FALSE);
  }
  fputs(format->end, stdout);
  return PST_CTL_DONE;
}

int
pst_ctl_export(PstCtl *ctl)
{
  const char *name = ctl->format != NULL ? ctl->format : "json";
  if (g_str_equal(name, "tlsrpt")) {
    g_autoptr(GError) error =
        g_error_new(PST_ERROR, PST_ERROR_NOT_SUPPORTED, _("%s: this version makes no TLS reports yet"), name);
    return pst_ctl_fail(ctl, error);
  }
  for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
    if (g_str_equal(formats[i].name, name))
      return export(ctl, &formats[i]);
  return pst_ctl_wrong_usage(ctl, _("not one of json, csv, tlsrpt: %s"), name);
}
