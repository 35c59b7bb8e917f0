/* History count: how many messages match. */
#pragma once
#include "relay/store/history.h"

guint history_count(PstDatabase *database, const PstHistoryFilter *filter);
