/* Bus facts: the relay's state as the dictionaries of DESIGN 5; what is not known is absent. */
#pragma once
#include "relay/service/bus.h"

G_BEGIN_DECLS

/* RFC 3339 in UTC, of microseconds since 1970. Caller frees. */
char *pst_bus_time_to_text(gint64 time);

/* GetMode's answer, floating a{sv}. */
GVariant *pst_bus_mode_to_variant(const PstBusContext *context);
/* GetStatus's answer, floating a{sv}. */
GVariant *pst_bus_status_to_variant(const PstBusContext *context);
/* ClientSettings's answer, floating aa{sv}. */
GVariant *pst_bus_client_settings_to_variant(const PstBusContext *context);

G_END_DECLS
