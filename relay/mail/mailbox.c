#include "relay/mail/mailbox.h"
#include "relay/mail/domain-name.h"
#include <string.h>

struct PstMailbox {
  char *wire;
  char *local;
  char *domain;
  char *literal;
  char *key;
};

/* A part of the path still to be read. */
typedef struct {
  const char *at;
  const char *end;
} Rest;

static gboolean
rest_take(Rest *rest, char c)
{
  if (rest->at == rest->end || *rest->at != c)
    return FALSE;
  rest->at++;
  return TRUE;
}

static gboolean
is_atext(char c)
{
  return (c & 0x80) != 0 || g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static gboolean
skip_dot_string(Rest *rest)
{
  do {
    const char *atom = rest->at;
    while (rest->at < rest->end && is_atext(*rest->at))
      rest->at++;
    if (rest->at == atom)
      return FALSE;
  } while (rest_take(rest, '.'));
  return TRUE;
}

static gboolean
skip_quoted_string(Rest *rest)
{
  rest->at++;
  while (rest->at < rest->end) {
    char c = *rest->at++;
    if (c == '"')
      return TRUE;
    if (c != '\\')
      continue;
    /* RFC 5321 quoted-pairSMTP: a backslash quotes printable ASCII only. */
    if (rest->at == rest->end || (*rest->at & 0x80) != 0)
      return FALSE;
    rest->at++;
  }
  return FALSE;
}

/* RFC 5321 appendix C: a source route is accepted and dropped; its names must still be names. */
static gboolean
skip_route(Rest *rest)
{
  if (rest->at == rest->end || *rest->at != '@')
    return TRUE;
  const char *colon = memchr(rest->at, ':', rest->end - rest->at);
  if (colon == NULL)
    return FALSE;
  g_autofree char *route = g_strndup(rest->at, colon - rest->at);
  g_auto(GStrv) hops = g_strsplit(route, ",", -1);
  for (guint i = 0; hops[i] != NULL; i++) {
    g_autofree char *name =
        hops[i][0] == '@' ? pst_domain_name_normalise(hops[i] + 1, strlen(hops[i] + 1)) : NULL;
    if (name == NULL)
      return FALSE;
  }
  rest->at = colon + 1;
  return TRUE;
}

static gboolean
is_address_of(const char *text, const char *alphabet)
{
  return text[strspn(text, alphabet)] == '\0' && g_hostname_is_ip_address(text);
}

static gboolean
is_literal(const char *literal)
{
  g_autofree char *inside = g_strndup(literal + 1, strlen(literal) - 2);
  if (g_ascii_strncasecmp(inside, "IPv6:", 5) == 0)
    return strchr(inside + 5, ':') != NULL && is_address_of(inside + 5, "0123456789abcdefABCDEF:.");
  return is_address_of(inside, "0123456789.");
}

static guint
count_dots(const char *text)
{
  guint n = 0;
  for (; *text != '\0'; text++)
    n += *text == '.';
  return n;
}

static gboolean
read_domain(PstMailbox *mailbox, const char *text)
{
  gsize length = strlen(text);
  if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
    mailbox->literal = g_strdup(text);
    return is_literal(text);
  }
  mailbox->domain = pst_domain_name_normalise(text, length);
  /* RFC 6531 knows one dot only, and none at the end: a next hop could part other ones differently. */
  return mailbox->domain != NULL && count_dots(text) == count_dots(mailbox->domain);
}

static char *
dequote(const char *local)
{
  if (local[0] != '"')
    return g_strdup(local);
  GString *text = g_string_new(NULL);
  for (const char *p = local + 1; p[1] != '\0'; p++) {
    if (*p == '\\')
      p++;
    g_string_append_c(text, *p);
  }
  return g_string_free(text, FALSE);
}

static char *
make_key(const PstMailbox *mailbox)
{
  g_autofree char *local = dequote(mailbox->local);
  g_autofree char *folded = g_utf8_casefold(local, -1);
  g_autofree char *composed = g_utf8_normalize(folded, -1, G_NORMALIZE_NFC);
  g_autofree char *literal = mailbox->literal != NULL ? g_ascii_strdown(mailbox->literal, -1) : NULL;
  return g_strconcat(composed, "@", literal != NULL ? literal : mailbox->domain, NULL);
}

