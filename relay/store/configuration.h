/* Configuration: postern.conf over /etc/xdg, read into an immutable, counted snapshot (DESIGN 4).
 *
 * Every problem has a file, a line and a key. An error means the file cannot be used (the last good snapshot
 * stays in force); a warning is told and survived: unknown and duplicate keys at run time. */
#pragma once
#include "relay/contract/error.h"
#include "relay/contract/requirement.h"
#include "relay/contract/state.h"
#include "relay/policy/choice.h"
#include "relay/policy/rules.h"

G_BEGIN_DECLS

typedef enum {
  PST_SECURITY_NONE,
  PST_SECURITY_STARTTLS,
  PST_SECURITY_TLS,
} PstSecurity;

const char *pst_security_nick(PstSecurity security);
gboolean pst_security_parse(const char *nick, PstSecurity *security);

typedef enum {
  PST_LISTENER_AUTH_PASSWORD,
  PST_LISTENER_AUTH_PASS_THROUGH,
  PST_LISTENER_AUTH_NONE,
} PstListenerAuth;

const char *pst_listener_auth_nick(PstListenerAuth authentication);

typedef enum {
  PST_ACCOUNT_AUTH_PASS_THROUGH,
  PST_ACCOUNT_AUTH_NONE,
  PST_ACCOUNT_AUTH_PLAIN,
  PST_ACCOUNT_AUTH_LOGIN,
  PST_ACCOUNT_AUTH_SCRAM,
  PST_ACCOUNT_AUTH_XOAUTH2,
} PstAccountAuth;

const char *pst_account_auth_nick(PstAccountAuth authentication);

typedef struct {
  char *name;
  GStrv addresses; /* loopback literals, at least one */
  guint16 port;
  PstSecurity security;
  PstListenerAuth authentication;
  char *account; /* or NULL */
  PstMaybeRequirement requirement;
  gboolean floor;
  gboolean offer_login;
  gboolean plain_pass_through;
} PstListenerConfig;

typedef struct {
  char *name;
  GStrv addresses; /* patterns: address, *@domain, * */
  char *host;
  guint16 port;
  PstSecurity security;
  PstAccountAuth authentication;
  char *user;              /* or NULL */
  gboolean has_honours;    /* the configuration says which */
  gboolean honours_listed; /* it does not, but the list of providers does */
  guint honours;           /* PstPolicyKind flags; 0 also when nothing says which */
  char *route;             /* "provider", "direct", "auto" */
  PstMaybeRequirement requirement;
} PstAccountConfig;

typedef struct {
  char *name;
  GStrv recipients;
  PstMaybeRequirement requirement;
  gboolean floor;
} PstRuleConfig;

typedef struct {
  PstRequirement mode;
  gboolean hold;
  gboolean subject_tags;
  gboolean peer_check_uid;
  gboolean header_may_lower;
  GPtrArray *listeners;    /* of PstListenerConfig, at least one */
  GPtrArray *accounts;     /* of PstAccountConfig */
  GPtrArray *rule_configs; /* of PstRuleConfig: what rules was built from */
  PstRules *rules;
  gboolean probe_enabled, probe_for_usual, probe_private_addresses;
  guint16 probe_port, policy_port;
  guint probe_timeout; /* seconds */
  GStrv resolver_servers;
  char *trust_anchor_file; /* or NULL */
  char *ca_file;           /* or NULL */
  guint16 direct_port;
  char *helo_name;    /* or NULL */
  guint history_days; /* 0: keep */
  gboolean history_subjects, history_notify_details;
} PstConfiguration;

typedef struct {
  char *file;
  guint line;        /* from 1; 0: the file as a whole */
  char *group, *key; /* or NULL */
  char *text;        /* English */
  gboolean fatal;
} PstConfigProblem;

/* Reads @path (NULL: only defaults and the administrator's file) over @system_path (may be missing). Problems
 * are added to
 * @problems (of PstConfigProblem, owned by it). @strict: unknown and duplicate keys and unfinished accounts
 * are fatal
 * (--check-config); else an account without Host or Addresses is left out, so that Set can fill it key by
 * key. NULL when a problem is fatal. A missing file is no problem: defaults. */
PstConfiguration *pst_configuration_load(const char *path, const char *system_path, gboolean strict,
                                         GPtrArray *problems);
PstConfiguration *pst_configuration_ref(PstConfiguration *configuration);
void pst_configuration_unref(PstConfiguration *configuration);

GPtrArray *pst_config_problems_new(void);
/* "postern.conf:12: [Account work] Port: not a port number: 70000". Caller frees. */
char *pst_config_problem_to_text(const PstConfigProblem *problem);

/* The account by name; the one whose patterns match @sender best (the null path: the only account there is);
 * the one whose User or one of whose full Addresses is @login, when there is no other; or NULL. The null path
 * is served by all. */
const PstAccountConfig *pst_configuration_account(const PstConfiguration *configuration, const char *name);
const PstAccountConfig *pst_configuration_account_for_sender(const PstConfiguration *configuration,
                                                             const PstMailbox *sender);
const PstAccountConfig *pst_configuration_account_for_login(const PstConfiguration *configuration,
                                                            const char *login);
gboolean pst_account_serves(const PstAccountConfig *account, const PstMailbox *sender);

/* Group to key to value, a{sa{ss}}, as in force with defaults filled in. Floating. */
GVariant *pst_configuration_to_variant(const PstConfiguration *configuration);

/* Writes one key: atomic, comments, order and symlinks kept, mode kept (0600 when new). An empty @value
 * removes the key. NOT_ALLOWED when [Locked] has it, INVALID_ARGUMENT with the reason when the result could
 * not be loaded. */
gboolean pst_configuration_set(const char *path, const char *system_path, const char *group, const char *key,
                               const char *value, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstConfiguration, pst_configuration_unref)

G_END_DECLS
