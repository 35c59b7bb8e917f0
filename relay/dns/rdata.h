/* Rdata: records in wire form turned into values (RFC 1035 section 3.3, RFC 3596).
 *
 * Everything is bounded by the record's own length. What is not exactly of its form is refused: nothing
 * missing, nothing behind it, no compression pointers (a resolver hands out expanded names). No I/O. */
#pragma once
#include "relay/dns/address.h"
#include "relay/dns/dns-answer.h"

G_BEGIN_DECLS

/* Reads an uncompressed name that fills @data to the end. Presentation form, lower case, no final dot ("" is
 * the root); octets that are no letter, digit, '-', '_' or '*' are escaped as \DDD, so that no label can
 * pretend to be two. */
char *pst_rdata_read_name(const guint8 *data, gsize length);

/* @exchange: caller frees. */
gboolean pst_rdata_read_mx(GBytes *rdata, guint *preference, char **exchange);

/* @type PST_DNS_A or PST_DNS_AAAA. */
gboolean pst_rdata_read_address(GBytes *rdata, PstDnsType type, PstAddress *address);

/* The character strings joined without anything between them (RFC 8461 section 3.1); NULL when they do not
 * fit. */
GBytes *pst_rdata_read_text(GBytes *rdata);

G_END_DECLS
