/* Record facts: a message record as the dictionary that the bus and JSON carry (DESIGN 5).
 *
 * What is not known is absent. Servers' and clients' words are made valid UTF-8; nothing else about them is
 * changed. */
#pragma once
#include "relay/delivery/record.h"

G_BEGIN_DECLS

/* Floating aa{sv}: the hops alone. */
GVariant *pst_record_hops_to_facts(const PstMessageRecord *record);
/* Floating a{sv}; @hops: the facts of the hops, whatever the record has of them. */
GVariant *pst_record_to_facts(const PstMessageRecord *record, GVariant *hops);

G_END_DECLS
