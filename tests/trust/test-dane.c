#include "relay/trust/dane-match.h"
#include "relay/trust/spki.h"
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

/* Certificates made for this run: two authorities with an intermediate each, leaves, and keys. */
typedef struct {
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  GBytes *der;
} Made;

static Made root, middle, leaf, expired, other_name, self_signed, evil_root, evil_leaf, stranger;

static void
make(Made *made, const Made *issuer, const char *name, gboolean is_ca, int days)
{
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  guint8 serial[2] = { 1, 2 };
  g_assert_cmpint(gnutls_x509_privkey_init(&made->key), ==, 0);
  g_assert_cmpint(gnutls_x509_privkey_generate(made->key, GNUTLS_PK_ECDSA,
                                               GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                  ==, 0);
  gnutls_x509_crt_init(&made->crt);
  gnutls_x509_crt_set_version(made->crt, 3);
  gnutls_x509_crt_set_serial(made->crt, serial, sizeof serial);
  gnutls_x509_crt_set_activation_time(made->crt, now - 30 * 86400);
  gnutls_x509_crt_set_expiration_time(made->crt, now + days * 86400);
  gnutls_x509_crt_set_dn_by_oid(made->crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, strlen(name));
  gnutls_x509_crt_set_basic_constraints(made->crt, is_ca, -1);
  if (is_ca)
    gnutls_x509_crt_set_key_usage(made->crt, GNUTLS_KEY_KEY_CERT_SIGN);
  else
    gnutls_x509_crt_set_subject_alt_name(made->crt, GNUTLS_SAN_DNSNAME, name, strlen(name), GNUTLS_FSAN_SET);
  gnutls_x509_crt_set_key(made->crt, made->key);
  if (issuer == NULL)
    issuer = made;
  g_assert_cmpint(gnutls_x509_crt_sign2(made->crt, issuer->crt, issuer->key, GNUTLS_DIG_SHA256, 0), ==, 0);
  gnutls_datum_t der;
  gnutls_x509_crt_export2(made->crt, GNUTLS_X509_FMT_DER, &der);
  made->der = g_bytes_new(der.data, der.size);
  gnutls_free(der.data);
}

static void
unmake(Made *made)
{
  gnutls_x509_crt_deinit(made->crt);
  gnutls_x509_privkey_deinit(made->key);
  g_bytes_unref(made->der);
}

static Made *const all_made[] = { &root,        &middle,    &leaf,      &expired, &other_name,
                                  &self_signed, &evil_root, &evil_leaf, &stranger };

static void
make_all(void)
{
  make(&root, NULL, "Root", TRUE, 30);
  make(&middle, &root, "Middle", TRUE, 30);
  make(&leaf, &middle, "mx.a.test", FALSE, 30);
  make(&expired, &middle, "mx.a.test", FALSE, -1);
  make(&other_name, &middle, "mx.other.test", FALSE, 30);
  make(&self_signed, NULL, "mx.a.test", FALSE, 30);
  make(&evil_root, NULL, "Root", TRUE, 30);
  make(&evil_leaf, &evil_root, "mx.a.test", FALSE, 30);
  make(&stranger, NULL, "stranger", TRUE, 30);
}

/* What the network room does with its TLS library. */
static PstCertificateResult
verify_from(GPtrArray *chain, guint anchor, const char *const *names, gpointer user_data)
{
  gnutls_x509_crt_t crts[PST_CHAIN_MAX];
  gnutls_x509_trust_list_t list;
  guint status = 0;
  gboolean named = FALSE;
  for (guint i = 0; i < chain->len; i++) {
    gnutls_datum_t der = { (guint8 *)g_bytes_get_data(chain->pdata[i], NULL),
                           g_bytes_get_size(chain->pdata[i]) };
    gnutls_x509_crt_init(&crts[i]);
    g_assert_cmpint(gnutls_x509_crt_import(crts[i], &der, GNUTLS_X509_FMT_DER), ==, 0);
  }
  gnutls_x509_trust_list_init(&list, 0);
  gnutls_x509_trust_list_add_cas(list, &crts[anchor], 1, 0);
  gnutls_x509_trust_list_verify_crt2(list, crts, anchor + 1, NULL, 0, 0, &status, NULL);
  for (guint i = 0; names[i] != NULL; i++)
    named = named || gnutls_x509_crt_check_hostname(crts[0], names[i]);
  gnutls_x509_trust_list_deinit(list, 0);
  for (guint i = 0; i < chain->len; i++)
    gnutls_x509_crt_deinit(crts[i]);
  (*(guint *)user_data)++;
  if (status & GNUTLS_CERT_EXPIRED)
    return PST_CERTIFICATE_EXPIRED;
  if (status != 0)
    return PST_CERTIFICATE_NOT_TRUSTED;
  return named ? PST_CERTIFICATE_VALID : PST_CERTIFICATE_HOST_MISMATCH;
}

/* TLSA records of a row: "usage selector matching of", of one letter per certificate; '!' spoils the data,
 * '-' shortens it. */
static const struct {
  char letter;
  Made *made;
} letters[] = { { 'r', &root },      { 'm', &middle },     { 'l', &leaf },
                { 'x', &expired },   { 'o', &other_name }, { 's', &self_signed },
                { 'R', &evil_root }, { 'E', &evil_leaf },  { '?', &stranger } };

static Made *
by_letter(char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS(letters); i++)
    if (letters[i].letter == letter)
      return letters[i].made;
  g_assert_not_reached();
}

