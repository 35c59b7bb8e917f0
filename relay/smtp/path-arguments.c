#include "relay/smtp/path-arguments.h"
#include <string.h>

#define MAX_ENVID 100 /* RFC 3461 section 4.4 */
#define MAX_ORCPT 500 /* RFC 3461 section 4.2 */

/* What the parameters of one command said. */
typedef struct {
  gint64 size;
  PstBody body;
  gboolean smtputf8;
  gboolean requiretls;
  PstRet ret;
  char *envid;
  PstNotify notify;
  char *orcpt;
} Values;

static void
values_clear(Values *values)
{
  g_free(values->envid);
  g_free(values->orcpt);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Values, values_clear)

/* Takes a value, NULL when the parameter had none; FALSE when that is not allowed. */
typedef gboolean (*ReadValue)(Values *values, const char *value);

typedef struct {
  const char *keyword;
  ReadValue read;
} Parameter;

static gboolean
is_xtext(const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text == '+') {
      if (!g_ascii_isxdigit(text[1]) || !g_ascii_isxdigit(text[2]))
        return FALSE;
      text += 2;
    } else if (!g_ascii_isgraph(*text) || *text == '=') {
      return FALSE;
    }
  }
  return TRUE;
}

/* RFC 6533 section 3: UTF-8 in its place, or escaped with a backslash. */
static gboolean
is_unitext(const char *text)
{
  return g_utf8_validate(text, -1, NULL) && strpbrk(text, "+= ") == NULL;
}

static gboolean
read_size(Values *values, const char *value)
{
  gsize digits = value != NULL ? strspn(value, "0123456789") : 0;
  if (digits == 0 || digits > 20 || value[digits] != '\0')
    return FALSE;
  guint64 size = g_ascii_strtoull(value, NULL, 10);
  values->size = MIN(size, G_MAXINT64);
  return TRUE;
}

static gboolean
read_body(Values *values, const char *value)
{
  if (value == NULL)
    return FALSE;
  values->body = g_ascii_strcasecmp(value, "8BITMIME") == 0 ? PST_BODY_8BITMIME : PST_BODY_7BIT;
  return values->body == PST_BODY_8BITMIME || g_ascii_strcasecmp(value, "7BIT") == 0;
}

static gboolean
read_smtputf8(Values *values, const char *value)
{
  values->smtputf8 = TRUE;
  return value == NULL;
}

static gboolean
read_requiretls(Values *values, const char *value)
{
  values->requiretls = TRUE;
  return value == NULL;
}

static gboolean
read_ret(Values *values, const char *value)
{
  if (value == NULL)
    return FALSE;
  values->ret = g_ascii_strcasecmp(value, "FULL") == 0 ? PST_RET_FULL : PST_RET_HDRS;
  return values->ret == PST_RET_FULL || g_ascii_strcasecmp(value, "HDRS") == 0;
}

static gboolean
read_envid(Values *values, const char *value)
{
  if (value == NULL || *value == '\0' || strlen(value) > MAX_ENVID || !is_xtext(value))
    return FALSE;
  values->envid = g_strdup(value);
  return TRUE;
}

/* RFC 4954 section 5: who submitted it first. A gate for one person has no use for it, but must take it. */
static gboolean
read_auth(Values *values, const char *value)
{
  return value != NULL && *value != '\0' && (g_str_equal(value, "<>") || is_xtext(value));
}

static PstNotify
notify_word(const char *word)
{
  if (g_ascii_strcasecmp(word, "SUCCESS") == 0)
    return PST_NOTIFY_SUCCESS;
  if (g_ascii_strcasecmp(word, "FAILURE") == 0)
    return PST_NOTIFY_FAILURE;
  return g_ascii_strcasecmp(word, "DELAY") == 0 ? PST_NOTIFY_DELAY : PST_NOTIFY_UNSET;
}

static gboolean
read_notify(Values *values, const char *value)
{
  if (value == NULL || *value == '\0')
    return FALSE;
  if (g_ascii_strcasecmp(value, "NEVER") == 0) {
    values->notify = PST_NOTIFY_NEVER;
    return TRUE;
  }
  g_auto(GStrv) list = g_strsplit(value, ",", -1);
  for (char **word = list; *word != NULL; word++) {
    PstNotify notify = notify_word(*word);
    if (notify == PST_NOTIFY_UNSET)
      return FALSE;
    values->notify |= notify;
  }
  return TRUE;
}

static gboolean
read_orcpt(Values *values, const char *value)
{
  const char *semicolon = value != NULL ? strchr(value, ';') : NULL;
  if (semicolon == NULL || semicolon == value || strlen(value) > MAX_ORCPT)
    return FALSE;
  for (const char *p = value; p < semicolon; p++)
    if (!g_ascii_isalnum(*p) && *p != '-')
      return FALSE;
  gboolean utf8 = g_ascii_strncasecmp(value, "utf-8;", 6) == 0;
  if (!(utf8 ? is_unitext(semicolon + 1) : is_xtext(semicolon + 1)))
    return FALSE;
  values->orcpt = g_strdup(value);
  return TRUE;
}

