/* A table for terminals: columns as wide as their widest cell, by what a character takes on the screen.
 *
 * Cells are plain text; control characters in them, which could drive a terminal, are shown as blanks. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct PstTextTable PstTextTable;

/* @indent: blanks in front of each row. */
PstTextTable *pst_text_table_new(guint indent);
void pst_text_table_free(PstTextTable *table);

/* Cells of one row, ended by a NULL after the last; "" for an empty one. */
void pst_text_table_add(PstTextTable *table, const char *cell, ...) G_GNUC_NULL_TERMINATED;

/* Lines, each with a line feed and without blanks at its end. Caller frees. */
char *pst_text_table_to_text(const PstTextTable *table);

/* @text as one line for a terminal, at most @columns wide ("…" at the end where it was longer). Caller frees.
 */
char *pst_text_fit(const char *text, guint columns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstTextTable, pst_text_table_free)

G_END_DECLS
