#include "relay/policy/ledger.h"
#include <stdlib.h>
#include <string.h>

#define TOKEN_OCTETS 16

typedef enum {
  ENTRY_GRANT,
  ENTRY_TOKEN,
} EntryKind;

typedef struct {
  guint64 id;
  EntryKind kind;
  char *key; /* of the message, or the token itself */
  PstRequirement requirement;
  gint64 expires;
  gboolean reserved;
} Entry;

struct PstLedger {
  guint64 last_id;
  GPtrArray *entries; /* of Entry, oldest first */
  Entry once;         /* id 0: none */
};

static void
entry_free(gpointer data)
{
  Entry *entry = data;
  g_free(entry->key);
  g_free(entry);
}

PstLedger *
pst_ledger_new(void)
{
  PstLedger *ledger = g_new0(PstLedger, 1);
  ledger->entries = g_ptr_array_new_with_free_func(entry_free);
  return ledger;
}

void
pst_ledger_free(PstLedger *ledger)
{
  if (ledger == NULL)
    return;
  g_ptr_array_unref(ledger->entries);
  g_free(ledger);
}

static gboolean
is_open(const Entry *entry, gint64 now)
{
  return !entry->reserved && now < entry->expires;
}

/* What a message holds stays until that message is done with it, whatever its age. */
static void
drop_expired(PstLedger *ledger, gint64 now)
{
  for (guint i = ledger->entries->len; i-- > 0;) {
    const Entry *entry = g_ptr_array_index(ledger->entries, i);
    if (!entry->reserved && now >= entry->expires)
      g_ptr_array_remove_index(ledger->entries, i);
  }
}

static void
add_entry(PstLedger *ledger, EntryKind kind, const char *key, PstRequirement requirement, gint64 expires)
{
  Entry *entry = g_new0(Entry, 1);
  entry->id = ++ledger->last_id;
  entry->kind = kind;
  entry->key = g_strdup(key);
  entry->requirement = requirement;
  entry->expires = expires;
  if (ledger->entries->len == PST_LEDGER_MAX)
    g_ptr_array_remove_index(ledger->entries, 0);
  g_ptr_array_add(ledger->entries, entry);
}

static Entry *
find_open(PstLedger *ledger, EntryKind kind, const char *key, gint64 now)
{
  for (guint i = 0; i < ledger->entries->len; i++) {
    Entry *entry = g_ptr_array_index(ledger->entries, i);
    if (entry->kind == kind && is_open(entry, now) && g_str_equal(entry->key, key))
      return entry;
  }
  return NULL;
}

static Entry *
find_id(PstLedger *ledger, guint64 id)
{
  for (guint i = 0; i < ledger->entries->len; i++) {
    Entry *entry = g_ptr_array_index(ledger->entries, i);
    if (entry->id == id)
      return entry;
  }
  return NULL;
}

void
pst_ledger_grant(PstLedger *ledger, const char *key, PstRequirement requirement, gint64 now)
{
  drop_expired(ledger, now);
  /* The user's last word on a message is the one that counts. */
  Entry *earlier = find_open(ledger, ENTRY_GRANT, key, now);
  if (earlier != NULL)
    g_ptr_array_remove(ledger->entries, earlier);
  add_entry(ledger, ENTRY_GRANT, key, requirement, now + PST_GRANT_LIFETIME);
}

PstMaybeRequirement
pst_ledger_reserve_grant(PstLedger *ledger, const char *key, gint64 now, PstReservation *reservation)
{
  Entry *entry = find_open(ledger, ENTRY_GRANT, key, now);
  if (entry == NULL)
    return (PstMaybeRequirement){ FALSE };
  entry->reserved = TRUE;
  reservation->grant = entry->id;
  return (PstMaybeRequirement){ TRUE, entry->requirement };
}

