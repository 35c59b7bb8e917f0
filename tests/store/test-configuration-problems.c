#include "tests/store/configuration-text.h"
#include <string.h>

#define ACCOUNT                                                                                              \
  "[Account work]\nAddresses=me@example.org\nHost=smtp.example.org\nAuthentication=none\n" /* 4 lines */

/* One broken file a row; what is told begins with "postern.conf:". */
static const struct {
  const char *file, *told;
} broken[] = {
  { "[Relay]\nRequirement=secure\n", "2: [Relay] Requirement: not a requirement: secure (allowed: required, "
                                     "verified, encrypted, usual, anyway)" },
  { "[Relay]\nOnRefusal=drop\n", "2: [Relay] OnRefusal: not known: drop (allowed: refuse, hold)" },
  { "[Relay]\nOnRefusal=hold\n", "2: [Relay] OnRefusal: hold is not supported yet: use refuse" },
  { "[Relay]\n\n# yes\nSubjectTags=yes\n", "4: [Relay] SubjectTags: not known: yes (allowed: false, true)" },
  { "[Relay]\nPeerCheck=gid\n", "2: [Relay] PeerCheck: not known: gid (allowed: none, uid)" },
  { "[Relay]\r\nHeaderMayLower=1\r\n", "2: [Relay] HeaderMayLower: not known: 1 (allowed: false, true)" },
  { "[Listener main]\nPort=70000\n",
    "2: [Listener main] Port: not a port number: 70000 (allowed: 1 to 65535)" },
  { "[Listener main]\nPort=0\n", "2: [Listener main] Port: not a port number: 0 (allowed: 1 to 65535)" },
  { "[Listener main]\nPort=-1\n", "2: [Listener main] Port: not a port number: -1 (allowed: 1 to 65535)" },
  { "[Listener main]\nPort=1587 # x\n", "2: [Listener main] Port: not a port number: 1587 # x (allowed: 1 to "
                                        "65535); a # comment needs a line of its own" },
  { "[Trust]\nCaFile=relative.pem\n", "2: [Trust] CaFile: not an absolute path: relative.pem" },
  { "[Trust]\nCaFile=/nonexistent/ca.pem\n",
    "2: [Trust] CaFile: no file that can be read: /nonexistent/ca.pem" },
  { "[Resolver]\nTrustAnchorFile=/\n", "2: [Resolver] TrustAnchorFile: no file that can be read: /" },
  { "[Listener main]\nAddress=0.0.0.0\n",
    "2: [Listener main] Address: not an address of this computer alone: 0.0.0.0 (allowed: 127.0.0.1, ::1)" },
  { "[Listener main]\nAddress=127.0.0.1;192.0.2.1\n",
    "2: [Listener main] Address: not an address of this computer alone: 192.0.2.1 (allowed: 127.0.0.1, "
    "::1)" },
  { "[Listener main]\nAddress=::\n",
    "2: [Listener main] Address: not an address of this computer alone: :: (allowed: 127.0.0.1, ::1)" },
  { "[Listener main]\nAddress=::ffff:127.0.0.1\n",
    "2: [Listener main] Address: not an address of this computer alone: ::ffff:127.0.0.1 (allowed: "
    "127.0.0.1, ::1)" },
  { "[Listener main]\nAddress=localhost\n",
    "2: [Listener main] Address: not an IP address: localhost (allowed: 127.0.0.1, ::1)" },
  { "[Listener main]\nAddress=;\n", "2: [Listener main] Address: an empty list: ;" },
  { "[Listener main]\nAddress=127.0.0.1;127.0.0.1\n",
    "2: [Listener main] Address: 127.0.0.1 is there twice" },
  { "[Listener main]\n[Listener other]\nAddress=127.0.0.1\n",
    "2: [Listener other] Port: 1587 at 127.0.0.1 is taken by [Listener main]" },
  { "[Listener main]\nPort=2525\n[Listener other]\nAddress=0:0::1\nPort=2525\n",
    "5: [Listener other] Port: 2525 at ::1 is taken by [Listener main]" },
  { "[Listener main]\nSecurity=ssl\n",
    "2: [Listener main] Security: not known: ssl (allowed: none, starttls, tls)" },
  { "[Listener main]\nAccount=home\n", "2: [Listener main] Account: there is no [Account home]" },
  { "[Listener main]\nFloor=true\n",
    "2: [Listener main] Floor: makes Requirement a minimum, and there is none" },
  { "[Listener main]\nAuthentication=pass-through\n",
    "2: [Listener main] Authentication: pass-through needs Security=tls or starttls, or "
    "PlainPassThrough=true" },
  { "[Relay]\nPeerCheck=none\n[Listener main]\nAuthentication=none\n",
    "4: [Listener main] Authentication: none with [Relay] PeerCheck=none would serve every user of this "
    "computer: use password or PeerCheck=uid" },
  { "[Listener]\nPort=1\n", "1: [Listener]: write it as [Listener NAME], the name at most 64 long" },
  { "[Account  two]\n", "1: [Account  two]: write it as [Account NAME], the name at most 64 long" },
  { "[Account work]\nAddresses=me@example.org\nAuthentication=none\n",
    "1: [Account work]: Host is missing: not used" },
  { "[Account work]\nHost=smtp.example.org\nAuthentication=none\n",
    "1: [Account work]: Addresses is missing: not used" },
  { "[Account work]\nAddresses=me\n",
    "2: [Account work] Addresses: not a sender: me (allowed: me@example.org, *@example.org, *)\n"
    "postern.conf:1: [Account work]: Host is missing: not used" },
  { ACCOUNT "Addresses=*@-x-\n", "5: [Account work] Addresses: is there twice, first in line 2\n"
                                 "postern.conf:5: [Account work] Addresses: not a sender: *@-x- (allowed: "
                                 "me@example.org, *@example.org, *)" },
  { "[Account work]\nAddresses=*\nHost=smtp example\nAuthentication=none\n",
    "3: [Account work] Host: not a host name: smtp example" },
  { "[Account work]\nAddresses=*\nAuthentication=none\nHost=smtp.example.org # work\n",
    "4: [Account work] Host: not a host name: smtp.example.org # work; a # comment needs a line of its own" },
  { ACCOUNT "User=me # x\n",
    "5: [Account work] User: not taken: me # x; a # comment needs a line of its own" },
  { ACCOUNT "User=a\\nb\n", "5: [Account work] User: has a control character" },
  { ACCOUNT "User=a\\b\n",
    "5: [Account work] User: a backslash that stands for nothing: write \\\\ for one" },
  { ACCOUNT "Security=none\n", "5: [Account work] Security: none is for a server on this computer alone "
                               "(127.0.0.1, ::1, localhost): use tls or starttls" },
  { ACCOUNT "Route=direct\n", "5: [Account work] Route: direct is not supported yet: use provider" },
  { ACCOUNT "Route=auto\n", "5: [Account work] Route: auto is not supported yet: use provider" },
  { ACCOUNT "Route=mx\n", "5: [Account work] Route: not known: mx (allowed: provider, direct, auto)" },
  { ACCOUNT "Honours=dane;tls\n",
    "5: [Account work] Honours: not known: tls (allowed: dane, mta-sts, none)" },
  { ACCOUNT "Honours=none;dane\n", "5: [Account work] Honours: none goes with nothing else: none;dane" },
  { ACCOUNT "Requirement=no\n", "5: [Account work] Requirement: not a requirement: no (allowed: required, "
                                "verified, encrypted, usual, anyway)" },
  { "[Account work]\nAddresses=*\nHost=127.0.0.1\nPort=1587\nAuthentication=none\n",
    "3: [Account work] Host: 127.0.0.1 port 1587 is Postern's own [Listener main]: it refuses itself as "
    "Host" },
  { "[Account work]\nAddresses=*\nHost=localhost\nPort=1587\nAuthentication=none\n",
    "3: [Account work] Host: localhost port 1587 is Postern's own [Listener main]: it refuses itself as "
    "Host" },
  { "[Listener main]\nAddress=::1\n[Account work]\nAddresses=*\nHost=0::1\nPort=1587\nAuthentication=none\n",
    "5: [Account work] Host: ::1 port 1587 is Postern's own [Listener main]: it refuses itself as Host" },
  { ACCOUNT "[Account home]\nAddresses=*;ME@example.org\nHost=smtp.example.net\nAuthentication=none\n",
    "6: [Account home] Addresses: me@example.org is served by [Account work] already" },
  { "[Account work]\nAddresses=*;*\nHost=smtp.example.org\nAuthentication=none\n",
    "2: [Account work] Addresses: * is served by [Account work] twice" },
  { "[Account work]\nAddresses=*\nHost=smtp.example.org\n",
    "1: [Account work] Authentication: plain cannot be used yet: this version has no secret store; use "
    "pass-through or none" },
  { "[Rule bank]\nRecipients=bank.example\n", "1: [Rule bank]: Requirement is missing: not used" },
  { "[Rule bank]\nRequirement=verified\n", "1: [Rule bank]: Recipients is missing: not used" },
  { "[Probe]\nPolicyPort=0\n", "2: [Probe] PolicyPort: not a port number: 0 (allowed: 1 to 65535)" },
  { "[Probe]\nTimeoutSeconds=0\n", "2: [Probe] TimeoutSeconds: out of range: 0 (allowed: 1 to 120)" },
  { "[Probe]\nTimeoutSeconds=121\n", "2: [Probe] TimeoutSeconds: out of range: 121 (allowed: 1 to 120)" },
  { "[Probe]\nTimeoutSeconds=20s\n", "2: [Probe] TimeoutSeconds: not a number: 20s (allowed: 1 to 120)" },
  { "[History]\nDays=-1\n", "2: [History] Days: not a number: -1 (allowed: 0 to 36500)" },
  { "[Direct]\nHeloName=a..b\n", "2: [Direct] HeloName: not a host name: a..b" },
  { "[Resolver]\nServers=ns.example.org\n",
    "2: [Resolver] Servers: not a name server: ns.example.org (allowed: 192.0.2.1, 192.0.2.1@5353)" },
  { "[Resolver]\nServers=192.0.2.1@99999\n",
    "2: [Resolver] Servers: not a name server: 192.0.2.1@99999 (allowed: 192.0.2.1, 192.0.2.1@5353)" },
  { "Port=1587\n", "1: a key before the first [group]" },
  { "[Relay]\nSubjectTags\n", "2: neither a [group], a key=value nor a # comment" },
  { "[Relay\n", "1: neither a [group], a key=value nor a # comment" },
  { "[Relay] # x\n", "1: neither a [group], a key=value nor a # comment" },
  { "[Relay]\nRequirement=usual\n\xff\n", "3: not UTF-8" },
  /* Warnings, fatal in a strict reading. */
  { "[Relay]\nPorto=1\n", "2: [Relay] Porto: no such key" },
  { "[Relay]\nonrefusal=refuse\n", "2: [Relay] onrefusal: no such key: write OnRefusal" },
  { "[Relais]\n", "1: [Relais]: no such group" },
  { "[Relay]\nSubjectTags=true\nSubjectTags=false\n",
    "3: [Relay] SubjectTags: is there twice, first in line 2" },
  { "[Relay]\n[Probe]\n[Relay]\n", "3: [Relay]: is there twice, first in line 1" },
  { "[Locked]\nKeys=Relay/OnRefusal\n", "1: [Locked]: counts in the administrator's file alone" },
};

