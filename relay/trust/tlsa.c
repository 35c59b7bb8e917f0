#include "relay/trust/tlsa.h"
#include "relay/trust/spki.h"

PstTlsa *
pst_tlsa_parse(GBytes *rdata)
{
  gsize length;
  const guint8 *data = g_bytes_get_data(rdata, &length);
  if (length < 4)
    return NULL;
  PstTlsa *tlsa = g_new0(PstTlsa, 1);
  tlsa->usage = data[0];
  tlsa->selector = data[1];
  tlsa->matching = data[2];
  tlsa->data = g_bytes_new_from_bytes(rdata, 3, length - 3);
  return tlsa;
}

void
pst_tlsa_free(PstTlsa *tlsa)
{
  if (tlsa == NULL)
    return;
  g_bytes_unref(tlsa->data);
  g_free(tlsa);
}

static gboolean
is_full_data_well_formed(const PstTlsa *tlsa)
{
  if (tlsa->selector == PST_TLSA_SELECTOR_SPKI)
    return pst_spki_is_well_formed(tlsa->data);
  g_autoptr(GBytes) spki = pst_spki_cut(tlsa->data);
  return spki != NULL;
}

gboolean
pst_tlsa_is_usable(const PstTlsa *tlsa)
{
  if (tlsa->usage != PST_TLSA_USAGE_TA && tlsa->usage != PST_TLSA_USAGE_EE)
    return FALSE;
  if (tlsa->selector != PST_TLSA_SELECTOR_CERTIFICATE && tlsa->selector != PST_TLSA_SELECTOR_SPKI)
    return FALSE;
  if (tlsa->matching == PST_TLSA_MATCHING_SHA256)
    return g_bytes_get_size(tlsa->data) == 32;
  if (tlsa->matching == PST_TLSA_MATCHING_SHA512)
    return g_bytes_get_size(tlsa->data) == 64;
  return tlsa->matching == PST_TLSA_MATCHING_FULL && is_full_data_well_formed(tlsa);
}

/* RFC 7671 section 9: a stronger digest for the same usage and selector makes a weaker one not count, even if
 * only the weaker would match. Full data is no digest and always counts. */
static gboolean
is_outdone(const PstTlsa *tlsa, GPtrArray *usable)
{
  if (tlsa->matching != PST_TLSA_MATCHING_SHA256)
    return FALSE;
  for (guint i = 0; i < usable->len; i++) {
    const PstTlsa *other = usable->pdata[i];
    if (other->usage == tlsa->usage && other->selector == tlsa->selector &&
        other->matching == PST_TLSA_MATCHING_SHA512)
      return TRUE;
  }
  return FALSE;
}

static GPtrArray *
read_usable(const PstAnswer *answer)
{
  GPtrArray *usable = g_ptr_array_new_with_free_func((GDestroyNotify)pst_tlsa_free);
  for (guint i = 0; i < answer->records->len; i++) {
    g_autoptr(PstTlsa) tlsa = pst_tlsa_parse(answer->records->pdata[i]);
    if (tlsa != NULL && pst_tlsa_is_usable(tlsa))
      g_ptr_array_add(usable, g_steal_pointer(&tlsa));
  }
  return usable;
}

static void
keep_what_counts(PstTlsaSet *set, const PstAnswer *answer)
{
  g_autoptr(GPtrArray) usable = read_usable(answer);
  for (guint i = usable->len; i > 0; i--)
    if (is_outdone(usable->pdata[i - 1], usable))
      g_ptr_array_remove_index(usable, i - 1);
  set->state = usable->len > 0 ? PST_TLSA_USABLE : PST_TLSA_UNUSABLE;
  g_ptr_array_unref(set->records);
  set->records = g_steal_pointer(&usable);
}

static PstTlsaState
state_without_records(PstStanding standing)
{
  switch (standing) {
  case PST_STANDING_SECURE:
  case PST_STANDING_INSECURE:
    return PST_TLSA_NONE;
  case PST_STANDING_UNCHECKED:
  case PST_STANDING_FAILED:
    return PST_TLSA_UNKNOWN;
  case PST_STANDING_BOGUS:
    return PST_TLSA_BOGUS;
  }
  return PST_TLSA_UNKNOWN;
}

PstTlsaSet *
pst_tlsa_set_new(const PstTlsaBases *bases, const PstAnswer *const *answers)
{
  PstTlsaSet *set = g_new0(PstTlsaSet, 1);
  set->records = g_ptr_array_new_with_free_func((GDestroyNotify)pst_tlsa_free);
  set->state = state_without_records(bases->addresses);
  for (guint i = 0; i < bases->n_names; i++) {
    const PstAnswer *answer = answers[i];
    if (answer->standing == PST_STANDING_SECURE && pst_answer_has_records(answer)) {
      set->base = g_strdup(bases->names[i]);
      keep_what_counts(set, answer);
      return set;
    }
    set->state = state_without_records(answer->standing);
    if (set->state != PST_TLSA_NONE)
      return set;
  }
  return set;
}

void
pst_tlsa_set_free(PstTlsaSet *set)
{
  if (set == NULL)
    return;
  g_free(set->base);
  g_ptr_array_unref(set->records);
  g_free(set);
}
