#include "relay/trust/sts-record.h"
#include "relay/dns/rdata.h"
#include <string.h>

#define VERSION "v=STSv1"

static gsize
skip_space(const char *text, gsize length, gsize at)
{
  while (at < length && (text[at] == ' ' || text[at] == '\t'))
    at++;
  return at;
}

/* ALPHA / DIGIT, then up to 31 of those, '_', '-' and '.'. */
static gboolean
is_field_name(const char *name, gsize length)
{
  if (length == 0 || length > 32 || !g_ascii_isalnum(name[0]))
    return FALSE;
  for (gsize i = 1; i < length; i++)
    if (!g_ascii_isalnum(name[i]) && strchr("_-.", name[i]) == NULL)
      return FALSE;
  return strnlen(name, length) == length;
}

/* Printable ASCII but '=', ';' and space. */
static gboolean
is_field_value(const char *value, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph(value[i]) || value[i] == '=' || value[i] == ';')
      return FALSE;
  return length > 0;
}

static gboolean
is_id(const char *value, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum(value[i]))
      return FALSE;
  return length > 0 && length <= PST_STS_MAX_ID;
}

/* One name=value; the first id counts (RFC 8461 3.1: further ones are ignored), its form is checked all the
 * same. */
static gboolean
read_field(const char *field, gsize length, char *id)
{
  const char *equals = memchr(field, '=', length);
  if (equals == NULL || !is_field_name(field, equals - field))
    return FALSE;
  const char *value = equals + 1;
  gsize value_length = length - (value - field);
  if (equals - field != 2 || memcmp(field, "id", 2) != 0)
    return is_field_value(value, value_length);
  if (!is_id(value, value_length))
    return FALSE;
  if (*id == '\0') {
    memcpy(id, value, value_length);
    id[value_length] = '\0';
  }
  return TRUE;
}

static gsize
end_of_field(const char *text, gsize length, gsize at)
{
  const char *semicolon = memchr(text + at, ';', length - at);
  return semicolon != NULL ? (gsize)(semicolon - text) : length;
}

PstStsRecordState
pst_sts_record_parse(const char *text, gsize length, char id[PST_STS_MAX_ID + 1])
{
  *id = '\0';
  gsize at = strlen(VERSION);
  if (length <= at || memcmp(text, VERSION ";", at + 1) != 0)
    return PST_STS_RECORD_NONE;
  while (at < length) {
    at = skip_space(text, length, at + 1);
    if (at >= length)
      break;
    gsize end = end_of_field(text, length, at), last = end;
    while (last > at && (text[last - 1] == ' ' || text[last - 1] == '\t'))
      last--;
    if (!read_field(text + at, last - at, id))
      return PST_STS_RECORD_INVALID;
    at = end;
  }
  return *id != '\0' ? PST_STS_RECORD_VALID : PST_STS_RECORD_INVALID;
}

static PstStsRecordState
find_among_records(const PstAnswer *answer, char *id)
{
  PstStsRecordState found = PST_STS_RECORD_NONE;
  for (guint i = 0; i < answer->records->len; i++) {
    char this_id[PST_STS_MAX_ID + 1];
    g_autoptr(GBytes) text = pst_rdata_read_text(answer->records->pdata[i]);
    if (text == NULL)
      continue;
    gsize length;
    const char *data = g_bytes_get_data(text, &length);
    PstStsRecordState state = pst_sts_record_parse(data, length, this_id);
    if (state == PST_STS_RECORD_NONE)
      continue;
    if (found != PST_STS_RECORD_NONE)
      return PST_STS_RECORD_INVALID;
    found = state;
    memcpy(id, this_id, sizeof this_id);
  }
  return found;
}

PstStsRecordState
pst_sts_record_find(const PstAnswer *answer, char id[PST_STS_MAX_ID + 1])
{
  *id = '\0';
  switch (answer->presence) {
  case PST_PRESENCE_UNKNOWN:
    return PST_STS_RECORD_UNKNOWN;
  case PST_PRESENCE_NO_DATA:
  case PST_PRESENCE_NO_NAME:
    return PST_STS_RECORD_NONE;
  case PST_PRESENCE_RECORDS:
    break;
  }
  PstStsRecordState state = find_among_records(answer, id);
  if (state != PST_STS_RECORD_VALID)
    *id = '\0';
  return state;
}
