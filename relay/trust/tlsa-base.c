#include "relay/trust/tlsa-base.h"
#include <string.h>

#define LONGEST_NAME 253

static PstStanding
addresses_standing(const PstAnswer *a, const PstAnswer *aaaa)
{
  return pst_standing_weaker(a->standing, aaaa->standing);
}

static const PstAnswer *
with_records(const PstAnswer *a, const PstAnswer *aaaa)
{
  return pst_answer_has_records(a) ? a : aaaa;
}

gboolean
pst_tlsa_bases_need_alias(const PstAnswer *a, const PstAnswer *aaaa)
{
  return addresses_standing(a, aaaa) == PST_STANDING_INSECURE &&
         (pst_answer_is_alias(a) || pst_answer_is_alias(aaaa));
}

static void
add_name(PstTlsaBases *bases, const char *name)
{
  bases->names[bases->n_names++] = g_strdup(name);
}

PstTlsaBases *
pst_tlsa_bases_new(const PstAnswer *a, const PstAnswer *aaaa, const PstAnswer *cname)
{
  PstTlsaBases *bases = g_new0(PstTlsaBases, 1);
  const PstAnswer *found = with_records(a, aaaa);
  bases->addresses = addresses_standing(a, aaaa);
  bases->has_address = pst_answer_has_records(found);
  if (!bases->has_address)
    return bases;
  if (bases->addresses == PST_STANDING_SECURE) {
    if (pst_answer_is_alias(found))
      add_name(bases, found->canonical_name);
    add_name(bases, found->name);
  } else if (pst_tlsa_bases_need_alias(a, aaaa) && pst_answer_has_records(cname) &&
             cname->standing == PST_STANDING_SECURE && g_str_equal(cname->name, found->name)) {
    add_name(bases, found->name);
  }
  return bases;
}

void
pst_tlsa_bases_free(PstTlsaBases *bases)
{
  if (bases == NULL)
    return;
  for (guint i = 0; i < bases->n_names; i++)
    g_free(bases->names[i]);
  g_free(bases);
}

char *
pst_tlsa_question(const char *base)
{
  g_autofree char *question = g_strconcat("_25._tcp.", base, NULL);
  return strlen(question) > LONGEST_NAME ? NULL : g_steal_pointer(&question);
}
