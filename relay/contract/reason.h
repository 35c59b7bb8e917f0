/* Reason: why something was refused, failed or is not known, as a code with named arguments.
 *
 * Codes and arguments are stored and travel over the bus; whoever shows them renders the sentence in its own
 * language from pst_reason_template(). SMTP replies render English. A reason is immutable and counted;
 * argument values are untrusted text: control characters are replaced and lengths bounded when they are
 * added. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Every code: enumerator, nick, English template with {argument} places, no final full stop. */
#define PST_REASON_LIST(X)                                                                                   \
  /* what the client did */                                                                                  \
  X(NO_ACCOUNT, "no-account", N_("no account is set up for {sender}"))                                       \
  X(SENDER_NOT_SERVED, "sender-not-served", N_("this login may not send as {sender}; it serves {served}"))   \
  X(LISTENER_OTHER_ACCOUNT, "listener-other-account",                                                        \
    N_("{sender} belongs to another account than the one this port is for"))                                 \
  X(HEADER_BAD, "header-bad", N_("the header {header} has a value Postern does not know: {value}"))          \
  X(HEADER_REPEATED, "header-repeated", N_("the header {header} is there more than once"))                   \
  X(HEADER_TOO_LARGE, "header-too-large", N_("the header of the message is larger than {limit} KiB"))        \
  X(BARE_LINE_END, "bare-line-end", N_("the message has a bare line feed or carriage return"))               \
  X(NUL_OCTET, "nul-octet", N_("the message has a NUL octet"))                                               \
  X(PAUSED, "paused", N_("Postern is paused"))                                                               \
  X(SHUTTING_DOWN, "shutting-down", N_("Postern is being stopped"))                                          \
  X(BUSY, "busy", N_("Postern is busy with other messages"))                                                 \
  /* what the provider can carry */                                                                          \
  X(NO_SMTPUTF8, "no-smtputf8", N_("{host} cannot carry addresses beyond ASCII"))                            \
  X(NO_8BITMIME, "no-8bitmime", N_("{host} cannot carry 8-bit text"))                                        \
  X(TOO_LARGE, "too-large", N_("{host} takes messages up to {limit} bytes only"))                            \
  /* reaching the provider */                                                                                \
  X(NAME_NOT_FOUND, "name-not-found", N_("the name {host} could not be found"))                              \
  X(NAME_LOOKUP_FAILED, "name-lookup-failed", N_("the name {host} could not be looked up"))                  \
  X(CONNECT_REFUSED, "connect-refused", N_("{host} refused the connection"))                                 \
  X(CONNECT_TIMEOUT, "connect-timeout", N_("{host} did not answer in time"))                                 \
  X(CONNECT_FAILED, "connect-failed", N_("{host} could not be reached"))                                     \
  X(GREETING_REFUSED, "greeting-refused", N_("{host} did not want to talk: {reply}"))                        \
  X(PROTOCOL, "protocol", N_("{host} did not speak SMTP as expected"))                                       \
  X(UPSTREAM_CLOSED, "upstream-closed", N_("{host} closed the connection"))                                  \
  X(UPSTREAM_TIMEOUT, "upstream-timeout", N_("{host} did not answer in time"))                               \
  X(STARTTLS_NOT_OFFERED, "starttls-not-offered", N_("{host} offered no encryption"))                        \
  X(STARTTLS_REFUSED, "starttls-refused", N_("{host} refused to start encryption: {reply}"))                 \
  X(STARTTLS_INJECTION, "starttls-injection",                                                                \
    N_("somebody put bytes into the connection to {host} before encryption began"))                          \
  X(TLS_FAILED, "tls-failed", N_("no encrypted connection to {host} could be made"))                         \
  X(TLS_TOO_OLD, "tls-too-old", N_("{host} speaks only outdated encryption"))                                \
  X(CERTIFICATE_EXPIRED, "certificate-expired", N_("the certificate of {host} has expired"))                 \
  X(CERTIFICATE_NOT_YET_VALID, "certificate-not-yet-valid",                                                  \
    N_("the certificate of {host} is not valid yet"))                                                        \
  X(CERTIFICATE_HOST_MISMATCH, "certificate-host-mismatch",                                                  \
    N_("the certificate shown by {host} is for another name"))                                               \
  X(CERTIFICATE_NOT_TRUSTED, "certificate-not-trusted",                                                      \
    N_("the certificate of {host} is from nobody this computer trusts"))                                     \
  X(CERTIFICATE_BAD, "certificate-bad", N_("the certificate of {host} cannot be used"))                      \
  X(AUTH_NOT_OFFERED, "auth-not-offered", N_("{host} offers no login that can be used"))                     \
  X(AUTH_REFUSED, "auth-refused", N_("{host} refused the login: {reply}"))                                   \
  X(REJECTED, "rejected", N_("{host} answered: {reply}"))                                                    \
  X(UNCERTAIN, "uncertain", N_("{host} did not confirm: the message may already have been sent"))            \
  X(INTERRUPTED, "interrupted", N_("Postern was stopped before the message was handed over"))                \
  X(CLIENT_GONE, "client-gone", N_("the mail program closed the connection before the end of the message"))  \
  /* the requirement */                                                                                      \
  X(REQUIRETLS_NOT_OFFERED, "requiretls-not-offered",                                                        \
    N_("{host} does not promise encryption on every hop (no REQUIRETLS)"))                                   \
  X(FLOOR, "floor", N_("the rule for {pattern} asks for at least {requirement}"))                            \
  X(NOT_ASSESSED, "not-assessed", N_("how {domain} receives mail has not been found out"))                   \
  X(LITERAL_DOMAIN, "literal-domain", N_("{domain} is a server's number: nothing is published about it"))    \
  X(POLICY_NOT_HONOURED, "policy-not-honoured",                                                              \
    N_("{host} is not known to honour the TLS policy of {domain} ({policies})"))                             \
  X(HISTORY_UNAVAILABLE, "history-unavailable", N_("Postern cannot write its history"))                      \
  /* what is known of a recipient domain */                                                                  \
  X(NULL_MX, "null-mx", N_("{domain} says that it takes no mail"))                                           \
  X(UNROUTABLE, "unroutable", N_("{domain} cannot be reached by mail"))                                      \
  X(NO_ENCRYPTION, "no-encryption", N_("{domain} offered no encryption when checked from this computer"))    \
  X(CERTIFICATE_DOUBTFUL, "certificate-doubtful",                                                            \
    N_("{domain} offers encryption, but a certificate there does not verify"))                               \
  X(NAME_NOT_PROVEN, "name-not-proven",                                                                      \
    N_("{domain} publishes nothing that proves the names of its mail servers"))                              \
  X(POLICY_VIOLATED, "policy-violated", N_("no mail server of {domain} meets the policy it publishes"))      \
  X(NO_SUCH_DOMAIN, "no-such-domain", N_("there is no domain {domain}"))                                     \
  X(NO_ADDRESS, "no-address", N_("no mail server of {domain} has an address"))                               \
  X(NOT_A_DOMAIN, "not-a-domain", N_("{domain} is not a domain name"))                                       \
  X(MX_LOOKUP_FAILED, "mx-lookup-failed", N_("the mail servers of {domain} could not be looked up"))         \
  X(MX_MALFORMED, "mx-malformed", N_("the list of mail servers of {domain} cannot be read"))                 \
  X(MX_TOO_MANY, "mx-too-many", N_("{domain} has more mail servers than Postern checks"))                    \
  X(MX_NOT_A_HOST, "mx-not-a-host", N_("{domain} lists a mail server that is not a host name: {host}"))      \
  X(DNS_BOGUS, "dns-bogus",                                                                                  \
    N_("the DNS answers for {name} are forged or broken: their signatures do not verify"))                   \
  X(DNS_TIMEOUT, "dns-timeout", N_("the DNS did not answer in time for {name}"))                             \
  X(DNSSEC_UNAVAILABLE, "dnssec-unavailable", N_("this network keeps DNS signatures from being checked"))    \
  X(CLOCK_WRONG, "clock-wrong",                                                                              \
    N_("the clock of this computer seems to be wrong: DNS signatures cannot be checked"))                    \
  X(PORT_BLOCKED, "port-blocked",                                                                            \
    N_("this network lets no connection to mail servers through, so {domain} could not be checked"))         \
  X(PROBING_OFF, "probing-off", N_("looking at mail servers is switched off, so {domain} was not checked"))  \
  X(HOST_NOT_TRIED, "host-not-tried", N_("{host} was not checked from this computer"))                       \
  X(HOST_PRIVATE, "host-private", N_("{host} has only addresses of a private network"))                      \
  X(HOST_SILENT, "host-silent", N_("{host} did not answer when checked from this computer"))                 \
  X(HOST_TURNED_AWAY, "host-turned-away", N_("{host} did not want to talk to this computer: {reply}"))       \
  X(HOST_TOO_SLOW, "host-too-slow", N_("{host} took too long to answer when checked from this computer"))    \
  X(HOST_NO_ENCRYPTION, "host-no-encryption",                                                                \
    N_("{host} offered no encryption when checked from this computer"))                                      \
  X(HOST_ENCRYPTION_REFUSED, "host-encryption-refused",                                                      \
    N_("{host} announced encryption and then refused it when checked from this computer: {reply}"))          \
  X(HOST_ENCRYPTION_LATER, "host-encryption-later",                                                          \
    N_("{host} could not start encryption when checked from this computer: {reply}"))                        \
  X(HOST_NAME_NOT_PROVEN, "host-name-not-proven",                                                            \
    N_("nothing proves that {host} is the right mail server for {domain}"))                                  \
  X(DANE_MISMATCH, "dane-mismatch",                                                                          \
    N_("the certificate shown by {host} is not the one published for it (DANE)"))                            \
  X(DANE_UNUSABLE, "dane-unusable",                                                                          \
    N_("what is published about the certificate of {host} cannot be used (DANE)"))                           \
  X(DANE_NO_ENCRYPTION, "dane-no-encryption",                                                                \
    N_("{host} offered no encryption when checked from this computer, though its domain demands it (DANE)")) \
  X(STS_NO_ENCRYPTION, "sts-no-encryption",                                                                  \
    N_("{host} offered no encryption when checked from this computer, though {domain} demands it "           \
       "(MTA-STS)"))                                                                                         \
  X(STS_CERTIFICATE, "sts-certificate",                                                                      \
    N_("{host} showed no valid certificate for its name, though {domain} demands it (MTA-STS)"))             \
  X(STS_MX_MISMATCH, "sts-mx-mismatch",                                                                      \
    N_("no mail server of {domain} is one that its own policy allows (MTA-STS)"))                            \
  X(STS_FETCH_FAILED, "sts-fetch-failed", N_("the policy of {domain} could not be fetched (MTA-STS)"))       \
  X(STS_POLICY_INVALID, "sts-policy-invalid",                                                                \
    N_("the policy of {domain} cannot be read (MTA-STS): {detail}"))                                         \
  X(STS_CERTIFICATE_INVALID, "sts-certificate-invalid",                                                      \
    N_("the web site with the policy of {domain} showed no valid certificate (MTA-STS)"))                    \
  X(STS_RECORD_INVALID, "sts-record-invalid",                                                                \
    N_("the DNS record about the policy of {domain} cannot be read (MTA-STS)"))                              \
  X(DOWNGRADED, "downgraded", N_("{domain} offered better protection before than it does now"))

