#include "relay/trust/sts-cache-entry.h"
#include <string.h>

#define BYTES(text) text, sizeof text - 1

typedef struct {
  const char *text;
  gsize length;
  PstStsRecordState state;
  const char *id;
} RecordRow;

static const RecordRow record_rows[] = {
  { BYTES("v=STSv1; id=20260101T000000;"), PST_STS_RECORD_VALID, "20260101T000000" },
  { BYTES("v=STSv1;id=1"), PST_STS_RECORD_VALID, "1" },
  { BYTES("v=STSv1; id=1 ; "), PST_STS_RECORD_VALID, "1" },
  { BYTES("v=STSv1;\tid=1\t;"), PST_STS_RECORD_VALID, "1" },
  { BYTES("v=STSv1; other=a:b; id=1"), PST_STS_RECORD_VALID, "1" },
  { BYTES("v=STSv1; id=1; id=2"), PST_STS_RECORD_VALID, "1" },
  { BYTES("v=STSv1; id=12345678901234567890123456789012"), PST_STS_RECORD_VALID,
    "12345678901234567890123456789012" },
  { BYTES("v=STSv1; id=123456789012345678901234567890123"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id="), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id=2026-01-01"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id=a b"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id=a\0b"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; ID=1"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; =1; id=1"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1;; id=1"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id=1; x=a=b"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id=1; x="), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id=1; x\0=b"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1; id=1; \xc3\xa4=b"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1;"), PST_STS_RECORD_INVALID, "" },
  { BYTES("v=STSv1"), PST_STS_RECORD_NONE, "" },
  { BYTES("v=STSv1 ; id=1"), PST_STS_RECORD_NONE, "" },
  { BYTES("V=STSv1; id=1"), PST_STS_RECORD_NONE, "" },
  { BYTES("v=stsv1; id=1"), PST_STS_RECORD_NONE, "" },
  { BYTES("v=STSv2; id=1"), PST_STS_RECORD_NONE, "" },
  { BYTES(" v=STSv1; id=1"), PST_STS_RECORD_NONE, "" },
  { BYTES("v=spf1 -all"), PST_STS_RECORD_NONE, "" },
  { BYTES(""), PST_STS_RECORD_NONE, "" },
};

static void
test_record(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(record_rows); i++) {
    const RecordRow *row = &record_rows[i];
    g_autofree char *exact = g_memdup2(row->text, row->length);
    char id[PST_STS_MAX_ID + 1];
    PstStsRecordState state = pst_sts_record_parse(exact, row->length, id);
    g_test_message("row %u", i);
    g_assert_cmpint(state, ==, row->state);
    if (state == PST_STS_RECORD_VALID)
      g_assert_cmpstr(id, ==, row->id);
  }
}

/* Each string of @texts is one TXT record; '|' parts it into character strings. */
static PstAnswer *
txt_answer(PstStanding standing, const char *const *texts)
{
  GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; texts[i] != NULL; i++) {
    GByteArray *wire = g_byte_array_new();
    g_auto(GStrv) parts = g_strsplit(texts[i], "|", -1);
    for (guint j = 0; parts[j] != NULL; j++) {
      guint8 length = strlen(parts[j]);
      g_byte_array_append(wire, &length, 1);
      g_byte_array_append(wire, (const guint8 *)parts[j], length);
    }
    g_ptr_array_add(records, g_byte_array_free_to_bytes(wire));
  }
  return pst_answer_new_records("_mta-sts.a.test", PST_DNS_TXT, standing, NULL, 60, records);
}

typedef struct {
  const char *texts[4];
  PstStanding standing;
  PstStsRecordState state;
} FindRow;

