/* Records for the store's tests. */
#pragma once
#include "relay/delivery/record.h"

/* Every field set, two recipients, two hops. */
PstMessageRecord *record_sample_full(void);
/* One recipient `address`, `subject`, state `sending`. */
PstMessageRecord *record_sample_new(const char *address, const char *subject);
void record_sample_assert_equal(const PstMessageRecord *a, const PstMessageRecord *b);
