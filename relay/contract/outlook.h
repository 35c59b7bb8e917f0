/* Outlook: what is known of a recipient domain's receiving side; the weakest MX host counts. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_OUTLOOK_VERIFIED, /* every MX host covered by DANE or an STS enforce policy, and one usable host seen to
                           meet it */
  PST_OUTLOOK_POLICY,   /* as verified, but no host was probed */
  PST_OUTLOOK_CERTIFIED,  /* TLS with a PKIX-valid certificate seen at every host; names not authenticated */
  PST_OUTLOOK_ENCRYPTED,  /* TLS seen at every host; some certificate does not verify */
  PST_OUTLOOK_CLEARTEXT,  /* one host at least offered no encryption, and no policy forbids it */
  PST_OUTLOOK_FAILING,    /* a policy is published and no host meets it now */
  PST_OUTLOOK_UNROUTABLE, /* null MX, no such domain, no address */
  PST_OUTLOOK_UNKNOWN,    /* could not be found out; never shown as good, never as bad */
} PstOutlook;

const char *pst_outlook_nick(PstOutlook value);
gboolean pst_outlook_parse(const char *nick, PstOutlook *value);

/* Standing of a domain's DNS answers. */
typedef enum {
  PST_DNSSEC_SECURE,
  PST_DNSSEC_INSECURE,
  PST_DNSSEC_BOGUS,
  PST_DNSSEC_UNAVAILABLE,
} PstDnssec;

const char *pst_dnssec_nick(PstDnssec value);
gboolean pst_dnssec_parse(const char *nick, PstDnssec *value);

G_END_DECLS
