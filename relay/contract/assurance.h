/* Assurance: why we believe a recipient's copy is protected, written at the moment of sending. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_ASSURANCE_PROMISED,            /* the next hop took it with REQUIRETLS */
  PST_ASSURANCE_DELIVERED,           /* handed to the recipient's own MX over verified TLS */
  PST_ASSURANCE_DELIVERED_ENCRYPTED, /* same, name unproven */
  PST_ASSURANCE_POLICY,   /* the recipient's policy demands verified TLS and the provider honours that kind */
  PST_ASSURANCE_OBSERVED, /* TLS seen by probe; nothing binds the provider */
  PST_ASSURANCE_NONE,
  PST_ASSURANCE_UNKNOWN,
} PstAssurance;

const char *pst_assurance_nick(PstAssurance value);
gboolean pst_assurance_parse(const char *nick, PstAssurance *value);

G_END_DECLS
