/* SASL server: the listener's side of AUTH PLAIN (RFC 4616) and AUTH LOGIN, without judging what was given.
 *
 * Challenges and responses are the base64 of RFC 4954. A response that is no strict base64, holds a NUL where
 * none may be, no user, no password, or more than the ceilings allow is BAD. What was decoded is wiped. Not
 * thread-safe. */
#pragma once
#include "relay/base/secret.h"
#include "relay/smtp/extensions.h"

G_BEGIN_DECLS

#define PST_SASL_USER_MAX     320  /* octets */
#define PST_SASL_PASSWORD_MAX 8192 /* octets; tokens are long */

typedef struct {
  PstAuthMechanism mechanism;
  char *authzid; /* "" when not given */
  char *user;
  PstSecret *password;
} PstCredentials;

void pst_credentials_free(PstCredentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstCredentials, pst_credentials_free)

typedef struct PstSaslServer PstSaslServer;

typedef enum {
  PST_SASL_CHALLENGE, /* say pst_sasl_server_get_challenge() and wait for a response */
  PST_SASL_DONE,      /* fetch the credentials */
  PST_SASL_CANCELLED, /* the client said "*" */
  PST_SASL_BAD,
} PstSaslStatus;

PstSaslServer *pst_sasl_server_new(PstAuthMechanism mechanism);
void pst_sasl_server_free(PstSaslServer *server);

/* What to say first, without or with a response on the command line ("=": an empty one). */
PstSaslStatus pst_sasl_server_begin(PstSaslServer *server, const char *response, gsize length);
PstSaslStatus pst_sasl_server_step(PstSaslServer *server, const char *response, gsize length);
/* In base64; "" for PLAIN. */
const char *pst_sasl_server_get_challenge(const PstSaslServer *server);
/* After DONE; caller frees. */
PstCredentials *pst_sasl_server_take_credentials(PstSaslServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstSaslServer, pst_sasl_server_free)

G_END_DECLS