static const FindRow find_rows[] = {
  { { "v=STSv1; id=1" }, PST_STANDING_SECURE, PST_STS_RECORD_VALID },
  { { "v=STSv1; id=1" }, PST_STANDING_INSECURE, PST_STS_RECORD_VALID },
  { { "v=STSv1; id=1" }, PST_STANDING_UNCHECKED, PST_STS_RECORD_VALID },
  { { "v=STSv1; id=1" }, PST_STANDING_FAILED, PST_STS_RECORD_UNKNOWN },
  { { "v=STSv1; id=1" }, PST_STANDING_BOGUS, PST_STS_RECORD_UNKNOWN },
  { { "v=STS|v1; i|d=1" }, PST_STANDING_SECURE, PST_STS_RECORD_VALID },
  { { "v=spf1 -all", "v=STSv1; id=1" }, PST_STANDING_SECURE, PST_STS_RECORD_VALID },
  { { "v=STSv1; id=1", "v=STSv1; id=1" }, PST_STANDING_SECURE, PST_STS_RECORD_INVALID },
  { { "v=STSv1; id=1", "v=STSv1; broken" }, PST_STANDING_SECURE, PST_STS_RECORD_INVALID },
  { { "v=STSv1; broken", "v=STSv1; id=1" }, PST_STANDING_SECURE, PST_STS_RECORD_INVALID },
  { { "v=STSv1; broken" }, PST_STANDING_SECURE, PST_STS_RECORD_INVALID },
  { { "v=spf1 -all" }, PST_STANDING_SECURE, PST_STS_RECORD_NONE },
  { { NULL }, PST_STANDING_INSECURE, PST_STS_RECORD_NONE },
};

static void
test_find(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(find_rows); i++) {
    g_autoptr(PstAnswer) answer = txt_answer(find_rows[i].standing, find_rows[i].texts);
    char id[PST_STS_MAX_ID + 1];
    PstStsRecordState state = pst_sts_record_find(answer, id);
    g_assert_cmpint(state, ==, find_rows[i].state);
    g_assert_cmpstr(id, ==, state == PST_STS_RECORD_VALID ? "1" : "");
  }
}

#define HEAD "version: STSv1\r\nmode: enforce\r\nmax_age: 86400\r\n"

typedef struct {
  const char *text;
  gsize length;
  const char *summary; /* "mode max_age mx mx…"; NULL: invalid */
} PolicyRow;

