#include "relay/dns/address.h"
#include <string.h>

typedef struct {
  guint8 octets[16];
  guint bits;
} Range;

static const Range private_ipv4[] = {
  { { 0 }, 8 },
  { { 10 }, 8 },
  { { 100, 64 }, 10 },
  { { 127 }, 8 },
  { { 169, 254 }, 16 },
  { { 172, 16 }, 12 },
  { { 192, 0, 0 }, 24 },
  { { 192, 0, 2 }, 24 },
  { { 192, 88, 99 }, 24 },
  { { 192, 168 }, 16 },
  { { 198, 18 }, 15 },
  { { 198, 51, 100 }, 24 },
  { { 203, 0, 113 }, 24 },
  { { 224 }, 4 },
  { { 240 }, 4 },
};

/* Inside 2000::/3, the only part of IPv6 that is given out. 2002::/16 (6to4) carries any IPv4 address. */
static const Range private_ipv6[] = {
  { { 0x20, 0x01, 0x00 }, 23 },
  { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },
  { { 0x20, 0x02 }, 16 },
  { { 0x3f, 0xff, 0x00 }, 20 },
};

static const Range global_ipv6 = { { 0x20 }, 3 };
static const Range nat64 = { { 0x00, 0x64, 0xff, 0x9b },
                             96 }; /* RFC 6052: an IPv4 address in the last 32 bits */

static gboolean
in_range(const guint8 *octets, const Range *range)
{
  guint whole = range->bits / 8, rest = range->bits % 8;
  if (memcmp(octets, range->octets, whole) != 0)
    return FALSE;
  return rest == 0 || ((octets[whole] ^ range->octets[whole]) >> (8 - rest)) == 0;
}

static gboolean
in_any(const guint8 *octets, const Range *ranges, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (in_range(octets, &ranges[i]))
      return TRUE;
  return FALSE;
}

gboolean
pst_address_is_public(const PstAddress *address)
{
  if (!address->is_ipv6)
    return !in_any(address->octets, private_ipv4, G_N_ELEMENTS(private_ipv4));
  if (in_range(address->octets, &nat64))
    return !in_any(address->octets + 12, private_ipv4, G_N_ELEMENTS(private_ipv4));
  return in_range(address->octets, &global_ipv6) &&
         !in_any(address->octets, private_ipv6, G_N_ELEMENTS(private_ipv6));
}

static guint
group(const PstAddress *address, guint i)
{
  return address->octets[2 * i] << 8 | address->octets[2 * i + 1];
}

/* RFC 5952 4.2: the longest run of two or more zero groups, the first of equals. */
static void
find_zero_run(const PstAddress *address, guint *start, guint *length)
{
  *start = *length = 0;
  for (guint i = 0; i < 8; i++) {
    guint run = 0;
    while (i + run < 8 && group(address, i + run) == 0)
      run++;
    if (run > *length && run >= 2) {
      *start = i;
      *length = run;
    }
  }
}

char *
pst_address_to_string(const PstAddress *address)
{
  const guint8 *o = address->octets;
  if (!address->is_ipv6)
    return g_strdup_printf("%u.%u.%u.%u", o[0], o[1], o[2], o[3]);
  guint start, length;
  find_zero_run(address, &start, &length);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < 8;) {
    if (length > 0 && i == start) {
      g_string_append(text, "::");
      i += length;
      continue;
    }
    if (text->len > 0 && text->str[text->len - 1] != ':')
      g_string_append_c(text, ':');
    g_string_append_printf(text, "%x", group(address, i++));
  }
  return g_string_free(text, FALSE);
}
