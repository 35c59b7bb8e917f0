#include "relay/trust/dane-match.h"
#include <string.h>

/* An answer in short: standing S I U F B, then presence r(ecords) n(o data) x (no name), then the canonical
 * name if any. */
static PstAnswer *
answer_of(const char *name, PstDnsType type, const char *text)
{
  static const char standings[] = "SIUFB";
  PstStanding standing = strchr(standings, text[0]) - standings;
  const char *canonical = text[1] != '\0' && text[2] == ' ' ? text + 3 : NULL;
  if (text[1] == 'r') {
    GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(records, g_bytes_new_static("\1\2\3\4", 4));
    return pst_answer_new_records(name, type, standing, canonical, 60, records);
  }
  if (text[1] == '\0')
    return pst_answer_new_failed(name, type, standing, NULL);
  return pst_answer_new_absent(name, type, standing, canonical, 60,
                               text[1] == 'x' ? PST_PRESENCE_NO_NAME : PST_PRESENCE_NO_DATA);
}

typedef struct {
  const char *a, *aaaa, *cname; /* cname NULL: not asked */
  const char *bases;
  PstTlsaState unasked; /* state of the set when nothing is to be asked */
} Row;

static const Row rows[] = {
  { "Sr", "Sr", NULL, "mx.a.test", PST_TLSA_NONE },
  { "Sr", "Sn", NULL, "mx.a.test", PST_TLSA_NONE },
  { "Sn", "Sr", NULL, "mx.a.test", PST_TLSA_NONE },
  { "Sr t.b.test", "Sn t.b.test", NULL, "t.b.test mx.a.test", PST_TLSA_NONE },
  { "Sn", "Sr t.b.test", NULL, "t.b.test mx.a.test", PST_TLSA_NONE },
  { "Ir", "Ir", NULL, "", PST_TLSA_NONE },
  { "Sr", "In", NULL, "", PST_TLSA_NONE },
  { "Ir t.b.test", "In t.b.test", "Sr", "mx.a.test", PST_TLSA_NONE },
  { "Ir t.b.test", "In t.b.test", "Ir", "", PST_TLSA_NONE },
  { "Ir t.b.test", "In t.b.test", "Sn", "", PST_TLSA_NONE },
  { "Ir t.b.test", "In t.b.test", "F", "", PST_TLSA_NONE },
  { "Ir t.b.test", "In t.b.test", "B", "", PST_TLSA_NONE },
  { "Ir t.b.test", "In t.b.test", NULL, "", PST_TLSA_NONE },
  { "Ir", "In", "Sr", "", PST_TLSA_NONE },
  { "Sn", "Sn", NULL, "", PST_TLSA_NONE },
  { "Sx", "Sx", NULL, "", PST_TLSA_NONE },
  { "Ur", "Ur", NULL, "", PST_TLSA_UNKNOWN },
  { "Sr", "F", NULL, "", PST_TLSA_UNKNOWN },
  { "F", "F", NULL, "", PST_TLSA_UNKNOWN },
  { "Sr", "B", NULL, "", PST_TLSA_BOGUS },
  { "B", "B", NULL, "", PST_TLSA_BOGUS },
};

static void
test_bases(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstAnswer) a = answer_of("mx.a.test", PST_DNS_A, rows[i].a);
    g_autoptr(PstAnswer) aaaa = answer_of("mx.a.test", PST_DNS_AAAA, rows[i].aaaa);
    g_autoptr(PstAnswer) cname =
        rows[i].cname != NULL ? answer_of("mx.a.test", PST_DNS_CNAME, rows[i].cname) : NULL;
    g_autoptr(PstTlsaBases) bases = pst_tlsa_bases_new(a, aaaa, cname);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint j = 0; j < bases->n_names; j++)
      g_string_append_printf(names, "%s%s", j > 0 ? " " : "", bases->names[j]);
    g_assert_cmpstr(names->str, ==, rows[i].bases);
    if (bases->n_names > 0)
      continue;
    g_autoptr(PstTlsaSet) set = pst_tlsa_set_new(bases, NULL);
    g_assert_cmpint(set->state, ==, rows[i].unasked);
    g_assert_null(set->base);
  }
}

