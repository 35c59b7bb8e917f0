#include "relay/policy/refusal.h"
#include "relay/contract/words.h"
#include <string.h>

#define NAMED_RECIPIENTS 3
#define ADDRESS_MAX      120 /* octets of an address in a reply */
#define NOBODY           "This attempt sent it to nobody"

/* When a reason comes up, and so what the client is told besides it. */
typedef enum {
  STAGE_COMMAND, /* no message yet, or its fate is another's */
  STAGE_MESSAGE, /* a message was given and went nowhere */
  STAGE_TLS,     /* likewise, for want of verified TLS */
} Stage;

typedef struct {
  guint code;
  const char *enhanced;
  Stage stage;
} Answer;

static const Answer answers[PST_REASON_COUNT] = {
  [PST_REASON_NO_ACCOUNT] = { 550, "5.7.1", STAGE_COMMAND },
  [PST_REASON_SENDER_NOT_SERVED] = { 550, "5.7.1", STAGE_COMMAND },
  [PST_REASON_LISTENER_OTHER_ACCOUNT] = { 550, "5.7.1", STAGE_COMMAND },
  [PST_REASON_HEADER_BAD] = { 550, "5.6.0", STAGE_MESSAGE },
  [PST_REASON_HEADER_REPEATED] = { 550, "5.6.0", STAGE_MESSAGE },
  [PST_REASON_HEADER_TOO_LARGE] = { 552, "5.3.4", STAGE_MESSAGE },
  [PST_REASON_BARE_LINE_END] = { 554, "5.6.0", STAGE_MESSAGE },
  [PST_REASON_NUL_OCTET] = { 554, "5.6.0", STAGE_MESSAGE },
  [PST_REASON_PAUSED] = { 421, "4.3.2", STAGE_COMMAND },
  [PST_REASON_SHUTTING_DOWN] = { 421, "4.3.2", STAGE_COMMAND },
  [PST_REASON_BUSY] = { 421, "4.3.2", STAGE_COMMAND },
  [PST_REASON_NO_SMTPUTF8] = { 553, "5.6.7", STAGE_MESSAGE },
  [PST_REASON_NO_8BITMIME] = { 554, "5.6.3", STAGE_MESSAGE },
  [PST_REASON_TOO_LARGE] = { 552, "5.3.4", STAGE_MESSAGE },
  [PST_REASON_NAME_NOT_FOUND] = { 451, "4.4.4", STAGE_MESSAGE },
  [PST_REASON_NAME_LOOKUP_FAILED] = { 451, "4.4.3", STAGE_MESSAGE },
  [PST_REASON_CONNECT_REFUSED] = { 451, "4.4.1", STAGE_MESSAGE },
  [PST_REASON_CONNECT_TIMEOUT] = { 451, "4.4.1", STAGE_MESSAGE },
  [PST_REASON_CONNECT_FAILED] = { 451, "4.4.1", STAGE_MESSAGE },
  [PST_REASON_GREETING_REFUSED] = { 451, "4.3.2", STAGE_MESSAGE },
  [PST_REASON_PROTOCOL] = { 451, "4.5.0", STAGE_MESSAGE },
  [PST_REASON_UPSTREAM_CLOSED] = { 451, "4.4.2", STAGE_MESSAGE },
  [PST_REASON_UPSTREAM_TIMEOUT] = { 451, "4.4.2", STAGE_MESSAGE },
  [PST_REASON_STARTTLS_NOT_OFFERED] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_STARTTLS_REFUSED] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_STARTTLS_INJECTION] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_TLS_FAILED] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_TLS_TOO_OLD] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_CERTIFICATE_EXPIRED] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_CERTIFICATE_NOT_YET_VALID] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_CERTIFICATE_HOST_MISMATCH] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_CERTIFICATE_NOT_TRUSTED] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_CERTIFICATE_BAD] = { 451, "4.7.5", STAGE_TLS },
  [PST_REASON_AUTH_NOT_OFFERED] = { 550, "5.7.0", STAGE_MESSAGE },
  [PST_REASON_AUTH_REFUSED] = { 535, "5.7.8", STAGE_COMMAND },
  [PST_REASON_REJECTED] = { 550, "5.0.0", STAGE_MESSAGE },
  [PST_REASON_UNCERTAIN] = { 451, "4.4.2", STAGE_COMMAND },
  [PST_REASON_INTERRUPTED] = { 451, "4.3.2", STAGE_MESSAGE },
  [PST_REASON_CLIENT_GONE] = { 451, "4.4.2", STAGE_MESSAGE },
  [PST_REASON_REQUIRETLS_NOT_OFFERED] = { 550, "5.7.30", STAGE_MESSAGE },
  [PST_REASON_FLOOR] = { 550, "5.7.10", STAGE_MESSAGE },
  [PST_REASON_HISTORY_UNAVAILABLE] = { 451, "4.3.0", STAGE_MESSAGE },
};

/* RFC 6531 section 3.5 would allow UTF-8 to some clients; ASCII is read by all. */
static char *
to_ascii(const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *ascii = g_string_new(NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p))
    g_string_append_c(ascii, g_ascii_isprint(*p) || *p == '\n' ? *p : '?');
  /* Thunderbird adds a full stop. */
  while (ascii->len > 0 && ascii->str[ascii->len - 1] == '.')
    g_string_truncate(ascii, ascii->len - 1);
  return g_string_free(ascii, FALSE);
}

