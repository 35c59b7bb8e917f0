#include "relay/smtp/stock-reply.h"

static const struct {
  guint code;
  const char *enhanced;
  const char *text;
} answers[] = {
  [PST_STOCK_NONE] = { 0, "", "" },
  [PST_STOCK_OK] = { 250, "2.0.0 ", "OK" },
  [PST_STOCK_BYE] = { 221, "2.0.0 ", "Bye" },
  [PST_STOCK_READY_FOR_TLS] = { 220, "2.0.0 ", "Ready to start TLS" },
  [PST_STOCK_LOGGED_IN] = { 235, "2.7.0 ", "Login accepted" },
  [PST_STOCK_SENDER_OK] = { 250, "2.1.0 ", "Sender accepted" },
  [PST_STOCK_RECIPIENT_OK] = { 250, "2.1.5 ", "Recipient accepted" },
  [PST_STOCK_GO_AHEAD] = { 354, "", "Send the message, end with a dot on a line by itself" },
  [PST_STOCK_CANNOT_VERIFY] = { 252, "2.1.5 ", "Cannot verify, send mail to find out" },
  [PST_STOCK_HELP] = { 214, "2.0.0 ", "This is Postern, a gate for outgoing mail; see RFC 5321" },
  [PST_STOCK_TOO_MANY_ERRORS] = { 421, "4.7.0 ", "Too many errors, closing" },
  [PST_STOCK_FOREIGN_PROTOCOL] = { 421, "4.7.0 ", "This port speaks SMTP only, closing" },
  [PST_STOCK_TOO_MANY_RECIPIENTS] = { 452, "4.5.3 ", "Too many recipients for one message" },
  [PST_STOCK_UNKNOWN_COMMAND] = { 500, "5.5.1 ", "Command not recognised" },
  [PST_STOCK_LINE_TOO_LONG] = { 500, "5.5.2 ", "Line too long" },
  [PST_STOCK_BAD_SYNTAX] = { 501, "5.5.2 ", "Syntax error" },
  [PST_STOCK_BAD_PARAMETER] = { 501, "5.5.4 ", "Bad value of a parameter, or a parameter given twice" },
  [PST_STOCK_NO_ARGUMENT_ALLOWED] = { 501, "5.5.4 ", "This command takes no argument" },
  [PST_STOCK_BAD_SENDER] = { 501, "5.1.7 ", "The sender's address is malformed" },
  [PST_STOCK_BAD_RECIPIENT] = { 501, "5.1.3 ", "The recipient's address is malformed" },
  [PST_STOCK_LOGIN_CANCELLED] = { 501, "5.7.0 ", "Login cancelled" },
  [PST_STOCK_BAD_LOGIN_SYNTAX] = { 501, "5.5.2 ", "The login data cannot be decoded" },
  [PST_STOCK_NOT_OFFERED] = { 502, "5.5.1 ", "Command not offered" },
  [PST_STOCK_BAD_SEQUENCE] = { 503, "5.5.1 ", "Bad sequence of commands" },
  [PST_STOCK_HELLO_FIRST] = { 503, "5.5.1 ", "Say EHLO first" },
  [PST_STOCK_ALREADY_TLS] = { 503, "5.5.1 ", "TLS is already in use" },
  [PST_STOCK_ALREADY_LOGGED_IN] = { 503, "5.5.1 ", "Already logged in" },
  [PST_STOCK_UNKNOWN_MECHANISM] = { 504, "5.5.4 ", "Login mechanism not offered" },
  [PST_STOCK_LOGIN_FIRST] = { 530, "5.7.0 ", "Log in first: Postern wants a user name and password" },
  [PST_STOCK_TLS_FIRST] = { 530, "5.7.0 ", "Start TLS first: Postern wants an encrypted connection" },
  [PST_STOCK_REQUIRETLS_NEEDS_TLS] = { 530, "5.7.10 ", "REQUIRETLS can be asked for over TLS only" },
  [PST_STOCK_LOGIN_NEEDS_TLS] = { 538, "5.7.11 ", "Logging in here needs an encrypted connection" },
  [PST_STOCK_NEEDS_SMTPUTF8] = { 553, "5.6.7 ", "Addresses beyond ASCII need the SMTPUTF8 parameter" },
  [PST_STOCK_NO_RECIPIENTS] = { 554, "5.5.1 ", "No recipient was accepted" },
  [PST_STOCK_EARLY_OCTETS] = { 554, "5.5.0 ", "Data came in plain behind STARTTLS, closing" },
  [PST_STOCK_UNKNOWN_PARAMETER] = { 555, "5.5.4 ", "A parameter is not known here" },
};

guint
pst_stock_reply_get_code(PstStockReply answer)
{
  return answers[answer].code;
}

char *
pst_stock_reply_to_wire(PstStockReply answer)
{
  return g_strdup_printf("%u %s%s\r\n", answers[answer].code, answers[answer].enhanced, answers[answer].text);
}