/* Next hops map U-labels in different ways (IDNA 2003 knows no sharp s): the domain that was judged must be
 * the one that is sent to. */
static char *
make_wire(const PstMailbox *mailbox, const char *domain)
{
  return g_strconcat(mailbox->local, "@", g_str_is_ascii(domain) ? domain : mailbox->domain, NULL);
}

static gboolean
is_clean(const char *text, gsize length, gboolean utf8)
{
  if (length > PST_MAILBOX_MAX || !g_utf8_validate_len(text, length, NULL))
    return FALSE;
  for (const char *p = text; p < text + length; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (g_unichar_iscntrl(c) || (c >= 0x80 && !utf8))
      return FALSE;
  }
  return TRUE;
}

static void
mailbox_clear(gpointer data)
{
  PstMailbox *mailbox = data;
  g_free(mailbox->wire);
  g_free(mailbox->local);
  g_free(mailbox->domain);
  g_free(mailbox->literal);
  g_free(mailbox->key);
}

static PstMailbox *
parse(Rest rest)
{
  g_autoptr(PstMailbox) mailbox = g_atomic_rc_box_new0(PstMailbox);
  const char *start = rest.at;
  gboolean quoted = rest.at < rest.end && *rest.at == '"';
  if (!(quoted ? skip_quoted_string(&rest) : skip_dot_string(&rest)))
    return NULL;
  mailbox->local = g_strndup(start, rest.at - start);
  if (!rest_take(&rest, '@'))
    return NULL;
  g_autofree char *domain = g_strndup(rest.at, rest.end - rest.at);
  if (!read_domain(mailbox, domain))
    return NULL;
  mailbox->wire = make_wire(mailbox, domain);
  if (strlen(mailbox->wire) > PST_MAILBOX_MAX - strlen("<>"))
    return NULL;
  mailbox->key = make_key(mailbox);
  return g_steal_pointer(&mailbox);
}

static PstMailbox *
null_path(void)
{
  PstMailbox *mailbox = g_atomic_rc_box_new0(PstMailbox);
  mailbox->wire = g_strdup("");
  mailbox->local = g_strdup("");
  mailbox->key = g_strdup("");
  return mailbox;
}

PstMailbox *
pst_mailbox_parse_path(const char *path, gsize length, gboolean utf8)
{
  if (length < 2 || path[0] != '<' || path[length - 1] != '>' || !is_clean(path, length, utf8))
    return NULL;
  if (length == 2)
    return null_path();
  Rest rest = { path + 1, path + length - 1 };
  return skip_route(&rest) ? parse(rest) : NULL;
}

PstMailbox *
pst_mailbox_parse_address(const char *address)
{
  gsize length = strlen(address);
  return is_clean(address, length, TRUE) ? parse((Rest){ address, address + length }) : NULL;
}

PstMailbox *
pst_mailbox_ref(PstMailbox *mailbox)
{
  return g_atomic_rc_box_acquire(mailbox);
}

void
pst_mailbox_unref(PstMailbox *mailbox)
{
  if (mailbox != NULL)
    g_atomic_rc_box_release_full(mailbox, mailbox_clear);
}

gboolean
pst_mailbox_is_null(const PstMailbox *mailbox)
{
  return mailbox->wire[0] == '\0';
}

gboolean
pst_mailbox_is_ascii(const PstMailbox *mailbox)
{
  return g_str_is_ascii(mailbox->wire);
}

const char *
pst_mailbox_get_wire(const PstMailbox *mailbox)
{
  return mailbox->wire;
}

const char *
pst_mailbox_get_local(const PstMailbox *mailbox)
{
  return mailbox->local;
}

const char *
pst_mailbox_get_domain(const PstMailbox *mailbox)
{
  return mailbox->domain;
}

const char *
pst_mailbox_get_literal(const PstMailbox *mailbox)
{
  return mailbox->literal;
}

const char *
pst_mailbox_get_key(const PstMailbox *mailbox)
{
  return mailbox->key;
}