static const PolicyRow policy_rows[] = {
  { BYTES(HEAD "mx: mx.a.test\r\n"), "enforce 86400 mx.a.test" },
  { BYTES(HEAD "mx: mx.a.test"), "enforce 86400 mx.a.test" },
  { BYTES("version: STSv1\nmode: testing\nmax_age: 1\nmx: a.test\nmx: *.b.test\n"),
    "testing 1 a.test *.b.test" },
  { BYTES("version:STSv1\nmode:\t enforce \nmax_age:1\t\nmx:A.Test"), "enforce 1 a.test" },
  { BYTES("mx: a.test\nmax_age: 0\nmode: enforce\nversion: STSv1\n"), "enforce 0 a.test" },
  { BYTES("version: STSv1\nmode: none\nmax_age: 5\n"), "none 5" },
  { BYTES("version: STSv1\nmode: none\nmax_age: 5\nmx: a.test\n"), "none 5 a.test" },
  { BYTES(HEAD "mx: a.test\r\nmode: none\r\nmax_age: 1\r\n"), "enforce 86400 a.test" },
  { BYTES("version: STSv1\nmode: testing\nmode: enforce\nmax_age: 5\nmx: a.test\n"), "testing 5 a.test" },
  { BYTES(HEAD "mx: a.test\r\nfuture-field: any thing: \xc3\xa4\r\n"), "enforce 86400 a.test" },
  { BYTES(HEAD "mx: a.test\r\nMode: none\r\n"), "enforce 86400 a.test" },
  { BYTES(HEAD "mx: a.test\r\n\r\n\r\n"), "enforce 86400 a.test" },
  { BYTES("version: STSv1\nmode: enforce\nmax_age: 31557600\nmx: a.test\n"), "enforce 31557600 a.test" },
  { BYTES("version: STSv1\nmode: enforce\nmax_age: 31557601\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: enforce\nmax_age: 99999999999\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: enforce\nmax_age: -1\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: enforce\nmax_age: +1\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: enforce\nmax_age: 1 day\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: enforce\nmax_age:\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: ENFORCE\nmax_age: 1\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: strict\nmax_age: 1\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: strict\nmode: enforce\nmax_age: 1\nmx: a.test\n"), NULL },
  { BYTES("version: STSv2\nmode: enforce\nmax_age: 1\nmx: a.test\n"), NULL },
  { BYTES("mode: enforce\nmax_age: 1\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmax_age: 1\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: enforce\nmx: a.test\n"), NULL },
  { BYTES("version: STSv1\nmode: enforce\nmax_age: 1\n"), NULL },
  { BYTES("version: STSv1\nmode: testing\nmax_age: 1\n"), NULL },
  { BYTES(HEAD "mx: *.*.a.test\r\n"), NULL },
  { BYTES(HEAD "mx: a.*.test\r\n"), NULL },
  { BYTES(HEAD "mx: *a.test\r\n"), NULL },
  { BYTES(HEAD "mx: *\r\n"), NULL },
  { BYTES(HEAD "mx: *.\r\n"), NULL },
  { BYTES(HEAD "mx: a.test.\r\n"), NULL },
  { BYTES(HEAD "mx: .a.test\r\n"), NULL },
  { BYTES(HEAD "mx: a..test\r\n"), NULL },
  { BYTES(HEAD "mx: a_b.test\r\n"), NULL },
  { BYTES(HEAD "mx: b\xc3\xbc"
               "cher.test\r\n"),
    NULL },
  { BYTES(HEAD "mx: a.test, b.test\r\n"), NULL },
  { BYTES(HEAD "mx: -a.test\r\n"), NULL },
  { BYTES(HEAD "mx:\r\n"), NULL },
  { BYTES(HEAD "mx: good.test\r\nmx: b@d\r\n"), NULL },
  { BYTES("\xef\xbb\xbf" HEAD "mx: a.test\r\n"), NULL },
  { BYTES("\r\n" HEAD "mx: a.test\r\n"), NULL },
  { BYTES(HEAD "\r\nmx: a.test\r\n"), NULL },
  { BYTES(HEAD "mx : a.test\r\n"), NULL },
  { BYTES(HEAD " mx: a.test\r\n"), NULL },
  { BYTES(HEAD "mx a.test\r\n"), NULL },
  { BYTES(HEAD "mx: a.test\rmode: none\r\n"), NULL },
  { BYTES(HEAD "mx: a.test\0b\r\n"), NULL },
  { BYTES(HEAD "mx: a.test\r\nx: \x01\r\n"), NULL },
  { BYTES(HEAD "mx: a.test\r\nx: \xff\r\n"), NULL },
  { BYTES("<html><body>version: STSv1</body></html>\n"), NULL },
  { BYTES("\x7f"
          "ELF\x02\x01\x01\0\0\0"),
    NULL },
  { BYTES(""), NULL },
  { BYTES("\n"), NULL },
};

static char *
policy_summary(const PstStsPolicy *policy)
{
  g_autofree char *mx = g_strjoinv(" ", policy->mx);
  return g_strdup_printf("%s %u%s%s", pst_sts_mode_nick(policy->mode), policy->max_age,
                         *mx != '\0' ? " " : "", mx);
}

static void
test_policy(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(policy_rows); i++) {
    const PolicyRow *row = &policy_rows[i];
    g_autofree char *exact = g_memdup2(row->text, row->length);
    const char *problem = NULL;
    g_autoptr(PstStsPolicy) policy = pst_sts_policy_parse(exact, row->length, &problem);
    g_autofree char *summary = policy != NULL ? policy_summary(policy) : NULL;
    g_test_message("row %u", i);
    g_assert_cmpstr(summary, ==, row->summary);
    g_assert_true((problem == NULL) == (policy != NULL));
  }
}

