#include "relay/trust/spki.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void
check(GBytes *certificate)
{
  gsize length, spki_length;
  const guint8 *start = g_bytes_get_data(certificate, &length);
  g_autoptr(GBytes) spki = pst_spki_cut(certificate);
  if (spki == NULL)
    return;
  const guint8 *cut = g_bytes_get_data(spki, &spki_length);
  g_assert_true(cut > start && cut + spki_length < start + length);
  g_assert_true(pst_spki_is_well_formed(spki));
}

static void
append_element(GByteArray *der, guint8 tag, const guint8 *content, gsize length)
{
  guint8 head[] = { tag, 0x82, length >> 8, length & 255 };
  if (length < 0x80) {
    head[1] = length;
    g_byte_array_append(der, head, 2);
  } else if (length < 0x100) {
    head[1] = 0x81;
    head[2] = length;
    g_byte_array_append(der, head, 3);
  } else {
    g_byte_array_append(der, head, 4);
  }
  g_byte_array_append(der, content, length);
}

/* A certificate that is well formed up to where the input stands in it: half of the inputs get that far. */
static GBytes *
wrap(const guint8 *data, size_t size)
{
  static const guint8 before[] = { 0x02, 1, 1, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0 };
  static const guint8 behind[] = { 0x30, 0, 0x03, 1, 0 };
  g_autoptr(GByteArray) tbs = g_byte_array_new();
  g_autoptr(GByteArray) content = g_byte_array_new();
  GByteArray *certificate = g_byte_array_new();
  g_byte_array_append(tbs, before, sizeof before);
  g_byte_array_append(tbs, data, size);
  append_element(content, 0x30, tbs->data, tbs->len);
  g_byte_array_append(content, behind, sizeof behind);
  append_element(certificate, 0x30, content->data, content->len);
  return g_byte_array_free_to_bytes(certificate);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
  g_autoptr(GBytes) raw = g_bytes_new(data, size);
  check(raw);
  pst_spki_is_well_formed(raw);
  if (size < 60000) {
    g_autoptr(GBytes) wrapped = wrap(data, size);
    check(wrapped);
  }
  return 0;
}