static GBytes *
tlsa_record(const char *text)
{
  guint8 head[3] = { text[0] - '0', text[1] - '0', text[2] - '0' };
  Made *made = by_letter(text[3]);
  g_autoptr(GBytes) octets = head[1] == 1 ? pst_spki_cut(made->der) : g_bytes_ref(made->der);
  GByteArray *rdata = g_byte_array_new();
  g_byte_array_append(rdata, head, 3);
  if (head[2] == 1 || head[2] == 2) {
    guint8 digest[64];
    gsize length = sizeof digest;
    GChecksum *checksum = g_checksum_new(head[2] == 1 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA512);
    g_checksum_update(checksum, g_bytes_get_data(octets, NULL), g_bytes_get_size(octets));
    g_checksum_get_digest(checksum, digest, &length);
    g_byte_array_append(rdata, digest, length);
    g_checksum_free(checksum);
  } else {
    g_byte_array_append(rdata, g_bytes_get_data(octets, NULL), g_bytes_get_size(octets));
  }
  if (strchr(text, '!') != NULL)
    rdata->data[rdata->len - 1] ^= 1;
  if (strchr(text, '-') != NULL)
    g_byte_array_set_size(rdata, rdata->len - 1);
  return g_byte_array_free_to_bytes(rdata);
}

typedef struct {
  const char *records; /* parted by spaces */
  const char *chain;
  PstDaneResult result;
  PstCertificateResult why; /* of a mismatch */
} Row;

#define NT PST_CERTIFICATE_NOT_TRUSTED

