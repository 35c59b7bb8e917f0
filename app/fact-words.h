/* Facts of a dictionary as words, in the user's language; what is not known is an empty string or a dash,
 * never a guess. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* The text of @key, or NULL. Valid as long as @facts. */
const char *pst_fact_text(GVariant *facts, const char *key);
gboolean pst_fact_is_true(GVariant *facts, const char *key);
guint64 pst_fact_number(GVariant *facts, const char *key);
/* The dictionaries of @key, of which there may be none. Caller unrefs. */
GVariant *pst_fact_list(GVariant *facts, const char *key);

/* Translated words of the nick of @key; "" where it is absent, the nick itself where it is not known here. */
const char *pst_fact_requirement(GVariant *facts, const char *key);
const char *pst_fact_state(GVariant *facts);
const char *pst_fact_outlook(GVariant *facts);
const char *pst_fact_assurance(GVariant *facts);
/* Where a requirement came from. */
const char *pst_fact_source(GVariant *facts);

/* The reason in the user's language, else as the relay wrote it; NULL when there is none. Caller frees. */
char *pst_fact_reason(GVariant *facts);

/* "2025-03-14 10:24", in the local time zone; the text itself where it is no time. Caller frees. */
char *pst_fact_time(GVariant *facts, const char *key);

G_END_DECLS
