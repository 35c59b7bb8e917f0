#include "app/posternctl.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_LIMIT 50

enum {
  ONCE = 1 << 0,
  ALL = 1 << 1,
  LIMIT = 1 << 2,
  SEARCH = 1 << 3,
  AS = 1 << 4,
  FORMAT = 1 << 5,
};

static const struct {
  const char *name;
  PstCtlRun run;
  guint min, max; /* arguments */
  guint options;
  const char *usage;
  const char *summary;
} commands[] = {
  { "status", pst_ctl_status, 0, 0, 0, "", N_("what runs, and where it listens") },
  { "mode", pst_ctl_mode, 0, 1, ONCE, "[NICK] [--once]",
    N_("what is asked for; required, verified, encrypted, usual or anyway") },
  { "pause", pst_ctl_pause, 0, 0, 0, "", N_("let nothing pass") },
  { "resume", pst_ctl_resume, 0, 0, 0, "", N_("let mail pass again") },
  { "check", pst_ctl_check, 1, 100, 0, "ADDRESS|DOMAIN…", N_("how recipients receive mail") },
  { "history", pst_ctl_history, 0, 0, LIMIT | SEARCH, "[--limit N] [--search TEXT]",
    N_("messages, newest first") },
  { "show", pst_ctl_show, 1, 1, 0, "ID", N_("one message and the way it took") },
  { "held", pst_ctl_held, 0, 0, 0, "", N_("messages that wait") },
  { "release", pst_ctl_release, 1, 1, AS, "ID [--as NICK]", N_("try a waiting message now") },
  { "discard", pst_ctl_discard, 1, 1, 0, "ID", N_("drop a waiting message") },
  { "allow-once", pst_ctl_allow_once, 1, 1, AS, "ID --as NICK",
    N_("ask for less when a refused message is sent again") },
  { "accept-change", pst_ctl_accept_change, 1, 1, 0, "DOMAIN",
    N_("take a domain that offers less than before as it is") },
  { "forget", pst_ctl_forget, 0, 1, ALL, "DOMAIN|--all", N_("drop what is known of domains") },
  { "delete-history", pst_ctl_delete_history, 0, 1, ALL, "ID|--all", N_("delete messages from the history") },
  { "client-settings", pst_ctl_client_settings, 0, 0, 0, "", N_("what to type into a mail program") },
  { "report", pst_ctl_report, 1, 1, 0, "FILE", N_("hand in a delivery report (DSN)") },
  { "export", pst_ctl_export, 0, 0, FORMAT, "--format json|csv|tlsrpt", N_("the whole history") },
};

GVariant *
pst_ctl_call(PstCtl *ctl, const char *method, GVariant *arguments, const char *reply_type, GError **error)
{
  g_autoptr(GVariant) owned = arguments != NULL ? g_variant_ref_sink(arguments) : NULL;
  if (ctl->connection == NULL)
    ctl->connection = pst_relay_connect(error);
  return ctl->connection != NULL ? pst_relay_call(ctl->connection, method, owned, reply_type, error) : NULL;
}

char *
pst_ctl_to_json(GVariant *value)
{
  g_autoptr(GVariant) owned = g_variant_ref_sink(value);
  g_autoptr(JsonNode) node = json_gvariant_serialize(owned);
  g_autofree char *text = json_to_string(node, TRUE);
  return g_strconcat(text, "\n", NULL);
}

void
pst_ctl_print_json(GVariant *value)
{
  g_autofree char *text = pst_ctl_to_json(value);
  fputs(text, stdout);
}

static void
say_error(const PstCtl *ctl, PstErrorCode code, const char *text)
{
  if (!ctl->json) {
    fprintf(stderr, "posternctl: %s\n", text);
    return;
  }
  GVariantDict error, outer;
  g_variant_dict_init(&error, NULL);
  g_variant_dict_insert(&error, "code", "s", pst_error_code_nick(code));
  g_variant_dict_insert(&error, "text", "s", text);
  g_variant_dict_init(&outer, NULL);
  g_variant_dict_insert_value(&outer, "error", g_variant_dict_end(&error));
  pst_ctl_print_json(g_variant_dict_end(&outer));
}

