#include "relay/smtp/command.h"
#include <string.h>

static void
test_table(void)
{
  static const struct {
    const char *line;
    PstVerb verb;
    const char *argument;
  } rows[] = {
    { "EHLO laptop", PST_VERB_EHLO, "laptop" },
    { "ehlo [IPV6:::1]", PST_VERB_EHLO, "[IPV6:::1]" },
    { "HELO", PST_VERB_HELO, "" },
    { "MAIL FROM:<a@b>", PST_VERB_MAIL, "FROM:<a@b>" },
    { "mail  From: <a@b> ", PST_VERB_MAIL, "From: <a@b>" },
    { "RCPT TO:<a@b>", PST_VERB_RCPT, "TO:<a@b>" },
    { "DATA   ", PST_VERB_DATA, "" },
    { "BDAT 5 LAST", PST_VERB_BDAT, "5 LAST" },
    { "StartTLS", PST_VERB_STARTTLS, "" },
    { "AUTH PLAIN =", PST_VERB_AUTH, "PLAIN =" },
    { "RSET", PST_VERB_RSET, "" },
    { "NOOP a  b", PST_VERB_NOOP, "a  b" },
    { "QUIT", PST_VERB_QUIT, "" },
    { "VRFY a", PST_VERB_VRFY, "a" },
    { "EXPN l", PST_VERB_EXPN, "l" },
    { "HELP", PST_VERB_HELP, "" },
    { "DATAX", PST_VERB_UNKNOWN, "" },
    { "DAT", PST_VERB_UNKNOWN, "" },
    { "MAIL\tFROM:<a@b>", PST_VERB_FOREIGN, "" },
    { "XCLIENT NAME=x", PST_VERB_UNKNOWN, "NAME=x" },
    { "GET / HTTP/1.1", PST_VERB_FOREIGN, "/ HTTP/1.1" },
    { "post / HTTP/1.1", PST_VERB_FOREIGN, "/ HTTP/1.1" },
    { "CONNECT a:25 HTTP/1.1", PST_VERB_FOREIGN, "a:25 HTTP/1.1" },
    { "PRI * HTTP/2.0", PST_VERB_FOREIGN, "* HTTP/2.0" },
    { "Host: 127.0.0.1:1587", PST_VERB_FOREIGN, "127.0.0.1:1587" },
    { "User-Agent:x", PST_VERB_FOREIGN, "" },
    { "", PST_VERB_FOREIGN, "" },
    { "  ", PST_VERB_FOREIGN, "" },
    { " EHLO laptop", PST_VERB_FOREIGN, "EHLO laptop" },
    { "{\"json\":1}", PST_VERB_FOREIGN, "" },
    { "\x16\x03\x01", PST_VERB_FOREIGN, "" },
    { "\xc3\xa9HLO x", PST_VERB_FOREIGN, "x" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    PstCommand command;
    pst_command_parse(&command, rows[i].line, strlen(rows[i].line));
    g_assert_cmpint(command.verb, ==, rows[i].verb);
    g_assert_cmpmem(command.argument, command.length, rows[i].argument, strlen(rows[i].argument));
    g_assert_false(command.has_control);
  }
}

static void
test_control_characters(void)
{
  static const struct {
    const char *line;
    gsize length;
  } rows[] = {
    { "NOOP a\0b", 8 }, { "NOOP a\nb", 8 }, { "NOOP a\rb", 8 }, { "NOOP a\tb", 8 }, { "NOOP a\x7f", 7 }
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    PstCommand command;
    pst_command_parse(&command, rows[i].line, rows[i].length);
    g_assert_cmpint(command.verb, ==, PST_VERB_NOOP);
    g_assert_true(command.has_control);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/command/table", test_table);
  g_test_add_func("/smtp/command/control-characters", test_control_characters);
  return g_test_run();
}