static void
test_broken(void)
{
  for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autofree char *told = NULL, *expected = g_strconcat("postern.conf:", broken[i].told, NULL);
    g_autoptr(PstConfiguration) configuration = pst_test_interpret(broken[i].file, NULL, TRUE, &told);
    g_assert_cmpstr(told, ==, expected);
    g_assert_null(configuration);
  }
}

static void
test_warnings(void)
{
  static const struct {
    const char *file, *told;
  } rows[] = {
    { "[Relay]\nPorto=1\n", "2: [Relay] Porto: no such key" },
    { "[Relais]\n", "1: [Relais]: no such group" },
    { "[History]\nDays=1\nDays=2\n", "3: [History] Days: is there twice, first in line 2" },
    { "[Account work]\nHost=smtp.example.org\n", "1: [Account work]: Addresses is missing: not used" },
    { "[Rule bank]\nRequirement=verified\n", "1: [Rule bank]: Recipients is missing: not used" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *told = NULL, *expected = g_strconcat("warning: postern.conf:", rows[i].told, NULL);
    g_autoptr(PstConfiguration) configuration = pst_test_interpret(rows[i].file, NULL, FALSE, &told);
    g_assert_cmpstr(told, ==, expected);
    g_assert_nonnull(configuration);
    g_assert_cmpuint(configuration->accounts->len, ==, 0);
  }
}

static void
test_authentication_pairs(void)
{
  static const char *const listeners[] = { "password", "pass-through", "none" };
  static const char *const accounts[] = { "pass-through", "none", "plain", "login", "scram", "xoauth2" };
  static const char *const good[] = { "none", "pass-through", "none" };
  for (guint i = 0; i < G_N_ELEMENTS(listeners); i++)
    for (guint k = 0; k < G_N_ELEMENTS(accounts); k++) {
      g_autofree char *told = NULL, *file = NULL;
      file = g_strdup_printf("[Listener main]\nSecurity=tls\nAuthentication=%s\n[Account work]\nAddresses=*\n"
                             "Host=smtp.example.org\nAuthentication=%s\n",
                             listeners[i], accounts[k]);
      g_autoptr(PstConfiguration) configuration = pst_test_interpret(file, NULL, FALSE, &told);
      g_autofree char *pair =
          g_strdup_printf("postern.conf:3: [Listener main] Authentication: %s does not go with [Account "
                          "work] Authentication=%s: ",
                          listeners[i], accounts[k]);
      gboolean stored_with_password = i == 0 && k >= 2;
      gboolean is_good = g_str_equal(good[i], accounts[k]);
      g_assert_cmpint(configuration != NULL, ==, is_good);
      g_assert_cmpint(strstr(told, pair) == NULL, ==, is_good || stored_with_password);
      g_assert_cmpint(strstr(told, "cannot be used yet") != NULL, ==, k >= 2);
    }
}

static void
test_administrator(void)
{
  static const struct {
    const char *user, *system, *told;
    guint days;
  } rows[] = {
    { NULL, "[History]\nDays=7\n", "", 7 },
    { "[History]\nDays=30\n", "[History]\nDays=7\n", "", 30 },
    { "[History]\nDays=30\n", "[Locked]\nKeys=History/Days\n[History]\nDays=7\n",
      "warning: postern.conf:2: [History] Days: locked by the administrator: this value is ignored", 7 },
    { "[History]\nDays=30\n", "[Locked]\nKeys=History/Days;\n",
      "warning: postern.conf:2: [History] Days: locked by the administrator: this value is ignored", 365 },
    { "[History]\nDays=\n", "[History]\nDays=7\n", "", 365 },
    { "[History]\nDays=30\n", "[Locked]\nKeys=Days\n",
      "system.conf:2: [Locked] Keys: not a Group/Key that there is: Days", 0 },
    { "[History]\nDays=30\n", "[Locked]\nKeys=History/Dayz\n",
      "system.conf:2: [Locked] Keys: not a Group/Key that there is: History/Dayz", 0 },
    { NULL, "[History]\nDays=x\n", "system.conf:2: [History] Days: not a number: x (allowed: 0 to 36500)",
      0 },
    { "[History]\nSubjects=true\n", "[History\n",
      "system.conf:1: neither a [group], a key=value nor a # comment", 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *told = NULL;
    g_autoptr(PstConfiguration) configuration =
        pst_test_interpret(rows[i].user, rows[i].system, FALSE, &told);
    g_assert_cmpstr(told, ==, rows[i].told);
    g_assert_cmpuint(configuration != NULL ? configuration->history_days : 0, ==, rows[i].days);
  }
}

/* A file of nothing but mistakes is told about in bounds, and is fatal whatever was left out. */
static void
test_many_problems(void)
{
  GString *file = g_string_new("[Relay]\n");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf(file, "Key%u=1\n", i);
  g_string_append(file, "Requirement=secure\n");
  g_autofree char *text = g_string_free(file, FALSE), *told = NULL;
  g_autoptr(PstConfiguration) configuration = pst_test_interpret(text, NULL, FALSE, &told);
  g_assert_null(configuration);
  g_assert_nonnull(strstr(told, "not a requirement: secure"));
  g_assert_cmpuint(strlen(told), <, 20000);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/configuration-problems/broken", test_broken);
  g_test_add_func("/configuration-problems/warnings", test_warnings);
  g_test_add_func("/configuration-problems/authentication-pairs", test_authentication_pairs);
  g_test_add_func("/configuration-problems/administrator", test_administrator);
  g_test_add_func("/configuration-problems/many", test_many_problems);
  return g_test_run();
}
