#include "relay/dns/rdata.h"
#include <string.h>

#define MAX_NAME  255
#define MAX_LABEL 63

static void
append_octet(GString *name, guint8 octet)
{
  if (g_ascii_isalnum(octet) || octet == '-' || octet == '_' || octet == '*')
    g_string_append_c(name, g_ascii_tolower(octet));
  else
    g_string_append_printf(name, "\\%03u", octet);
}

char *
pst_rdata_read_name(const guint8 *data, gsize length)
{
  if (length == 0 || length > MAX_NAME)
    return NULL;
  g_autoptr(GString) name = g_string_new(NULL);
  gsize at = 0;
  while (data[at] != 0) {
    guint8 label = data[at++];
    if (label > MAX_LABEL || label >= length - at)
      return NULL;
    if (name->len > 0)
      g_string_append_c(name, '.');
    for (guint i = 0; i < label; i++)
      append_octet(name, data[at++]);
  }
  if (at + 1 != length)
    return NULL;
  return g_string_free(g_steal_pointer(&name), FALSE);
}

gboolean
pst_rdata_read_mx(GBytes *rdata, guint *preference, char **exchange)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(rdata, &length);
  if (length < 3)
    return FALSE;
  char *name = pst_rdata_read_name(data + 2, length - 2);
  if (name == NULL)
    return FALSE;
  *preference = data[0] << 8 | data[1];
  *exchange = name;
  return TRUE;
}

gboolean
pst_rdata_read_address(GBytes *rdata, PstDnsType type, PstAddress *address)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(rdata, &length);
  if (length != (type == PST_DNS_AAAA ? 16 : 4))
    return FALSE;
  memset(address, 0, sizeof *address);
  address->is_ipv6 = type == PST_DNS_AAAA;
  memcpy(address->octets, data, length);
  return TRUE;
}

GBytes *
pst_rdata_read_text(GBytes *rdata)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(rdata, &length);
  if (length == 0 || length > G_MAXUINT16)
    return NULL;
  g_autoptr(GByteArray) text = g_byte_array_new();
  for (gsize at = 0; at < length;) {
    guint8 part = data[at++];
    if (part > length - at)
      return NULL;
    g_byte_array_append(text, data + at, part);
    at += part;
  }
  return g_byte_array_free_to_bytes(g_steal_pointer(&text));
}
