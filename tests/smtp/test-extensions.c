#include "relay/smtp/extensions.h"

static void
test_table(void)
{
  static const struct {
    const char *lines; /* behind the greeting */
    guint flags, mechanisms;
    guint64 size_limit;
  } rows[] = {
    { "", 0, 0, 0 },
    { "\nPIPELINING\n8BITMIME\nDSN\nCHUNKING\nENHANCEDSTATUSCODES\nSMTPUTF8\nSTARTTLS\nREQUIRETLS",
      PST_EXT_PIPELINING | PST_EXT_8BITMIME | PST_EXT_DSN | PST_EXT_CHUNKING | PST_EXT_ENHANCEDSTATUSCODES |
          PST_EXT_SMTPUTF8 | PST_EXT_STARTTLS | PST_EXT_REQUIRETLS,
      0, 0 },
    { "\npipelining\nStartTLS", PST_EXT_PIPELINING | PST_EXT_STARTTLS, 0, 0 },
    { "\nSIZE", PST_EXT_SIZE, 0, 0 },
    { "\nSIZE 35882577", PST_EXT_SIZE, 0, 35882577 },
    { "\nSIZE 18446744073709551615", PST_EXT_SIZE, 0, G_MAXUINT64 },
    { "\nSIZE 99999999999999999999999", PST_EXT_SIZE, 0, 0 },
    { "\nSIZE many", PST_EXT_SIZE, 0, 0 },
    { "\nSIZE -1", PST_EXT_SIZE, 0, 0 },
    { "\nAUTH PLAIN LOGIN", PST_EXT_AUTH, PST_AUTH_PLAIN | PST_AUTH_LOGIN, 0 },
    { "\nAUTH CRAM-MD5 login\t", PST_EXT_AUTH, PST_AUTH_LOGIN, 0 },
    { "\nAUTH=LOGIN PLAIN", PST_EXT_AUTH, PST_AUTH_PLAIN | PST_AUTH_LOGIN, 0 },
    { "\nAUTH PLAIN\nAUTH=LOGIN", PST_EXT_AUTH, PST_AUTH_PLAIN | PST_AUTH_LOGIN, 0 },
    { "\nAUTH", PST_EXT_AUTH, 0, 0 },
    { "\nAUTHPLAIN", 0, 0, 0 },
    /* RFC 8689 section 2: no parameters. */
    { "\nREQUIRETLS yes", 0, 0, 0 },
    { "\nREQUIRETLS=1", 0, 0, 0 },
    { "\nREQUIRETLS ", PST_EXT_REQUIRETLS, 0, 0 },
    { "\nSTARTTLS REQUIRED", 0, 0, 0 },
    { "\nSMTPUTF8 later", PST_EXT_SMTPUTF8, 0, 0 },
    { "\nX-REQUIRETLS\nREQUIRETLSX\n\n  ", 0, 0, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *text = g_strconcat("mx.example.org at your service", rows[i].lines, NULL);
    g_autoptr(PstReply) reply = pst_reply_new(250, NULL, text);
    PstExtensions extensions = { .flags = G_MAXUINT, .size_limit = 7 };
    pst_extensions_parse(&extensions, reply);
    g_assert_cmphex(extensions.flags, ==, rows[i].flags);
    g_assert_cmphex(extensions.mechanisms, ==, rows[i].mechanisms);
    g_assert_cmpuint(extensions.size_limit, ==, rows[i].size_limit);
  }
}

/* The first line is the server's name, whatever it looks like. */
static void
test_greeting_does_not_count(void)
{
  g_autoptr(PstReply) reply = pst_reply_new(250, NULL, "REQUIRETLS\nDSN");
  PstExtensions extensions;
  pst_extensions_parse(&extensions, reply);
  g_assert_cmphex(extensions.flags, ==, PST_EXT_DSN);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp/extensions/table", test_table);
  g_test_add_func("/smtp/extensions/greeting-does-not-count", test_greeting_does_not_count);
  return g_test_run();
}
