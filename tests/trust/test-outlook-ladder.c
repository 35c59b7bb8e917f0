#include "relay/trust/check-facts.h"
#include "relay/trust/downgrade.h"
#include "tests/trust/domain-in-short.h"
#include <string.h>

#define NO_REASON PST_REASON_COUNT
#define ANY_STS   "enforce *.a.test"

typedef struct {
  const char *mx;
  const char *policy;
  const char *hosts[4];
  PstOutlook outlook;
  const char *policies;   /* d(ane), s(ts) */
  const char *requiretls; /* y n ? */
  PstReasonCode reason;
  PstProbing probing;
} Row;

#define VERIFIED   PST_OUTLOOK_VERIFIED
#define POLICY     PST_OUTLOOK_POLICY
#define CERTIFIED  PST_OUTLOOK_CERTIFIED
#define ENCRYPTED  PST_OUTLOOK_ENCRYPTED
#define CLEARTEXT  PST_OUTLOOK_CLEARTEXT
#define FAILING    PST_OUTLOOK_FAILING
#define UNROUTABLE PST_OUTLOOK_UNROUTABLE
#define UNKNOWN    PST_OUTLOOK_UNKNOWN

static const Row rows[] = {
  /* nobody takes the mail, or nothing is known */
  { "Sn", NULL, { NULL }, UNROUTABLE, "", "?", PST_REASON_MX_LOOKUP_FAILED },
  { "Ix", NULL, { NULL }, UNROUTABLE, "", "?", PST_REASON_MX_LOOKUP_FAILED },
  { "F", NULL, { NULL }, UNKNOWN, "", "?", PST_REASON_MX_LOOKUP_FAILED },
  { "B", NULL, { NULL }, FAILING, "", "?", PST_REASON_MX_LOOKUP_FAILED },
  { "B", ANY_STS, { NULL }, FAILING, "", "?", PST_REASON_MX_LOOKUP_FAILED },
  { "F", ANY_STS, { NULL }, UNKNOWN, "", "?", PST_REASON_MX_LOOKUP_FAILED },
  { "S", NULL, { "m1.a.test S- n" }, UNROUTABLE, "", "?", PST_REASON_NO_ADDRESS },
  { "I", NULL, { "m1.a.test I- n", "m2.a.test I- n" }, UNROUTABLE, "", "?", PST_REASON_NO_ADDRESS },
  { "Si", NULL, { "a.test S- n" }, UNROUTABLE, "", "?", PST_REASON_NO_ADDRESS },
  { "S", ANY_STS, { "m1.a.test S- n" }, UNROUTABLE, "", "?", PST_REASON_NO_ADDRESS },
  { "I", NULL, { "m1.a.test F- ?" }, UNKNOWN, "", "?", PST_REASON_NAME_LOOKUP_FAILED },
  { "S", NULL, { "m1.a.test B- ?" }, FAILING, "", "?", PST_REASON_DNS_BOGUS },
  { "S", NULL, { "m1.a.test B- ?", "m2.a.test S- n" }, FAILING, "", "?", PST_REASON_DNS_BOGUS },
  /* DANE: everything signed, everything usable */
  { "S", NULL, { "m1.a.test S+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tvm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tem." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Thmr" }, VERIFIED, "d", "y", NO_REASON },
  { "Si", NULL, { "a.test S+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tsmr", "m2.b.test S+ u Tsmr" }, VERIFIED, "d", "y", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tsmr", "m2.b.test S+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tsmr", "m2.b.test S+ u q" }, VERIFIED, "d", "?", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tsm.", "m2.b.test S+ u a" }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tsx.", "m2.b.test S+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u c", "m2.b.test S+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tsm.", "m2.b.test S- n" }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u qTsmr" }, VERIFIED, "d", "y", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u Tsx.Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u cTsm." }, VERIFIED, "d", "n", NO_REASON },
  /* the original name of a host whose signed alias leads out to unsigned addresses */
  { "S", NULL, { "m1.a.test I+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  /* DANE that was not seen to be met or failed */
  { "S", NULL, { "m1.a.test S+ u" }, POLICY, "d", "?", NO_REASON, PST_PROBING_OFF },
  { "S", NULL, { "m1.a.test S+ u q" }, POLICY, "d", "?", NO_REASON, PST_PROBING_BLOCKED },
  { "S", NULL, { "m1.a.test S+ u q" }, POLICY, "d", "?", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u a" }, POLICY, "d", "?", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u l" }, POLICY, "d", "?", NO_REASON },
  { "S", NULL, { "m1.a.test S+ u i" }, FAILING, "", "?", PST_REASON_STARTTLS_INJECTION },
  { "S", NULL, { "m1.a.test S+ u -", "m2.a.test S- n" }, POLICY, "d", "?", NO_REASON },
  /* DANE that fails */
  { "S", NULL, { "m1.a.test S+ u Tvx." }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  { "S", NULL, { "m1.a.test S+ u Tsxr" }, FAILING, "", "y", PST_REASON_DANE_MISMATCH },
  { "S", NULL, { "m1.a.test S+ u c" }, FAILING, "", "n", PST_REASON_DANE_NO_ENCRYPTION },
  { "S", NULL, { "m1.a.test S+ u f" }, FAILING, "", "?", PST_REASON_TLS_FAILED },
  { "S", NULL, { "m1.a.test S+ u T0?." }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  { "S", NULL, { "m1.a.test S+ u Tvn." }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  { "S", NULL, { "m1.a.test S+ b q" }, FAILING, "", "?", PST_REASON_DNS_BOGUS },
  { "S", NULL, { "m1.a.test S+ b Tv?." }, FAILING, "", "n", PST_REASON_DNS_BOGUS },
  { "S", NULL, { "m1.a.test S+ u c", "m2.a.test S+ u q" }, FAILING, "", "n", PST_REASON_DANE_NO_ENCRYPTION },
  { "S", NULL, { "m1.a.test S+ u q", "m2.a.test S+ u Tsx." }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  { "S", NULL, { "m1.a.test S+ u Tvx.", "m2.a.test B- ?" }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  /* MX that is not signed: a TLSA record may stop, never verify */
  { "I", NULL, { "m1.a.test S+ u Tsm." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_NOT_TRUSTED },
  { "I", NULL, { "m1.a.test S+ u Tvm." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "U", NULL, { "m1.a.test S+ u Tvm." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "I", NULL, { "m1.a.test S+ u Tvx." }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  { "I", NULL, { "m1.a.test S+ u c" }, FAILING, "", "n", PST_REASON_DANE_NO_ENCRYPTION },
  { "I", NULL, { "m1.a.test S+ u q" }, UNKNOWN, "", "?", PST_REASON_HOST_SILENT },
  { "Ii", NULL, { "a.test S+ u Tsm." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_NOT_TRUSTED },
  { "I", NULL, { "m1.a.test S+ u" }, UNKNOWN, "", "?", PST_REASON_PROBING_OFF, PST_PROBING_OFF },
  /* hosts that DANE does not hold */
  { "S",
    NULL,
    { "m1.a.test S+ u Tsm.", "m2.a.test S+ n Tvn." },
    ENCRYPTED,
    "",
    "n",
    PST_REASON_CERTIFICATE_NOT_TRUSTED },
  { "S",
    NULL,
    { "m1.a.test S+ u Tvm.", "m2.a.test S+ n Tvn." },
    CERTIFIED,
    "",
    "n",
    PST_REASON_HOST_NAME_NOT_PROVEN },
  { "S",
    NULL,
    { "m1.a.test S+ u Tvm.", "m2.a.test S+ n c" },
    CLEARTEXT,
    "",
    "n",
    PST_REASON_HOST_NO_ENCRYPTION },
  { "S",
    NULL,
    { "m1.a.test S+ u c", "m2.a.test S+ n Tvn." },
    CLEARTEXT,
    "",
    "n",
    PST_REASON_DANE_NO_ENCRYPTION },
  { "S", NULL, { "m1.a.test S+ u Tvm.", "m2.a.test S+ n q" }, UNKNOWN, "", "n", PST_REASON_HOST_SILENT },
  { "S",
    NULL,
    { "m1.a.test S+ u Tvx.", "m2.a.test S+ n Tvn." },
    ENCRYPTED,
    "",
    "n",
    PST_REASON_DANE_MISMATCH },
  { "S",
    NULL,
    { "m1.a.test S+ u Tvm.", "m2.a.test I- n" },
    CERTIFIED,
    "",
    "n",
    PST_REASON_HOST_NAME_NOT_PROVEN },
  { "S",
    NULL,
    { "m1.a.test S+ u", "m2.a.test I- n" },
    UNKNOWN,
    "",
    "?",
    PST_REASON_PROBING_OFF,
    PST_PROBING_OFF },
  { "S",
    NULL,
    { "m1.a.test S+ u Tvm.", "m2.a.test U- ?" },
    CERTIFIED,
    "",
    "n",
    PST_REASON_HOST_NAME_NOT_PROVEN },
  { "S", NULL, { "m1.a.test S+ u Tvm.", "m2.a.test F- ?" }, UNKNOWN, "", "n", PST_REASON_NAME_LOOKUP_FAILED },
  { "S", NULL, { "m1.a.test S+ u Tvm.", "m2.a.test B- ?" }, UNKNOWN, "", "n", PST_REASON_DNS_BOGUS },
  { "S", NULL, { "m1.a.test S+ u Tvm.", "m2.a.test S+ b Tv?." }, UNKNOWN, "", "n", PST_REASON_DNS_BOGUS },
  { "S",
    NULL,
    { "m1.a.test S+ u Tvm.", "m2.a.test S+ ? Tv?." },
    CERTIFIED,
    "",
    "n",
    PST_REASON_HOST_NAME_NOT_PROVEN },
  { "S", NULL, { "m1.a.test S+ u Tsm.", "192.0.2.1 F- ?" }, UNKNOWN, "", "n", PST_REASON_MX_NOT_A_HOST },
  { "S", NULL, { "m1.a.test S+ u Tsm.", "192.0.2.1 S- n" }, UNKNOWN, "", "n", PST_REASON_MX_NOT_A_HOST },
  { "St", NULL, { "m1.a.test S+ u Tsm." }, UNKNOWN, "", "n", PST_REASON_MX_TOO_MANY },
  { "St", NULL, { "m1.a.test S+ n c" }, CLEARTEXT, "", "n", PST_REASON_HOST_NO_ENCRYPTION },
  { "St", NULL, { "m1.a.test S+ u c" }, CLEARTEXT, "", "n", PST_REASON_DANE_NO_ENCRYPTION },
  { "St", NULL, { "m1.a.test S- n" }, UNKNOWN, "", "?", PST_REASON_MX_TOO_MANY },
  /* TLSA records that cannot be used never verify */
  { "S", NULL, { "m1.a.test S+ x Tsu." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_NOT_TRUSTED },
  { "S", NULL, { "m1.a.test S+ x Tvu." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "S", NULL, { "m1.a.test S+ x q" }, UNKNOWN, "", "?", PST_REASON_HOST_SILENT },
  { "S", NULL, { "m1.a.test S+ x c" }, FAILING, "", "n", PST_REASON_DANE_NO_ENCRYPTION },
  { "S", NULL, { "m1.a.test S+ x f" }, FAILING, "", "?", PST_REASON_TLS_FAILED },
  { "S",
    NULL,
    { "m1.a.test S+ x c", "m2.a.test S+ n Tvn." },
    CLEARTEXT,
    "",
    "n",
    PST_REASON_DANE_NO_ENCRYPTION },
  { "S", ANY_STS, { "m1.a.test S+ x c" }, FAILING, "", "n", PST_REASON_DANE_NO_ENCRYPTION },
  { "S", ANY_STS, { "m1.a.test S+ x Tvu." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "S", ANY_STS, { "m1.a.test S+ x q" }, UNKNOWN, "", "?", PST_REASON_HOST_SILENT },
  { "S", ANY_STS, { "m1.a.test S+ x Tsu." }, FAILING, "", "n", PST_REASON_STS_CERTIFICATE },
  { "S",
    ANY_STS,
    { "m1.a.test S+ n Tvn.", "m2.a.test S+ x Tvu." },
    CERTIFIED,
    "",
    "n",
    PST_REASON_HOST_NAME_NOT_PROVEN },
  /* DNSSEC that cannot be checked: DANE is unknown, MTA-STS works */
  { "U", NULL, { "m1.a.test U+ ? Tv?." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "U", NULL, { "m1.a.test U+ ? Ts?." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_NOT_TRUSTED },
  { "U", ANY_STS, { "m1.a.test U+ ? Tv?r" }, VERIFIED, "s", "y", NO_REASON },
  { "U", ANY_STS, { "m1.a.test U+ ?" }, POLICY, "s", "?", NO_REASON, PST_PROBING_OFF },
  /* MTA-STS */
  { "I", ANY_STS, { "m1.a.test I+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "I", "enforce m1.a.test", { "m1.a.test I+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n Tvn.", "m2.a.test I+ n q" }, VERIFIED, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n Tsn.", "m2.a.test I+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n c", "m2.a.test I+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n Tvn.", "m2.b.test I+ n c" }, VERIFIED, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n Tvn.", "m2.a.test F- ?" }, VERIFIED, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n Tvn.", "m2.a.test I- n" }, VERIFIED, "s", "n", NO_REASON },
  { "It", ANY_STS, { "m1.a.test I+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "Ii", "enforce a.test", { "a.test I+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n" }, POLICY, "s", "?", NO_REASON, PST_PROBING_OFF },
  { "I", ANY_STS, { "m1.a.test I+ n q" }, POLICY, "s", "?", NO_REASON, PST_PROBING_BLOCKED },
  { "I", ANY_STS, { "m1.a.test I+ n a", "m2.b.test I+ n c" }, POLICY, "s", "n", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n l" }, POLICY, "s", "?", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n i" }, FAILING, "", "?", PST_REASON_STARTTLS_INJECTION },
  { "I", ANY_STS, { "m1.a.test F- ?" }, POLICY, "s", "?", NO_REASON },
  { "I", ANY_STS, { "m1.a.test I+ n Ten." }, FAILING, "", "n", PST_REASON_STS_CERTIFICATE },
  { "I", ANY_STS, { "m1.a.test I+ n Thn." }, FAILING, "", "n", PST_REASON_STS_CERTIFICATE },
  { "I", ANY_STS, { "m1.a.test I+ n Tnn." }, FAILING, "", "n", PST_REASON_STS_CERTIFICATE },
  { "I", ANY_STS, { "m1.a.test I+ n T0n." }, FAILING, "", "n", PST_REASON_STS_CERTIFICATE },
  { "I", ANY_STS, { "m1.a.test I+ n c" }, FAILING, "", "n", PST_REASON_STS_NO_ENCRYPTION },
  { "I", ANY_STS, { "m1.a.test I+ n f" }, FAILING, "", "?", PST_REASON_TLS_FAILED },
  { "I", ANY_STS, { "m1.b.test I+ n Tvn." }, FAILING, "", "n", PST_REASON_STS_MX_MISMATCH },
  { "I", ANY_STS, { "a.test I+ n Tvn." }, FAILING, "", "n", PST_REASON_STS_MX_MISMATCH },
  { "I", ANY_STS, { "x.m1.a.test I+ n Tvn." }, FAILING, "", "n", PST_REASON_STS_MX_MISMATCH },
  { "I",
    ANY_STS,
    { "m1.b.test I+ n", "m1.a.test I- n" },
    FAILING,
    "",
    "?",
    PST_REASON_STS_MX_MISMATCH,
    PST_PROBING_OFF },
  { "It", ANY_STS, { "m1.b.test I+ n Tvn." }, UNKNOWN, "", "n", PST_REASON_MX_TOO_MANY },
  { "I",
    ANY_STS,
    { "m1.a.test I+ n c", "m2.a.test I+ n q" },
    FAILING,
    "",
    "n",
    PST_REASON_STS_NO_ENCRYPTION },
  { "I", "testing *.a.test", { "m1.a.test I+ n Tvn." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "I", "testing *.a.test", { "m1.a.test I+ n c" }, CLEARTEXT, "", "n", PST_REASON_HOST_NO_ENCRYPTION },
  { "I",
    "testing *.a.test",
    { "m1.a.test I+ n" },
    UNKNOWN,
    "",
    "?",
    PST_REASON_PROBING_OFF,
    PST_PROBING_OFF },
  { "I", "none", { "m1.a.test I+ n Tvn." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  /* both: DANE stands over MTA-STS */
  { "S", ANY_STS, { "m1.a.test S+ u Tvm." }, VERIFIED, "ds", "n", NO_REASON },
  { "S", ANY_STS, { "m1.a.test S+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", ANY_STS, { "m1.a.test S+ u Tvx." }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  { "S", ANY_STS, { "m1.a.test S+ b Tv?." }, FAILING, "", "n", PST_REASON_DNS_BOGUS },
  { "I", ANY_STS, { "m1.a.test S+ u Tvx." }, FAILING, "", "n", PST_REASON_DANE_MISMATCH },
  { "S", ANY_STS, { "m1.a.test S+ u Tvx.", "m2.a.test S+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "S", ANY_STS, { "m1.a.test S+ u Tvm.", "m2.a.test S+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  { "S", ANY_STS, { "m1.b.test S+ u Tsm." }, VERIFIED, "d", "n", NO_REASON },
  { "S", ANY_STS, { "m1.b.test S+ u q" }, FAILING, "", "?", PST_REASON_STS_MX_MISMATCH },
  { "S", ANY_STS, { "m1.a.test S+ u q" }, POLICY, "ds", "?", NO_REASON },
  { "S", ANY_STS, { "m1.a.test S+ ? Tv?." }, VERIFIED, "s", "n", NO_REASON },
  { "S", ANY_STS, { "m1.a.test B- ?", "m2.a.test S+ n Tvn." }, VERIFIED, "s", "n", NO_REASON },
  /* no policy: by sight, the weakest host */
  { "I", NULL, { "m1.a.test I+ n Tvn." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "S", NULL, { "m1.a.test S+ n Tvn." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "I",
    NULL,
    { "m1.a.test I+ n Tvnr", "m2.b.test I+ n Tvnr" },
    CERTIFIED,
    "",
    "y",
    PST_REASON_HOST_NAME_NOT_PROVEN },
  { "I",
    NULL,
    { "m1.a.test I+ n Tvn.", "m2.b.test I+ n Ten." },
    ENCRYPTED,
    "",
    "n",
    PST_REASON_CERTIFICATE_EXPIRED },
  { "I", NULL, { "m1.a.test I+ n Thn." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_HOST_MISMATCH },
  { "I", NULL, { "m1.a.test I+ n Tnn." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_HOST_MISMATCH },
  { "I", NULL, { "m1.a.test I+ n Tyn." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_NOT_YET_VALID },
  { "I", NULL, { "m1.a.test I+ n Tsn." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_NOT_TRUSTED },
  { "I", NULL, { "m1.a.test I+ n Trn." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_BAD },
  { "I", NULL, { "m1.a.test I+ n Twn." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_BAD },
  { "I", NULL, { "m1.a.test I+ n T0n." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_BAD },
  { "I", NULL, { "m1.a.test I+ n c" }, CLEARTEXT, "", "n", PST_REASON_HOST_NO_ENCRYPTION },
  { "I",
    NULL,
    { "m1.a.test I+ n Tvnr", "m2.b.test I+ n c" },
    CLEARTEXT,
    "",
    "n",
    PST_REASON_HOST_NO_ENCRYPTION },
  { "I",
    NULL,
    { "m1.a.test I+ n q", "m2.b.test I+ n c" },
    CLEARTEXT,
    "",
    "n",
    PST_REASON_HOST_NO_ENCRYPTION },
  { "I", NULL, { "m1.a.test I+ n Tvn.c" }, CLEARTEXT, "", "n", PST_REASON_HOST_NO_ENCRYPTION },
  { "I", NULL, { "m1.a.test I+ n Tvn.Tsn." }, ENCRYPTED, "", "n", PST_REASON_CERTIFICATE_NOT_TRUSTED },
  { "I", NULL, { "m1.a.test I+ n qTvn." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "I", NULL, { "m1.a.test I+ n aTvn." }, CERTIFIED, "", "n", PST_REASON_HOST_NAME_NOT_PROVEN },
  { "I", NULL, { "m1.a.test I+ n Tvn.l" }, UNKNOWN, "", "n", PST_REASON_HOST_ENCRYPTION_LATER },
  { "I", NULL, { "m1.a.test I+ n Tvn.f" }, UNKNOWN, "", "n", PST_REASON_TLS_FAILED },
  { "I", NULL, { "m1.a.test I+ n Tvn.i" }, UNKNOWN, "", "n", PST_REASON_STARTTLS_INJECTION },
  { "I", NULL, { "m1.a.test I+ n q" }, UNKNOWN, "", "?", PST_REASON_HOST_SILENT },
  { "I", NULL, { "m1.a.test I+ n a" }, UNKNOWN, "", "?", PST_REASON_HOST_TOO_SLOW },
  { "I", NULL, { "m1.a.test I+ n l" }, UNKNOWN, "", "?", PST_REASON_HOST_ENCRYPTION_LATER },
  { "I", NULL, { "m1.a.test I+ n i" }, UNKNOWN, "", "?", PST_REASON_STARTTLS_INJECTION },
  { "I", NULL, { "m1.a.test I+ n f" }, UNKNOWN, "", "?", PST_REASON_TLS_FAILED },
  { "I", NULL, { "m1.a.test I+ n -" }, UNKNOWN, "", "?", PST_REASON_HOST_NOT_TRIED },
  { "I", NULL, { "m1.a.test I+ n" }, UNKNOWN, "", "?", PST_REASON_HOST_NOT_TRIED },
  { "I", NULL, { "m1.a.test I+ n q" }, UNKNOWN, "", "?", PST_REASON_PORT_BLOCKED, PST_PROBING_BLOCKED },
  { "I", NULL, { "m1.a.test I+ n" }, UNKNOWN, "", "?", PST_REASON_PROBING_OFF, PST_PROBING_OFF },
  { "I", NULL, { "m1.a.test I+ n Tvnr", "m2.b.test I+ n q" }, UNKNOWN, "", "?", PST_REASON_HOST_SILENT },
  { "I",
    NULL,
    { "m1.a.test I+ n Tvnr", "m2.b.test I- n" },
    CERTIFIED,
    "",
    "y",
    PST_REASON_HOST_NAME_NOT_PROVEN },
  { "I", NULL, { "localhost I+ n Tvnr" }, UNKNOWN, "", "y", PST_REASON_MX_NOT_A_HOST },
};

static char *
flags_to_text(guint policies)
{
  return g_strdup_printf("%s%s", policies & PST_POLICY_DANE ? "d" : "",
                         policies & PST_POLICY_MTA_STS ? "s" : "");
}

static guint
count_hosts(const char *const *hosts)
{
  guint n = 0;
  while (n < 4 && hosts[n] != NULL)
    n++;
  return n;
}

static void
check_row(const Row *row, guint number)
{
  Domain domain;
  domain_make(&domain, row->mx, row->policy, row->probing, row->hosts, count_hosts(row->hosts));
  g_autoptr(PstFinding) finding = pst_finding_new(&domain.facts);
  g_autofree char *policies = flags_to_text(finding->policies);
  g_test_message("row %u: mx %s, policy %s, %s, %s", number, row->mx, row->policy, row->hosts[0],
                 row->hosts[1]);
  g_assert_cmpstr(pst_outlook_nick(finding->outlook), ==, pst_outlook_nick(row->outlook));
  g_assert_cmpstr(policies, ==, row->policies);
  g_assert_cmpint("?ny"[finding->requiretls], ==, row->requiretls[0]);
  g_assert_true((finding->reason == NULL) == (row->reason == NO_REASON));
  if (finding->reason != NULL)
    g_assert_cmpstr(pst_reason_code_nick(pst_reason_get_code(finding->reason)), ==,
                    pst_reason_code_nick(row->reason));
  domain_clear(&domain);
}

static void
test_rows(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    check_row(&rows[i], i);
}

typedef struct {
  const char *mx, *policy, *host;
  guint faults;
  const char *types;
} TypeRow;

static const TypeRow type_rows[] = {
  { "B", NULL, NULL, 0, "dnssec-invalid" },
  { "S", NULL, "m.a.test B- ?", 0, "dnssec-invalid" },
  { "S", NULL, "m.a.test S+ b q", 0, "dnssec-invalid" },
  { "S", NULL, "m.a.test S+ u Tsx.", 0, "certificate-not-trusted tlsa-invalid" },
  { "S", NULL, "m.a.test S+ x Tvu.", 0, "tlsa-invalid" },
  { "S", NULL, "m.a.test S+ u Tsm.", 0, "" },
  { "S", NULL, "m.a.test S+ u c", 0, "starttls-not-supported" },
  { "I", NULL, "m.a.test I+ n c", 0, "starttls-not-supported" },
  { "I", NULL, "m.a.test I+ n Ten.", 0, "certificate-expired" },
  { "I", NULL, "m.a.test I+ n Thn.", 0, "certificate-host-mismatch" },
  { "I", NULL, "m.a.test I+ n Tsn.", 0, "certificate-not-trusted" },
  { "I", NULL, "m.a.test I+ n Twn.", 0, "validation-failure" },
  { "I", NULL, "m.a.test I+ n f", 0, "validation-failure" },
  { "I", NULL, "m.a.test I+ n q", 0, "" },
  { "I", ANY_STS, "m.b.test I+ n Tvn.", 0, "validation-failure" },
  { "I", NULL, "m.a.test I+ n Tvn.", PST_RESULT_FLAG(PST_RESULT_STS_POLICY_FETCH_ERROR),
    "sts-policy-fetch-error" },
  { "I", NULL, "m.a.test I+ n c", PST_RESULT_FLAG(PST_RESULT_STS_WEBPKI_INVALID),
    "starttls-not-supported sts-webpki-invalid" },
};

static void
test_types(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(type_rows); i++) {
    const TypeRow *row = &type_rows[i];
    Domain domain;
    domain_make(&domain, row->mx, row->policy, PST_PROBING_ON, &row->host, row->host != NULL ? 1 : 0);
    domain.facts.policy_faults = row->faults;
    g_autoptr(PstFinding) finding = pst_finding_new(&domain.facts);
    g_autoptr(GVariant) facts =
        g_variant_ref_sink(pst_check_facts_new(&domain.facts, finding, "a.test", 0, FALSE));
    g_autofree const char **list = NULL;
    g_assert_true(g_variant_lookup(facts, "reasons", "^a&s", &list));
    g_autofree char *types = g_strjoinv(" ", (char **)list);
    g_assert_cmpstr(types, ==, row->types);
    domain_clear(&domain);
  }
}

/* Hosts that nobody looked at, or too few of them, never make a word better than unknown. */
static void
test_missing_hosts(void)
{
  const char *hosts[] = { "m1.a.test S+ u Tvmr", "m2.a.test S+ u Tvmr" };
  Domain domain;
  domain_make(&domain, "S", ANY_STS, PST_PROBING_ON, hosts, 2);
  g_ptr_array_set_size(domain.facts.hosts, 1);
  g_autoptr(PstFinding) finding = pst_finding_new(&domain.facts);
  g_assert_cmpint(finding->outlook, ==, UNKNOWN);
  g_assert_cmpuint(finding->policies, ==, 0);
  domain_clear(&domain);
}

static void
test_dnssec(void)
{
  static const char *const standings[] = { "S", "I", "U", "F", "B" };
  static const char *const expected[] = { "secure", "insecure", "unavailable", NULL, "bogus" };
  for (guint i = 0; i < G_N_ELEMENTS(standings); i++) {
    Domain domain;
    domain_make(&domain, standings[i], NULL, PST_PROBING_ON, NULL, 0);
    g_autoptr(PstFinding) finding = pst_finding_new(&domain.facts);
    g_autoptr(GVariant) facts =
        g_variant_ref_sink(pst_check_facts_new(&domain.facts, finding, "a.test", 0, FALSE));
    const char *dnssec = NULL;
    g_variant_lookup(facts, "dnssec", "&s", &dnssec);
    g_assert_cmpstr(dnssec, ==, expected[i]);
    domain_clear(&domain);
  }
}

static void
test_lifetime(void)
{
  PstFinding finding = { .outlook = VERIFIED };
  g_assert_cmpuint(pst_finding_lifetime(&finding, 0), ==, 60);
  g_assert_cmpuint(pst_finding_lifetime(&finding, 3600), ==, 3600);
  g_assert_cmpuint(pst_finding_lifetime(&finding, G_MAXUINT), ==, 86400);
  finding.outlook = UNKNOWN;
  g_assert_cmpuint(pst_finding_lifetime(&finding, 3600), ==, 60);
}

static void
test_check_facts(void)
{
  const char *hosts[] = { "m1.a.test S+ u Tsmr", "m2.b.test S+ u" };
  Domain domain;
  domain_make(&domain, "S", "testing *.a.test", PST_PROBING_ON, hosts, 2);
  g_autoptr(PstFinding) finding = pst_finding_new(&domain.facts);
  g_autoptr(GVariant) facts = g_variant_ref_sink(
      pst_check_facts_new(&domain.facts, finding, "a.test", 86400 * (gint64)G_USEC_PER_SEC, TRUE));
  g_autofree char *text = g_variant_print(facts, FALSE);
  g_assert_cmpstr(
      text, ==,
      "{'domain': <'a.test'>, 'domain_display': <'a.test'>, 'outlook': <'verified'>, 'dnssec': <'secure'>, "
      "'reasons': <@as []>, 'mta_sts': <{'mode': <'testing'>, 'id': <'1'>, 'max_age': <uint32 86400>, "
      "'mx': <['*.a.test']>}>, 'mx': <[{'host': <'m1.a.test'>, 'preference': <uint32 10>, "
      "'authenticated': <['dane', 'dnssec']>, 'dane': <'match'>, 'tls': <'TLS1.3'>, 'cipher': "
      "<'AES-256-GCM'>, "
      "'certificate': <'not-trusted'>, 'requiretls': <true>}, {'host': <'m2.b.test'>, 'preference': <uint32 "
      "20>, "
      "'authenticated': <['dane', 'dnssec']>, 'dane': <'unknown'>}]>, 'checked_at': "
      "<'1970-01-02T00:00:00Z'>, "
      "'from_cache': <true>}");
  domain_clear(&domain);
}

static void
test_check_facts_without(void)
{
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_NOT_A_DOMAIN, "domain", "a..b", NULL);
  g_autoptr(GVariant) facts = g_variant_ref_sink(pst_check_facts_new_without("a..b", UNKNOWN, reason, 0));
  const char *text = NULL;
  g_assert_true(g_variant_lookup(facts, "reason", "&s", &text));
  g_assert_cmpstr(text, ==, "a..b is not a domain name");
  g_assert_true(g_variant_lookup(facts, "outlook", "&s", &text));
  g_assert_cmpstr(text, ==, "unknown");
}

/* What is seen, one letter each: V P C E c f u ?; 'a' accepts. The answer after each: '.' open, 'L' locked.
 */
static void
test_downgrade(void)
{
  static const struct {
    const char *seen, *locked;
  } histories[] = {
    { "V", "." },       { "VPVC", "...." },     { "E", "." },         { "c", "." },       { "f", "." },
    { "?", "." },       { "?c?E", "...." },     { "VE", ".L" },       { "PE", ".L" },     { "CE", ".L" },
    { "Vc", ".L" },     { "Vf", ".L" },         { "V?", ".." },       { "Vu", ".." },     { "V?c", "..L" },
    { "Vc?", ".LL" },   { "Vcu", ".LL" },       { "VcV", ".L." },     { "VcVc", ".L.L" }, { "Vca", ".L." },
    { "Vcac", ".L.." }, { "VcacVc", ".L...L" }, { "VEaEc", ".L..." }, { "VaE", "..." },   { "EVc", "..L" },
    { "VCE", "..L" },   { "VfE", ".LL" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(histories); i++) {
    PstDowngrade downgrade = { 0 };
    for (guint j = 0; histories[i].seen[j] != '\0'; j++) {
      char letter = histories[i].seen[j];
      if (letter == 'a')
        pst_downgrade_accept(&downgrade);
      else
        pst_downgrade_see(&downgrade, strchr("VPCEcfu?", letter) - "VPCEcfu?", 1000);
      g_assert_cmpint(downgrade.locked ? 'L' : '.', ==, histories[i].locked[j]);
    }
  }
}

static void
test_remembered(void)
{
  PstDowngrade downgrade = { 0 };
  gint64 now = 5000 * (gint64)G_USEC_PER_SEC;
  g_assert_false(pst_downgrade_remembers_good(&downgrade, now));
  pst_downgrade_see(&downgrade, ENCRYPTED, now);
  g_assert_true(pst_downgrade_remembers_good(&downgrade, now));
  pst_downgrade_see(&downgrade, UNKNOWN, now + 1);
  g_assert_true(pst_downgrade_remembers_good(&downgrade, now + PST_GOOD_OUTLOOK_LIFETIME));
  g_assert_false(pst_downgrade_remembers_good(&downgrade, now + PST_GOOD_OUTLOOK_LIFETIME + 1));
  g_assert_false(pst_downgrade_remembers_good(&downgrade, now - 1));
  pst_downgrade_see(&downgrade, CLEARTEXT, now + 2);
  g_assert_false(pst_downgrade_remembers_good(&downgrade, now + 3));
  pst_downgrade_see(&downgrade, VERIFIED, now + 4);
  pst_downgrade_see(&downgrade, FAILING, now + 5);
  g_assert_false(pst_downgrade_remembers_good(&downgrade, now + 6));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/ladder/rows", test_rows);
  g_test_add_func("/ladder/result-types", test_types);
  g_test_add_func("/ladder/missing-hosts", test_missing_hosts);
  g_test_add_func("/ladder/dnssec", test_dnssec);
  g_test_add_func("/ladder/lifetime", test_lifetime);
  g_test_add_func("/check-facts/whole", test_check_facts);
  g_test_add_func("/check-facts/without", test_check_facts_without);
  g_test_add_func("/downgrade/lock", test_downgrade);
  g_test_add_func("/downgrade/remembered", test_remembered);
  return g_test_run();
}
