/* Position index: for a filter, the id at every 256th position and the number of all, so that a list that
 * scrolls finds any position in a short walk.
 *
 * Ranks count from the oldest match, 0 upward: a new message takes the next one and moves no other. What
 * changed is forgotten from the lowest changed id upward and counted again when asked for. Not thread-safe.
 */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define PST_POSITION_STRIDE 256

typedef struct {
  GArray *marks; /* gint64: the id of rank 0, 256, 512 … */
  gint64 total;
  gboolean complete; /* all matches are counted */
} PstPositionIndex;

typedef struct PstPositionCache PstPositionCache;

PstPositionCache *pst_position_cache_new(void);
void pst_position_cache_free(PstPositionCache *cache);

/* The index of the filter that @key stands for; a new one takes the place of the one longest unused. */
PstPositionIndex *pst_position_cache_get(PstPositionCache *cache, const char *key);
/* Messages with @id and above may have come, gone or changed. G_MAXINT64: nothing did. */
void pst_position_cache_forget_from(PstPositionCache *cache, gint64 id);

/* Counting goes on from rank @total, the first match with an id of at least the returned one. */
gint64 pst_position_index_resume(PstPositionIndex *index);
/* The next match. */
void pst_position_index_add(PstPositionIndex *index, gint64 id);
/* Where to look for @rank: an id to start from, and how many matches to skip. */
gint64 pst_position_index_find(const PstPositionIndex *index, gint64 rank, gint64 *skip);

G_END_DECLS
