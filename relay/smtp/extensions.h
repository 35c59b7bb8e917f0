/* The ESMTP extensions a server announced in its answer to EHLO (RFC 5321 section 4.1.1.1). A plain value. */
#pragma once
#include "relay/smtp/reply.h"

G_BEGIN_DECLS

typedef enum {
  PST_EXT_PIPELINING = 1 << 0,
  PST_EXT_SIZE = 1 << 1,
  PST_EXT_8BITMIME = 1 << 2,
  PST_EXT_SMTPUTF8 = 1 << 3,
  PST_EXT_ENHANCEDSTATUSCODES = 1 << 4,
  PST_EXT_DSN = 1 << 5,
  PST_EXT_STARTTLS = 1 << 6,
  PST_EXT_CHUNKING = 1 << 7,
  PST_EXT_REQUIRETLS = 1 << 8,
  PST_EXT_AUTH = 1 << 9,
} PstExtension;

typedef enum {
  PST_AUTH_PLAIN = 1 << 0,
  PST_AUTH_LOGIN = 1 << 1,
} PstAuthMechanism;

typedef struct {
  guint flags;        /* of PstExtension */
  guint mechanisms;   /* of PstAuthMechanism */
  guint64 size_limit; /* octets; 0: none said */
} PstExtensions;

/* Reads the lines of a 250 answer to EHLO (the first is the greeting). "AUTH=LOGIN" of old servers counts. A
 * keyword that must have no parameters and has some (RFC 8689: REQUIRETLS) does not count. */
void pst_extensions_parse(PstExtensions *extensions, const PstReply *ehlo_reply);

G_END_DECLS