PstRefusal *
pst_refusal_new(guint code, const char *enhanced, const char *text)
{
  PstRefusal *refusal = g_new0(PstRefusal, 1);
  refusal->code = code;
  refusal->enhanced = enhanced;
  refusal->text = to_ascii(text);
  return refusal;
}

void
pst_refusal_free(PstRefusal *refusal)
{
  if (refusal == NULL)
    return;
  g_free(refusal->text);
  g_free(refusal);
}

/* A sentence begins with a capital, but a host's name is spelt as it is. */
static char *
to_sentence(const PstReason *reason)
{
  char *text = pst_reason_to_english(reason);
  if (pst_reason_template(pst_reason_get_code(reason))[0] != '{')
    text[0] = g_ascii_toupper(text[0]);
  return text;
}

/* What is not in the table is about a recipient's domain: the decision knows what that means for the message.
 * Alone it is a thing not found out. */
static Answer
answer_of(const PstReason *reason)
{
  static const Answer not_found_out = { 451, "4.7.5", STAGE_MESSAGE };
  const Answer *answer = &answers[pst_reason_get_code(reason)];
  return answer->code != 0 ? *answer : not_found_out;
}

static PstRefusal *
refuse_message(guint code, const char *enhanced, const PstReason *reason)
{
  g_autofree char *why = pst_reason_to_english(reason);
  g_autofree char *text = g_strdup_printf("Not sent: %s\n" NOBODY, why);
  return pst_refusal_new(code, enhanced, text);
}

PstRefusal *
pst_refusal_for_reason(const PstReason *reason)
{
  Answer answer = answer_of(reason);
  if (answer.stage != STAGE_COMMAND)
    return refuse_message(answer.code, answer.enhanced, reason);
  g_autofree char *sentence = to_sentence(reason);
  return pst_refusal_new(answer.code, answer.enhanced, sentence);
}

/* RFC 8689 section 4.2.1: no TLS is a final answer to a message that requires it; elsewhere it may pass. */
PstRefusal *
pst_refusal_for_upstream(const PstReason *reason, PstRequirement requirement)
{
  gboolean final = answer_of(reason).stage == STAGE_TLS && requirement == PST_REQUIREMENT_REQUIRED;
  return final ? refuse_message(550, "5.7.10", reason) : pst_refusal_for_reason(reason);
}

char *
pst_refusal_who_asked(const PstChoice *choice)
{
  const char *word = pst_requirement_word(choice->requirement);
  switch (choice->source) {
  case PST_SOURCE_GRANT:
    return g_strdup_printf("You allowed %s once", word);
  case PST_SOURCE_PARAMETER:
    return g_strdup_printf("Your mail program asked for %s", word);
  case PST_SOURCE_HEADER:
    return g_strdup_printf("You asked for %s", word);
  case PST_SOURCE_SUBJECT:
    return g_strdup_printf("You asked for %s in the subject", word);
  case PST_SOURCE_ONCE:
    return g_strdup_printf("You asked for %s for the next message", word);
  case PST_SOURCE_RULE:
    return g_strdup_printf("Your rule for %s asks for %s", choice->pattern, word);
  case PST_SOURCE_LISTENER:
    return g_strdup_printf("The port your mail program uses asks for %s", word);
  case PST_SOURCE_ACCOUNT:
    return g_strdup_printf("This account asks for %s", word);
  case PST_SOURCE_MODE:
    return g_strdup_printf("You asked for %s for all messages", word);
  case PST_SOURCE_FLOOR:
    if (choice->pattern == NULL)
      return g_strdup_printf("The port your mail program uses asks for at least %s", word);
    return g_strdup_printf("Your rule for %s asks for at least %s", choice->pattern, word);
  }
  g_return_val_if_reached(g_strdup(""));
}

static void
append_address(GString *text, const char *address)
{
  g_autofree char *valid = g_utf8_make_valid(address, -1);
  g_autofree char *start = g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), ADDRESS_MAX));
  g_string_append_printf(text, "%s%s", start, strlen(start) < strlen(valid) ? "..." : "");
}

static void
append_concerned(GString *text, const char *const *addresses, guint n)
{
  for (guint i = 0; i < MIN(n, NAMED_RECIPIENTS); i++) {
    g_string_append(text, i > 0 ? ", " : "Concerns ");
    append_address(text, addresses[i]);
  }
  if (n > NAMED_RECIPIENTS)
    g_string_append_printf(text, " and %u more", n - NAMED_RECIPIENTS);
  if (n > 0)
    g_string_append(text, ". ");
}

PstRefusal *
pst_refusal_for_recipients(guint code, const char *enhanced, const PstReason *reason, const PstChoice *choice,
                           const char *const *addresses, guint n)
{
  g_autofree char *why = pst_reason_to_english(reason);
  g_autofree char *who = choice != NULL ? pst_refusal_who_asked(choice) : NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "Not sent: %s\n", why);
  if (who != NULL)
    g_string_append_printf(text, "%s\n", who);
  append_concerned(text, addresses, n);
  g_string_append(text, NOBODY);
  return pst_refusal_new(code, enhanced, text->str);
}