static void
test_policy_limits(void)
{
  GString *text = g_string_new(HEAD);
  for (guint i = 0; i < PST_STS_MAX_MX; i++)
    g_string_append_printf(text, "mx: mx%u.test\n", i);
  g_autoptr(PstStsPolicy) most = pst_sts_policy_parse(text->str, text->len, NULL);
  g_assert_nonnull(most);
  g_assert_cmpuint(g_strv_length(most->mx), ==, PST_STS_MAX_MX);
  g_string_append(text, "mx: one-more.test\n");
  g_assert_null(pst_sts_policy_parse(text->str, text->len, NULL));
  g_string_assign(text, HEAD "mx: a.test\nx: ");
  while (text->len < PST_STS_MAX_POLICY)
    g_string_append_c(text, 'x');
  g_autoptr(PstStsPolicy) longest = pst_sts_policy_parse(text->str, text->len, NULL);
  g_assert_nonnull(longest);
  g_string_append_c(text, 'x');
  g_assert_null(pst_sts_policy_parse(text->str, text->len, NULL));
  g_string_free(text, TRUE);
}

typedef struct {
  const char *pattern;
  const char *host;
  gboolean allowed;
} MatchRow;

static const MatchRow match_rows[] = {
  { "mx.a.test", "mx.a.test", TRUE },
  { "mx.a.test", "MX.A.test", TRUE },
  { "mx.a.test", "mx.a.test.evil", FALSE },
  { "mx.a.test", "evil-mx.a.test", FALSE },
  { "mx.a.test", "x.mx.a.test", FALSE },
  { "mx.a.test", "a.test", FALSE },
  { "*.a.test", "mx.a.test", TRUE },
  { "*.a.test", "MX.A.TEST", TRUE },
  { "*.a.test", "a.test", FALSE },
  { "*.a.test", "x.mx.a.test", FALSE },
  { "*.a.test", ".a.test", FALSE },
  { "*.a.test", "mxa.test", FALSE },
  { "*.a.test", "mx.b.test", FALSE },
  { "*.a.test", "", FALSE },
  { "*.a.test", "mx.", FALSE },
  { "*.test", "a.test", TRUE },
  { "*.test", "mx.a.test", FALSE },
};

static void
test_match(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(match_rows); i++) {
    g_autofree char *text = g_strconcat(HEAD "mx: other.test\nmx: ", match_rows[i].pattern, "\n", NULL);
    g_autoptr(PstStsPolicy) policy = pst_sts_policy_parse(text, strlen(text), NULL);
    g_assert_nonnull(policy);
    g_assert_true(pst_sts_policy_allows(policy, match_rows[i].host) == match_rows[i].allowed);
  }
}

#define HOUR (3600 * (gint64)G_USEC_PER_SEC)
#define T0   (1000000 * HOUR)

typedef struct {
  const char *what;
  gint64 fetched_at; /* 0: no policy */
  guint max_age;
  gint64 failed_at; /* of the fetch for id "2"; 0: none */
  PstStsRecordState record;
  const char *id;
  gint64 now;
  gboolean applies, fetch;
} CacheRow;

static const CacheRow cache_rows[] = {
  { "nothing known, no record", 0, 0, 0, PST_STS_RECORD_NONE, "", T0, FALSE, FALSE },
  { "nothing known, a record", 0, 0, 0, PST_STS_RECORD_VALID, "1", T0, FALSE, TRUE },
  { "nothing known, broken record", 0, 0, 0, PST_STS_RECORD_INVALID, "", T0, FALSE, FALSE },
  { "fresh, same id", T0, 604800, 0, PST_STS_RECORD_VALID, "1", T0 + HOUR, TRUE, FALSE },
  { "fresh, new id", T0, 604800, 0, PST_STS_RECORD_VALID, "2", T0 + HOUR, TRUE, TRUE },
  { "fresh, new id just failed", T0, 604800, T0 + HOUR - 1, PST_STS_RECORD_VALID, "2", T0 + HOUR, TRUE,
    FALSE },
  { "fresh, failed long ago", T0, 604800, T0 + HOUR - PST_STS_WAIT, PST_STS_RECORD_VALID, "2", T0 + HOUR,
    TRUE, TRUE },
  { "another id than the one that failed", T0, 604800, T0 + HOUR - 1, PST_STS_RECORD_VALID, "3", T0 + HOUR,
    TRUE, TRUE },
  { "fresh, record gone", T0, 604800, 0, PST_STS_RECORD_NONE, "", T0 + HOUR, TRUE, FALSE },
  { "fresh, lookup failed", T0, 604800, 0, PST_STS_RECORD_UNKNOWN, "", T0 + HOUR, TRUE, FALSE },
  { "a day old", T0, 604800, 0, PST_STS_RECORD_VALID, "1", T0 + 24 * HOUR, TRUE, TRUE },
  { "a day old but a second", T0, 604800, 0, PST_STS_RECORD_VALID, "1", T0 + 24 * HOUR - 1, TRUE, FALSE },
  { "a day old, record gone", T0, 604800, 0, PST_STS_RECORD_NONE, "", T0 + 24 * HOUR, TRUE, FALSE },
  { "last moment", T0, 3600, 0, PST_STS_RECORD_VALID, "1", T0 + HOUR - 1, TRUE, FALSE },
  { "expired", T0, 3600, 0, PST_STS_RECORD_VALID, "1", T0 + HOUR, FALSE, TRUE },
  { "expired, record gone", T0, 3600, 0, PST_STS_RECORD_NONE, "", T0 + HOUR, FALSE, FALSE },
  { "max_age 0", T0, 0, 0, PST_STS_RECORD_VALID, "1", T0, FALSE, TRUE },
  { "clock went back", T0, 3600, 0, PST_STS_RECORD_VALID, "1", T0 - 100 * HOUR, TRUE, TRUE },
  { "clock went back behind a failure", 0, 0, T0, PST_STS_RECORD_VALID, "2", T0 - HOUR, FALSE, TRUE },
};

