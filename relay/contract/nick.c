#include "relay/contract/nick.h"

const char *
pst_nick_of(const char *const *table, guint value)
{
  for (guint i = 0; table[i] != NULL; i++)
    if (i == value)
      return table[i];
  return NULL;
}

gboolean
pst_nick_parse(const char *const *table, const char *nick, guint *value)
{
  if (nick == NULL)
    return FALSE;
  for (guint i = 0; table[i] != NULL; i++) {
    if (g_str_equal(table[i], nick)) {
      *value = i;
      return TRUE;
    }
  }
  return FALSE;
}