char *
pst_ledger_issue_token(PstLedger *ledger, PstRequirement requirement, gint64 now)
{
  guint8 octets[TOKEN_OCTETS];
  GString *token = g_string_new(NULL);
  arc4random_buf(octets, sizeof octets);
  for (guint i = 0; i < sizeof octets; i++)
    g_string_append_printf(token, "%02x", octets[i]);
  drop_expired(ledger, now);
  add_entry(ledger, ENTRY_TOKEN, token->str, requirement, now + PST_TOKEN_LIFETIME);
  return g_string_free(token, FALSE);
}

gboolean
pst_ledger_reserve_token(PstLedger *ledger, const char *token, PstRequirement requirement, gint64 now,
                         PstReservation *reservation)
{
  Entry *entry = find_open(ledger, ENTRY_TOKEN, token, now);
  if (entry == NULL || entry->requirement != requirement)
    return FALSE;
  entry->reserved = TRUE;
  reservation->token = entry->id;
  return TRUE;
}

void
pst_ledger_set_once(PstLedger *ledger, PstMaybeRequirement once, gint64 now)
{
  ledger->once = (Entry){ 0 };
  if (!once.present)
    return;
  ledger->once.id = ++ledger->last_id;
  ledger->once.requirement = once.value;
  ledger->once.expires = now + PST_ONCE_LIFETIME;
}

PstMaybeRequirement
pst_ledger_get_once(PstLedger *ledger, gint64 now, gint64 *left)
{
  gboolean open = ledger->once.id != 0 && is_open(&ledger->once, now);
  *left = open ? ledger->once.expires - now : 0;
  return (PstMaybeRequirement){ open, open ? ledger->once.requirement : PST_REQUIREMENT_ANYWAY };
}

PstMaybeRequirement
pst_ledger_reserve_once(PstLedger *ledger, gint64 now, PstReservation *reservation)
{
  gint64 left;
  PstMaybeRequirement once = pst_ledger_get_once(ledger, now, &left);
  if (once.present) {
    ledger->once.reserved = TRUE;
    reservation->once = ledger->once.id;
  }
  return once;
}

void
pst_ledger_commit(PstLedger *ledger, PstReservation *reservation)
{
  Entry *grant = find_id(ledger, reservation->grant);
  if (grant != NULL)
    g_ptr_array_remove(ledger->entries, grant);
  Entry *token = find_id(ledger, reservation->token);
  if (token != NULL)
    g_ptr_array_remove(ledger->entries, token);
  if (reservation->once != 0 && reservation->once == ledger->once.id)
    ledger->once = (Entry){ 0 };
  *reservation = (PstReservation){ 0 };
}

void
pst_ledger_release(PstLedger *ledger, PstReservation *reservation)
{
  Entry *grant = find_id(ledger, reservation->grant);
  if (grant != NULL)
    grant->reserved = FALSE;
  Entry *token = find_id(ledger, reservation->token);
  if (token != NULL)
    token->reserved = FALSE;
  if (reservation->once != 0 && reservation->once == ledger->once.id)
    ledger->once.reserved = FALSE;
  *reservation = (PstReservation){ 0 };
}

static int
compare_keys(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sender, recipients sorted and once each, an empty line, the subject. No key of a mailbox has a line feed in
 * it. */
char *
pst_ledger_message_key(const PstEnvelope *envelope, const char *subject)
{
  g_autoptr(GPtrArray) keys = g_ptr_array_new();
  for (guint i = 0; i < envelope->recipients->len; i++)
    g_ptr_array_add(keys, (gpointer)pst_mailbox_get_key(pst_envelope_recipient(envelope, i)->mailbox));
  g_ptr_array_sort(keys, compare_keys);
  GString *text = g_string_new(pst_mailbox_get_key(envelope->sender));
  for (guint i = 0; i < keys->len; i++) {
    const char *key = g_ptr_array_index(keys, i);
    if (i == 0 || strcmp(key, g_ptr_array_index(keys, i - 1)) != 0)
      g_string_append_printf(text, "\n%s", key);
  }
  g_string_append_printf(text, "\n\n%s", subject != NULL ? subject : "");
  return g_string_free(text, FALSE);
}