static const Row rows[] = {
  /* DANE-EE: every selector and matching type */
  { "300l", "lm", PST_DANE_MATCH },
  { "301l", "lm", PST_DANE_MATCH },
  { "302l", "lm", PST_DANE_MATCH },
  { "310l", "lm", PST_DANE_MATCH },
  { "311l", "lm", PST_DANE_MATCH },
  { "312l", "lm", PST_DANE_MATCH },
  { "311s", "s", PST_DANE_MATCH },
  { "311l", "l", PST_DANE_MATCH },
  { "301l!", "lm", PST_DANE_MISMATCH, NT },
  { "302l!", "lm", PST_DANE_MISMATCH, NT },
  { "311l!", "lm", PST_DANE_MISMATCH, NT },
  { "312l!", "lm", PST_DANE_MISMATCH, NT },
  { "300l!", "lm", PST_DANE_MISMATCH, NT },
  { "310l!", "lm", PST_DANE_MISMATCH, NT },
  { "311l", "s", PST_DANE_MISMATCH, NT },
  /* DANE-EE needs neither names nor dates */
  { "311x", "xm", PST_DANE_MATCH },
  { "311o", "om", PST_DANE_MATCH },
  /* DANE-EE is about the server's own certificate only */
  { "311m", "lm", PST_DANE_MISMATCH, NT },
  { "311l", "El", PST_DANE_MISMATCH, NT },
  { "301l", "ERl", PST_DANE_MISMATCH, NT },
  /* DANE-TA: every selector and matching type, on the intermediate and the root */
  { "200m", "lm", PST_DANE_MATCH },
  { "201m", "lm", PST_DANE_MATCH },
  { "202m", "lm", PST_DANE_MATCH },
  { "210m", "lm", PST_DANE_MATCH },
  { "211m", "lm", PST_DANE_MATCH },
  { "212m", "lm", PST_DANE_MATCH },
  { "201r", "lmr", PST_DANE_MATCH },
  { "211r", "lmr", PST_DANE_MATCH },
  { "211m", "lmr", PST_DANE_MATCH },
  { "211m!", "lm", PST_DANE_MISMATCH, NT },
  { "201r!", "lmr", PST_DANE_MISMATCH, NT },
  /* the anchor must come in the chain */
  { "201r", "lm", PST_DANE_MISMATCH, NT },
  { "200r", "lm", PST_DANE_MISMATCH, NT },
  /* DANE-TA checks names and dates */
  { "211m", "xm", PST_DANE_MISMATCH, PST_CERTIFICATE_EXPIRED },
  { "201r", "xmr", PST_DANE_MISMATCH, PST_CERTIFICATE_EXPIRED },
  { "211m", "om", PST_DANE_MISMATCH, PST_CERTIFICATE_HOST_MISMATCH },
  { "201r", "omr", PST_DANE_MISMATCH, PST_CERTIFICATE_HOST_MISMATCH },
  /* the attack: an own certificate with the published anchor sent along */
  { "201r", "ER r", PST_DANE_MISMATCH, NT },
  { "211r", "ERr", PST_DANE_MISMATCH, NT },
  { "211m", "Em", PST_DANE_MISMATCH, NT },
  { "211m", "sm", PST_DANE_MISMATCH, NT },
  { "211r", "smr", PST_DANE_MISMATCH, NT },
  /* an anchor is never the server's own certificate */
  { "211l", "lm", PST_DANE_MISMATCH, NT },
  { "201s", "s", PST_DANE_MISMATCH, NT },
  /* what SMTP cannot use */
  { "011m", "lm", PST_DANE_UNUSABLE },
  { "111l", "lm", PST_DANE_UNUSABLE },
  { "101l 001r", "lmr", PST_DANE_UNUSABLE },
  { "411l", "lm", PST_DANE_UNUSABLE },
  { "321l", "lm", PST_DANE_UNUSABLE },
  { "313l", "lm", PST_DANE_UNUSABLE },
  { "317l", "lm", PST_DANE_UNUSABLE },
  { "311l-", "lm", PST_DANE_UNUSABLE },
  { "312l-", "lm", PST_DANE_UNUSABLE },
  { "300l-", "lm", PST_DANE_UNUSABLE },
  { "310l-", "lm", PST_DANE_UNUSABLE },
  { "200m-", "lm", PST_DANE_UNUSABLE },
  { "210m-", "lm", PST_DANE_UNUSABLE },
  { "311l- 111l", "lm", PST_DANE_UNUSABLE },
  /* unusable ones beside usable ones change nothing */
  { "111l 311s", "lm", PST_DANE_MISMATCH, NT },
  { "111l! 311l", "lm", PST_DANE_MATCH },
  { "311l 011m", "lm", PST_DANE_MATCH },
  { "311l- 301l", "lm", PST_DANE_MATCH },
  { "311l- 211r", "lm", PST_DANE_MISMATCH, NT },
  /* roll-over: any one of the set */
  { "311s 311l", "lm", PST_DANE_MATCH },
  { "311s 311E", "lm", PST_DANE_MISMATCH, NT },
  { "311s 211m", "lm", PST_DANE_MATCH },
  { "211? 311l", "lm", PST_DANE_MATCH },
  { "211? 211r", "lmr", PST_DANE_MATCH },
  { "211m 311x", "xm", PST_DANE_MATCH },
  { "211m 211r", "xmr", PST_DANE_MISMATCH, PST_CERTIFICATE_EXPIRED },
  /* digest agility: within one usage and selector the stronger digest decides */
  { "311l 312s", "lm", PST_DANE_MISMATCH, NT },
  { "311s 312l", "lm", PST_DANE_MATCH },
  { "312s 311l 310l", "lm", PST_DANE_MATCH },
  { "312s 301l", "lm", PST_DANE_MATCH },
  { "302s 311l", "lm", PST_DANE_MATCH },
  { "211m 212?", "lm", PST_DANE_MISMATCH, NT },
  { "311l 212?", "lm", PST_DANE_MATCH },
  { "311l 312l-", "lm", PST_DANE_MATCH },
  /* no certificate at all */
  { "311l", "", PST_DANE_MISMATCH, PST_CERTIFICATE_NONE },
  { "211m", "", PST_DANE_MISMATCH, PST_CERTIFICATE_NONE },
};

