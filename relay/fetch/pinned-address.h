/* Pinned address: a host name that connects to the addresses it was given and is never looked up.
 *
 * A socket address alone would be verified as such: a certificate must be for the name. The port of the name
 * stays 443 in what the site sees, wherever the addresses listen. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

#define PST_TYPE_PINNED_ADDRESS (pst_pinned_address_get_type())
G_DECLARE_FINAL_TYPE(PstPinnedAddress, pst_pinned_address, PST, PINNED_ADDRESS, GNetworkAddress)

/* @addresses: literals. NULL when one is none. */
PstPinnedAddress *pst_pinned_address_new(const char *host, char **addresses, guint16 port);

G_END_DECLS
