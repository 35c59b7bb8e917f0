/* Bus call: one method call on its way to its handler. Handlers end it with exactly one of the return
 * functions. */
#pragma once
#include "relay/service/bus.h"

G_BEGIN_DECLS

typedef struct {
  PstBus *bus;
  const PstBusContext *context;
  GVariant *arguments;
  GDBusMethodInvocation *invocation;
} PstBusCall;

typedef void (*PstBusHandler)(PstBusCall *call);

/* @result: a floating tuple, or NULL for nothing. */
void pst_bus_return(PstBusCall *call, GVariant *result);
/* As org.postern.Relay.Error.*. */
void pst_bus_return_error(PstBusCall *call, const GError *error);
void pst_bus_return_code(PstBusCall *call, PstErrorCode code, const char *text);

/* NULL when nothing of that kind handles @method. Controls run on the main context, queries of the database
 * in the reader thread. */
PstBusHandler pst_bus_find_control(const char *method);
PstBusHandler pst_bus_find_query(const char *method);
/* Inquiries take seconds: each runs in a thread of the inquiry pool. */
PstBusHandler pst_bus_find_inquiry(const char *method);

/* One domain of the Check with @cookie, to its caller alone. */
void pst_bus_tell_progress(PstBusCall *call, guint cookie, GVariant *facts);

G_END_DECLS