static PstTlsaSet *
set_of(const char *records, PstStanding standing)
{
  GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_auto(GStrv) parts = g_strsplit(records, " ", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_ptr_array_add(list, tlsa_record(parts[i]));
  g_autoptr(PstAnswer) answer =
      pst_answer_new_records("_25._tcp.mx.a.test", PST_DNS_TLSA, standing, NULL, 60, list);
  PstTlsaBases bases = { .names = { (char *)"mx.a.test" }, .n_names = 1, .has_address = TRUE };
  const PstAnswer *answers[] = { answer };
  return pst_tlsa_set_new(&bases, answers);
}

static GPtrArray *
chain_of(const char *text)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (; *text != '\0'; text++)
    if (*text != ' ')
      g_ptr_array_add(chain, g_bytes_ref(by_letter(*text)->der));
  return chain;
}

static const char *const reference_names[] = { "mx.a.test", "a.test", NULL };

static void
test_rows(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(PstTlsaSet) set = set_of(rows[i].records, PST_STANDING_SECURE);
    g_autoptr(GPtrArray) chain = chain_of(rows[i].chain);
    PstCertificateResult why;
    guint asked = 0;
    PstDaneResult result = pst_dane_match(set, chain, reference_names, verify_from, &asked, &why);
    g_test_message("%s against %s", rows[i].records, rows[i].chain);
    g_assert_cmpstr(pst_dane_result_nick(result), ==, pst_dane_result_nick(rows[i].result));
    if (result == PST_DANE_MISMATCH)
      g_assert_cmpstr(pst_certificate_result_nick(why), ==, pst_certificate_result_nick(rows[i].why));
    g_assert_cmpuint(asked, <=, 2);
  }
}

/* Records that were not validated never match, whatever they hold. */
static void
test_standing(void)
{
  static const struct {
    PstStanding standing;
    PstTlsaState state;
    PstDaneResult result;
  } standings[] = {
    { PST_STANDING_SECURE, PST_TLSA_USABLE, PST_DANE_MATCH },
    { PST_STANDING_INSECURE, PST_TLSA_NONE, PST_DANE_NONE },
    { PST_STANDING_UNCHECKED, PST_TLSA_UNKNOWN, PST_DANE_UNKNOWN },
    { PST_STANDING_FAILED, PST_TLSA_UNKNOWN, PST_DANE_UNKNOWN },
    { PST_STANDING_BOGUS, PST_TLSA_BOGUS, PST_DANE_UNKNOWN },
  };
  for (guint i = 0; i < G_N_ELEMENTS(standings); i++) {
    g_autoptr(PstTlsaSet) set = set_of("311l", standings[i].standing);
    g_autoptr(GPtrArray) chain = chain_of("lm");
    guint asked = 0;
    g_assert_cmpint(set->state, ==, standings[i].state);
    g_assert_cmpint(pst_dane_match(set, chain, reference_names, verify_from, &asked, NULL), ==,
                    standings[i].result);
  }
}