static const Parameter mail_parameters[] = {
  { "SIZE", read_size },         { "BODY", read_body },
  { "SMTPUTF8", read_smtputf8 }, { "REQUIRETLS", read_requiretls },
  { "RET", read_ret },           { "ENVID", read_envid },
  { "AUTH", read_auth },         { NULL, NULL },
};

static const Parameter rcpt_parameters[] = {
  { "NOTIFY", read_notify },
  { "ORCPT", read_orcpt },
  { NULL, NULL },
};

static PstStockReply
read_parameter(Values *values, const Parameter *known, char *text, guint *seen)
{
  char *value = strchr(text, '=');
  if (value != NULL)
    *value++ = '\0';
  for (guint i = 0; known[i].keyword != NULL; i++) {
    if (g_ascii_strcasecmp(text, known[i].keyword) != 0)
      continue;
    if ((*seen & 1u << i) != 0 || !known[i].read(values, value))
      return PST_STOCK_BAD_PARAMETER;
    *seen |= 1u << i;
    return PST_STOCK_NONE;
  }
  return PST_STOCK_UNKNOWN_PARAMETER;
}

static PstStockReply
read_parameters(Values *values, const Parameter *known, const char *text)
{
  g_auto(GStrv) words = g_strsplit(text, " ", -1);
  guint seen = 0;
  for (char **word = words; *word != NULL; word++) {
    PstStockReply wrong = **word != '\0' ? read_parameter(values, known, *word, &seen) : PST_STOCK_NONE;
    if (wrong != PST_STOCK_NONE)
      return wrong;
  }
  return PST_STOCK_NONE;
}

/* Behind the bracket that closes the path at @path: one in a quoted string does not. NULL when there is none.
 */
static const char *
path_end(const char *path)
{
  gboolean quoted = FALSE;
  for (const char *p = path; *p != '\0'; p++) {
    if (*p == '"')
      quoted = !quoted;
    else if (*p == '\\' && quoted && p[1] != '\0')
      p++;
    else if (*p == '>' && !quoted)
      return p + 1;
  }
  return NULL;
}

/* Parts "FROM:<path> parameters" in two. Blanks behind the colon are wrong, but common. */
static gboolean
part(const char *text, const char *label, const char **path, const char **parameters)
{
  gsize n = strlen(label);
  if (g_ascii_strncasecmp(text, label, n) != 0)
    return FALSE;
  *path = text + n + strspn(text + n, " ");
  *parameters = **path == '<' ? path_end(*path) : NULL;
  return *parameters != NULL && (**parameters == '\0' || **parameters == ' ');
}

PstStockReply
pst_mail_argument_parse(const char *argument, gsize length, PstEnvelope **envelope)
{
  g_autofree char *text = g_strndup(argument, length);
  const char *path, *parameters;
  if (!part(text, "FROM:", &path, &parameters))
    return PST_STOCK_BAD_SYNTAX;
  g_auto(Values) values = { .size = -1 };
  PstStockReply wrong = read_parameters(&values, mail_parameters, parameters);
  if (wrong != PST_STOCK_NONE)
    return wrong;
  if (!values.smtputf8 && !g_str_is_ascii(text))
    return PST_STOCK_NEEDS_SMTPUTF8;
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_path(path, parameters - path, values.smtputf8);
  if (sender == NULL)
    return PST_STOCK_BAD_SENDER;
  *envelope = pst_envelope_new(sender);
  (*envelope)->size = values.size;
  (*envelope)->body = values.body;
  (*envelope)->smtputf8 = values.smtputf8;
  (*envelope)->requiretls = values.requiretls;
  (*envelope)->ret = values.ret;
  (*envelope)->envid = g_steal_pointer(&values.envid);
  return PST_STOCK_NONE;
}

PstStockReply
pst_rcpt_argument_parse(const char *argument, gsize length, PstEnvelope *envelope)
{
  g_autofree char *text = g_strndup(argument, length);
  const char *path, *parameters;
  if (!part(text, "TO:", &path, &parameters))
    return PST_STOCK_BAD_SYNTAX;
  g_auto(Values) values = { 0 };
  PstStockReply wrong = read_parameters(&values, rcpt_parameters, parameters);
  if (wrong != PST_STOCK_NONE)
    return wrong;
  if (!envelope->smtputf8 && !g_str_is_ascii(text))
    return PST_STOCK_NEEDS_SMTPUTF8;
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_path(path, parameters - path, envelope->smtputf8);
  if (mailbox == NULL || pst_mailbox_is_null(mailbox))
    return PST_STOCK_BAD_RECIPIENT;
  PstRecipient *recipient = pst_envelope_add(envelope, mailbox);
  recipient->notify = values.notify;
  recipient->orcpt = g_steal_pointer(&values.orcpt);
  return PST_STOCK_NONE;
}
