#include "relay/mail/domain-name.h"
#include <idn2.h>
#include <string.h>

#define NAME_MAX_OCTETS  253
#define LABEL_MAX_OCTETS 63
#define INPUT_MAX_OCTETS 1024 /* a U-label name is longer in UTF-8 than its A-labels ever may be */

/* Not IDN2_USE_STD3_ASCII_RULES: with it libidn2 drops what it disallows, and so makes one name of another.
 */
#define MAPPING_FLAGS (IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL)
#define STRICT_FLAGS  (IDN2_NFC_INPUT | IDN2_NO_TR46)

static gboolean
is_ldh(const char *label, gsize length)
{
  if (length == 0 || length > LABEL_MAX_OCTETS || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum(label[i]) && label[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean
is_number(const char *label)
{
  return label[strspn(label, "0123456789")] == '\0';
}

static gboolean
is_wellformed(const char *name)
{
  if (strlen(name) > NAME_MAX_OCTETS)
    return FALSE;
  for (const char *label = name;;) {
    gsize length = strcspn(label, ".");
    if (!is_ldh(label, length))
      return FALSE;
    if (label[length] == '\0')
      return !is_number(label);
    label += length + 1;
  }
}

static char *
take_idn2_string(char *string)
{
  char *copy = g_strdup(string);
  idn2_free(string);
  return copy;
}

static char *
to_a_labels(const char *name, int flags)
{
  guint8 *mapped = NULL;
  if (idn2_lookup_u8((const guint8 *)name, &mapped, flags) != IDN2_OK)
    return NULL;
  return take_idn2_string((char *)mapped);
}

static char *
to_u_labels(const char *name)
{
  char *mapped = NULL;
  if (idn2_to_unicode_8z8z(name, &mapped, 0) != IDN2_OK)
    return NULL;
  return take_idn2_string(mapped);
}

static gboolean
has_a_label(const char *name)
{
  return g_str_has_prefix(name, "xn--") || strstr(name, ".xn--") != NULL;
}

/* RFC 5891 section 5.3: what looks like an A-label must be one, or two spellings would name one domain. */
static gboolean
round_trips(const char *name)
{
  g_autofree char *u_labels = to_u_labels(name);
  g_autofree char *a_labels = u_labels != NULL ? to_a_labels(u_labels, STRICT_FLAGS) : NULL;
  return g_strcmp0(a_labels, name) == 0;
}

static char *
map_to_lower_ascii(const char *text)
{
  if (g_str_is_ascii(text))
    return g_ascii_strdown(text, -1);
  return to_a_labels(text, MAPPING_FLAGS);
}

char *
pst_domain_name_normalise(const char *name, gsize length)
{
  if (length == 0 || length > INPUT_MAX_OCTETS || !g_utf8_validate_len(name, length, NULL))
    return NULL;
  g_autofree char *text = g_strndup(name, length);
  g_autofree char *mapped = map_to_lower_ascii(text);
  if (mapped == NULL)
    return NULL;
  if (g_str_has_suffix(mapped, "."))
    mapped[strlen(mapped) - 1] = '\0';
  if (!is_wellformed(mapped) || (has_a_label(mapped) && !round_trips(mapped)))
    return NULL;
  return g_steal_pointer(&mapped);
}

char *
pst_domain_name_display(const char *name)
{
  g_autofree char *u_labels = has_a_label(name) ? to_u_labels(name) : NULL;
  g_autofree char *back = u_labels != NULL ? pst_domain_name_normalise(u_labels, strlen(u_labels)) : NULL;
  return g_strdup(g_strcmp0(back, name) == 0 ? u_labels : name);
}

const char *
pst_domain_name_parent(const char *name)
{
  const char *dot = strchr(name, '.');
  return dot != NULL ? dot + 1 : NULL;
}