static void
test_cache(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(cache_rows); i++) {
    const CacheRow *row = &cache_rows[i];
    PstStsCacheEntry entry = { 0 };
    if (row->fetched_at != 0) {
      g_autofree char *text =
          g_strdup_printf("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: %u\n", row->max_age);
      g_autoptr(PstStsPolicy) policy = pst_sts_policy_parse(text, strlen(text), NULL);
      pst_sts_cache_entry_fetched(&entry, policy, "1", row->fetched_at);
    }
    if (row->failed_at != 0)
      pst_sts_cache_entry_failed(&entry, "2", row->failed_at);
    g_test_message("%s", row->what);
    g_assert_true((pst_sts_cache_entry_get_policy(&entry, row->now) != NULL) == row->applies);
    g_assert_true(pst_sts_cache_entry_needs_fetch(&entry, row->record, row->id, row->now, 0) == row->fetch);
    pst_sts_cache_entry_clear(&entry);
  }
}

static void
test_cache_jitter(void)
{
  g_autoptr(PstStsPolicy) policy = pst_sts_policy_parse(BYTES(HEAD "mx: a.test"), NULL);
  PstStsCacheEntry entry = { 0 };
  policy->max_age = 604800;
  pst_sts_cache_entry_fetched(&entry, policy, "1", T0);
  gint64 due = T0 + PST_STS_REFRESH + HOUR;
  g_assert_false(pst_sts_cache_entry_needs_fetch(&entry, PST_STS_RECORD_VALID, "1", due - 1, HOUR));
  g_assert_true(pst_sts_cache_entry_needs_fetch(&entry, PST_STS_RECORD_VALID, "1", due, HOUR));
  gint64 latest = T0 + PST_STS_REFRESH + PST_STS_MAX_JITTER;
  g_assert_true(pst_sts_cache_entry_needs_fetch(&entry, PST_STS_RECORD_VALID, "1", latest, G_MAXINT64));
  pst_sts_cache_entry_failed(&entry, "1", due);
  g_assert_true(pst_sts_cache_entry_get_policy(&entry, due) == policy);
  pst_sts_cache_entry_fetched(&entry, entry.policy, "1", due);
  g_assert_cmpint(entry.failed_at, ==, 0);
  pst_sts_cache_entry_clear(&entry);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sts/record", test_record);
  g_test_add_func("/sts/find", test_find);
  g_test_add_func("/sts/policy", test_policy);
  g_test_add_func("/sts/policy-limits", test_policy_limits);
  g_test_add_func("/sts/match", test_match);
  g_test_add_func("/sts/cache", test_cache);
  g_test_add_func("/sts/cache-jitter", test_cache_jitter);
  return g_test_run();
}
