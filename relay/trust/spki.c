#include "relay/trust/spki.h"

#define TAG_INTEGER    0x02
#define TAG_BIT_STRING 0x03
#define TAG_OID        0x06
#define TAG_SEQUENCE   0x30
#define TAG_VERSION    0xa0

typedef struct {
  const guint8 *at;
  const guint8 *end;
} Cursor;

/* X.690 10.1: definite, in the fewest octets. */
static gboolean
read_length(Cursor *cursor, gsize *length)
{
  if (cursor->at == cursor->end)
    return FALSE;
  guint8 first = *cursor->at++;
  if (first < 0x80) {
    *length = first;
    return TRUE;
  }
  guint octets = first & 0x7f;
  if (octets == 0 || octets > 3 || (gsize)(cursor->end - cursor->at) < octets || *cursor->at == 0)
    return FALSE;
  *length = 0;
  for (guint i = 0; i < octets; i++)
    *length = *length << 8 | *cursor->at++;
  return *length >= 0x80;
}

/* Steps over one element with @tag; @content (may be NULL) gets what is inside. */
static gboolean
take(Cursor *cursor, guint8 tag, Cursor *content)
{
  gsize length;
  if (cursor->at == cursor->end || *cursor->at != tag)
    return FALSE;
  cursor->at++;
  if (!read_length(cursor, &length) || length > (gsize)(cursor->end - cursor->at))
    return FALSE;
  if (content != NULL)
    *content = (Cursor){ cursor->at, cursor->at + length };
  cursor->at += length;
  return TRUE;
}

static gboolean
take_spki(Cursor *cursor)
{
  Cursor spki, algorithm;
  return take(cursor, TAG_SEQUENCE, &spki) && take(&spki, TAG_SEQUENCE, &algorithm) &&
         take(&algorithm, TAG_OID, NULL) && take(&spki, TAG_BIT_STRING, NULL) && spki.at == spki.end;
}

/* Everything of a TBSCertificate that stands before the key. */
static gboolean
take_up_to_spki(Cursor *tbs)
{
  if (tbs->at < tbs->end && *tbs->at == TAG_VERSION && !take(tbs, TAG_VERSION, NULL))
    return FALSE;
  return take(tbs, TAG_INTEGER, NULL)      /* serial number */
         && take(tbs, TAG_SEQUENCE, NULL)  /* signature algorithm */
         && take(tbs, TAG_SEQUENCE, NULL)  /* issuer */
         && take(tbs, TAG_SEQUENCE, NULL)  /* validity */
         && take(tbs, TAG_SEQUENCE, NULL); /* subject */
}

static gboolean
take_certificate(Cursor *whole, Cursor *tbs)
{
  Cursor certificate;
  return take(whole, TAG_SEQUENCE, &certificate) && whole->at == whole->end &&
         take(&certificate, TAG_SEQUENCE, tbs) && take(&certificate, TAG_SEQUENCE, NULL) &&
         take(&certificate, TAG_BIT_STRING, NULL) && certificate.at == certificate.end;
}

GBytes *
pst_spki_cut(GBytes *certificate)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(certificate, &length);
  if (length == 0)
    return NULL;
  Cursor whole = { data, data + length }, tbs;
  if (!take_certificate(&whole, &tbs) || !take_up_to_spki(&tbs))
    return NULL;
  const guint8 *start = tbs.at;
  if (!take_spki(&tbs))
    return NULL;
  return g_bytes_new_from_bytes(certificate, start - data, tbs.at - start);
}

gboolean
pst_spki_is_well_formed(GBytes *spki)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(spki, &length);
  if (length == 0)
    return FALSE;
  Cursor cursor = { data, data + length };
  return take_spki(&cursor) && cursor.at == cursor.end;
}