/* The alias of another name proves nothing about this one. */
static void
test_foreign_alias(void)
{
  g_autoptr(PstAnswer) a = answer_of("mx.a.test", PST_DNS_A, "Ir t.b.test");
  g_autoptr(PstAnswer) aaaa = answer_of("mx.a.test", PST_DNS_AAAA, "In t.b.test");
  g_autoptr(PstAnswer) cname = answer_of("mx.other.test", PST_DNS_CNAME, "Sr");
  g_assert_true(pst_tlsa_bases_need_alias(a, aaaa));
  g_autoptr(PstTlsaBases) bases = pst_tlsa_bases_new(a, aaaa, cname);
  g_assert_cmpuint(bases->n_names, ==, 0);
}

typedef struct {
  const char *first, *second;
  PstTlsaState state;
  const char *base;
} ChoiceRow;

/* The record of answer_of() is no usable TLSA: records there are UNUSABLE. */
static const ChoiceRow choice_rows[] = {
  { "Sr", "Sr", PST_TLSA_UNUSABLE, "t.b.test" },
  { "Sn", "Sr", PST_TLSA_UNUSABLE, "mx.a.test" },
  { "Sx", "Sr", PST_TLSA_UNUSABLE, "mx.a.test" },
  { "Ir", "Sr", PST_TLSA_UNUSABLE, "mx.a.test" },
  { "Sn", "Sn", PST_TLSA_NONE, NULL },
  { "Sn", "Ir", PST_TLSA_NONE, NULL },
  { "F", "Sr", PST_TLSA_UNKNOWN, NULL },
  { "B", "Sr", PST_TLSA_BOGUS, NULL },
  { "Sn", "F", PST_TLSA_UNKNOWN, NULL },
  { "Sn", "B", PST_TLSA_BOGUS, NULL },
  { "Ur", "Sr", PST_TLSA_UNKNOWN, NULL },
};

static void
test_choice(void)
{
  g_autoptr(PstAnswer) a = answer_of("mx.a.test", PST_DNS_A, "Sr t.b.test");
  g_autoptr(PstAnswer) aaaa = answer_of("mx.a.test", PST_DNS_AAAA, "Sn t.b.test");
  g_autoptr(PstTlsaBases) bases = pst_tlsa_bases_new(a, aaaa, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(choice_rows); i++) {
    g_autoptr(PstAnswer) first = answer_of("_25._tcp.t.b.test", PST_DNS_TLSA, choice_rows[i].first);
    g_autoptr(PstAnswer) second = answer_of("_25._tcp.mx.a.test", PST_DNS_TLSA, choice_rows[i].second);
    const PstAnswer *answers[] = { first, second };
    g_autoptr(PstTlsaSet) set = pst_tlsa_set_new(bases, answers);
    g_assert_cmpint(set->state, ==, choice_rows[i].state);
    g_assert_cmpstr(set->base, ==, choice_rows[i].base);
  }
}

static void
test_reference_names(void)
{
  static const char *const texts[] = { "Sr c.test", "Ir c.test", "Ur c.test", "Sr" };
  static const char *const expected[] = { "t.b.test mx.a.test a.test c.test", "t.b.test mx.a.test",
                                          "t.b.test mx.a.test", "t.b.test mx.a.test a.test" };
  PstTlsaSet set = { .base = (char *)"t.b.test" };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(PstAnswer) answer = answer_of("a.test", PST_DNS_MX, texts[i]);
    g_autoptr(PstMxRoute) route = pst_mx_route_new(answer);
    g_auto(GStrv) names = pst_dane_reference_names(&set, "mx.a.test", route);
    g_autofree char *joined = g_strjoinv(" ", names);
    g_assert_cmpstr(joined, ==, expected[i]);
  }
}

static void
test_question(void)
{
  g_autofree char *question = pst_tlsa_question("mx.a.test");
  g_assert_cmpstr(question, ==, "_25._tcp.mx.a.test");
  g_autofree char *base = g_strnfill(245, 'a');
  g_autofree char *too_long = pst_tlsa_question(base);
  g_assert_null(too_long);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tlsa-base/rows", test_bases);
  g_test_add_func("/tlsa-base/foreign-alias", test_foreign_alias);
  g_test_add_func("/tlsa-base/choice", test_choice);
  g_test_add_func("/tlsa-base/question", test_question);
  g_test_add_func("/dane/reference-names", test_reference_names);
  return g_test_run();
}