static void
test_spki_as_gnutls(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(all_made); i++) {
    gnutls_pubkey_t key;
    gnutls_datum_t expected;
    gnutls_pubkey_init(&key);
    gnutls_pubkey_import_x509(key, all_made[i]->crt, 0);
    gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &expected);
    g_autoptr(GBytes) spki = pst_spki_cut(all_made[i]->der);
    g_assert_cmpmem(g_bytes_get_data(spki, NULL), g_bytes_get_size(spki), expected.data, expected.size);
    g_assert_true(pst_spki_is_well_formed(spki));
    g_assert_false(pst_spki_is_well_formed(all_made[i]->der));
    gnutls_free(expected.data);
    gnutls_pubkey_deinit(key);
  }
}

/* Cut short anywhere, or with anything behind it, it is no certificate; octets changed anywhere never read
 * outside. */
static void
test_spki_damaged(void)
{
  gsize length;
  const guint8 *der = g_bytes_get_data(leaf.der, &length);
  for (gsize i = 0; i < length; i++) {
    g_autoptr(GBytes) cut = g_bytes_new(der, i);
    g_assert_null(pst_spki_cut(cut));
    g_autofree guint8 *changed = g_memdup2(der, length);
    changed[i] ^= 0x80;
    g_autoptr(GBytes) damaged = g_bytes_new_take(g_steal_pointer(&changed), length);
    g_autoptr(GBytes) spki = pst_spki_cut(damaged);
    if (spki != NULL)
      g_assert_true(pst_spki_is_well_formed(spki));
  }
  g_autofree guint8 *longer = g_malloc0(length + 1);
  memcpy(longer, der, length);
  g_autoptr(GBytes) trailing = g_bytes_new(longer, length + 1);
  g_assert_null(pst_spki_cut(trailing));
}

static const struct {
  const char *octets;
  gsize length;
} bad_spkis[] = {
  { "", 0 },
  { "\x30\x00", 2 },
  { "\x30\x80\x30\x02\x06\x00\x03\x00\x00\x00", 10 }, /* indefinite length */
  { "\x30\x81\x06\x30\x02\x06\x00\x03\x00", 9 },      /* length in more octets than needed */
  { "\x30\x82\x00\x06\x30\x02\x06\x00\x03\x00", 10 },
  { "\x30\x06\x30\x02\x06\x00\x04\x00", 8 },          /* no bit string */
  { "\x30\x06\x30\x02\x05\x00\x03\x00", 8 },          /* no algorithm */
  { "\x30\x08\x30\x02\x06\x00\x03\x00\x05\x00", 10 }, /* something behind the key */
  { "\x30\x06\x30\x02\x06\x00\x03\x00\x00", 9 },
  { "\x30\x84\x00\x00\x00\x06\x30\x02\x06\x00\x03\x00", 12 },
};

static void
test_spki_bad(void)
{
  g_autoptr(GBytes) good = g_bytes_new_static("\x30\x06\x30\x02\x06\x00\x03\x00", 8);
  g_assert_true(pst_spki_is_well_formed(good));
  for (guint i = 0; i < G_N_ELEMENTS(bad_spkis); i++) {
    g_autoptr(GBytes) bad = g_bytes_new(bad_spkis[i].octets, bad_spkis[i].length);
    g_assert_false(pst_spki_is_well_formed(bad));
    g_assert_null(pst_spki_cut(bad));
  }
}

static void
test_tlsa_short(void)
{
  for (gsize length = 0; length <= 4; length++) {
    g_autoptr(GBytes) rdata = g_bytes_new("\3\1\1\1", length);
    g_autoptr(PstTlsa) tlsa = pst_tlsa_parse(rdata);
    g_assert_true((tlsa != NULL) == (length == 4));
    if (tlsa != NULL)
      g_assert_false(pst_tlsa_is_usable(tlsa));
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  make_all();
  g_test_add_func("/dane/rows", test_rows);
  g_test_add_func("/dane/standing", test_standing);
  g_test_add_func("/spki/as-gnutls", test_spki_as_gnutls);
  g_test_add_func("/spki/damaged", test_spki_damaged);
  g_test_add_func("/spki/bad", test_spki_bad);
  g_test_add_func("/tlsa/short", test_tlsa_short);
  int status = g_test_run();
  for (guint i = 0; i < G_N_ELEMENTS(all_made); i++)
    unmake(all_made[i]);
  return status;
}