#ifndef N_
#define N_(text) text /* marks text for translation */
#endif
typedef enum {
#define X(name, nick, text) PST_REASON_##name,
  PST_REASON_LIST(X)
#undef X
  PST_REASON_COUNT
} PstReasonCode;

typedef struct PstReason PstReason;

#define PST_REASON_MAX_ARGUMENT 300 /* octets of one argument value; longer ones are cut at a character */

const char *pst_reason_code_nick(PstReasonCode code);
gboolean pst_reason_code_parse(const char *nick, PstReasonCode *code);

/* The English sentence with {argument} places: pass it through gettext to translate. */
const char *pst_reason_template(PstReasonCode code);

/* New reason; then pairs of argument name and value (value may be NULL: left out), ended by NULL. */
PstReason *pst_reason_new(PstReasonCode code, ...) G_GNUC_NULL_TERMINATED;
PstReason *pst_reason_ref(PstReason *reason);
void pst_reason_unref(PstReason *reason);

PstReasonCode pst_reason_get_code(const PstReason *reason);
const char *pst_reason_get_argument(const PstReason *reason, const char *name);

/* The sentence of @template with the arguments filled in; caller frees. A missing argument leaves its name.
 */
char *pst_reason_fill(const PstReason *reason, const char *text_template);
char *pst_reason_to_english(const PstReason *reason);

/* Arguments as a floating a{ss}, and back. Unknown codes give NULL. */
GVariant *pst_reason_arguments_to_variant(const PstReason *reason);
PstReason *pst_reason_from_variant(const char *nick, GVariant *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstReason, pst_reason_unref)

G_END_DECLS
