/* State of a recipient, and of a message as the gravest of its recipients. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_STATE_SENDING,
  PST_STATE_SENT,
  PST_STATE_REFUSED,   /* our decision */
  PST_STATE_REJECTED,  /* a server's 5xx */
  PST_STATE_FAILED,    /* temporary, nobody took it */
  PST_STATE_UNCERTAIN, /* the answer was lost after the end of data */
  PST_STATE_HELD,
  PST_STATE_DELAYED, /* a DSN said so */
  PST_STATE_BOUNCED, /* a DSN said so */
  PST_STATE_DISCARDED,
} PstState;

const char *pst_state_nick(PstState value);
gboolean pst_state_parse(const char *nick, PstState *value);

/* Route of a recipient's copy. */
typedef enum {
  PST_ROUTE_PROVIDER, /* the account's submission server */
  PST_ROUTE_DIRECT,   /* the recipient's MX hosts on port 25 */
} PstRoute;

const char *pst_route_nick(PstRoute value);
gboolean pst_route_parse(const char *nick, PstRoute *value);

G_END_DECLS