int
pst_ctl_fail(const PstCtl *ctl, const GError *error)
{
  PstErrorCode code = error->domain == PST_ERROR ? (PstErrorCode)error->code : PST_ERROR_FAILED;
  say_error(ctl, code, error->message);
  return code == PST_ERROR_NOT_REACHABLE ? PST_CTL_NOT_REACHABLE : PST_CTL_NEGATIVE;
}

int
pst_ctl_wrong_usage(const PstCtl *ctl, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  say_error(ctl, PST_ERROR_INVALID_ARGUMENT, text);
  return PST_CTL_USAGE;
}

static char *
list_commands(void)
{
  GString *text = g_string_new(_("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
    const char *gap = commands[i].usage[0] != '\0' ? " " : "";
    g_string_append_printf(text, "\n  %s%s%s\n      %s", commands[i].name, gap, commands[i].usage,
                           _(commands[i].summary));
  }
  g_string_append_printf(
      text, "\n\n%s",
      _("Exit status: 0 done, 1 a negative answer, 2 wrong usage, 3 the relay is not running."));
  return g_string_free(text, FALSE);
}

static guint
options_given(const PstCtl *ctl)
{
  return (ctl->once ? ONCE : 0) | (ctl->all ? ALL : 0) | (ctl->limit != DEFAULT_LIMIT ? LIMIT : 0) |
         (ctl->search != NULL ? SEARCH : 0) | (ctl->as != NULL ? AS : 0) | (ctl->format != NULL ? FORMAT : 0);
}

static int
run_command(PstCtl *ctl, char **words)
{
  if (words == NULL || words[0] == NULL)
    return pst_ctl_wrong_usage(ctl, _("which command? See posternctl --help"));
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
    if (!g_str_equal(commands[i].name, words[0]))
      continue;
    guint n = g_strv_length(words + 1);
    if (n < commands[i].min || n > commands[i].max || (options_given(ctl) & ~commands[i].options) != 0)
      return pst_ctl_wrong_usage(ctl, _("write it as: posternctl %s %s"), words[0], commands[i].usage);
    ctl->arguments = words + 1;
    return commands[i].run(ctl);
  }
  return pst_ctl_wrong_usage(ctl, _("no such command: %s. See posternctl --help"), words[0]);
}

static void
set_up_words(void)
{
  setlocale(LC_ALL, "");
  bindtextdomain(GETTEXT_PACKAGE, PST_LOCALE_DIR);
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  textdomain(GETTEXT_PACKAGE);
}

static void
ctl_clear(PstCtl *ctl)
{
  g_free(ctl->search);
  g_free(ctl->as);
  g_free(ctl->format);
  g_clear_object(&ctl->connection);
}

static int
parse_and_run(PstCtl *ctl, int argc, char **argv)
{
  /* Known before parsing, so that what is wrong with the options is told as JSON too. */
  gboolean version = FALSE, json = ctl->json = g_strv_contains((const char *const *)argv, "--json");
  g_auto(GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("Print JSON"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version"), NULL },
    { "once", 0, 0, G_OPTION_ARG_NONE, &ctl->once, N_("For the next message alone"), NULL },
    { "all", 0, 0, G_OPTION_ARG_NONE, &ctl->all, N_("All there are"), NULL },
    { "limit", 0, 0, G_OPTION_ARG_INT, &ctl->limit, N_("At most so many (50)"), "N" },
    { "search", 0, 0, G_OPTION_ARG_STRING, &ctl->search, N_("With these words in addresses or subject"),
      "TEXT" },
    { "as", 0, 0, G_OPTION_ARG_STRING, &ctl->as, N_("Under this requirement"), "NICK" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &ctl->format, N_("json, csv or tlsrpt"), "FORMAT" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new(_("COMMAND …"));
  g_autofree char *summary = list_commands();
  g_autoptr(GError) error = NULL;
  g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
  g_option_context_set_summary(context, summary);
  if (!g_option_context_parse(context, &argc, &argv, &error))
    return pst_ctl_wrong_usage(ctl, "%s", error->message);
  if (version) {
    puts("posternctl " PST_VERSION);
    return PST_CTL_DONE;
  }
  return run_command(ctl, words);
}

int
main(int argc, char **argv)
{
  set_up_words();
  PstCtl ctl = { .limit = DEFAULT_LIMIT };
  int status = parse_and_run(&ctl, argc, argv);
  ctl_clear(&ctl);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    perror("posternctl");
    return PST_CTL_NEGATIVE;
  }
  return status;
}
