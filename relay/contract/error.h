/* The one error domain of the programs, also across the bus (org.postern.Relay.Error.*).
 *
 * A GError means "could not do or find out". A refusal is never an error: it is a value with a sentence. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define PST_ERROR (pst_error_quark())
GQuark pst_error_quark(void);

typedef enum {
  PST_ERROR_FAILED,
  PST_ERROR_INVALID_ARGUMENT, /* names the argument */
  PST_ERROR_NOT_FOUND,        /* no such message, account, domain */
  PST_ERROR_NOT_SUPPORTED,    /* this relay cannot do that yet */
  PST_ERROR_NOT_ALLOWED,      /* locked by the administrator, or not in this state */
  PST_ERROR_BUSY,             /* a ceiling was reached: try again */
  PST_ERROR_TIMED_OUT,
  PST_ERROR_NOT_REACHABLE, /* the relay, a server */
  PST_ERROR_TLS,
  PST_ERROR_CLOSED,
} PstErrorCode;

/* "not-supported" and so on: the "code" of {"error":{"code","text"}}. */
const char *pst_error_code_nick(PstErrorCode code);

/* "org.postern.Relay.Error.NotSupported" and so on. */
const char *pst_error_bus_name(PstErrorCode code);
gboolean pst_error_parse_bus_name(const char *name, PstErrorCode *code);

G_END_DECLS
