/* Scan: where the groups and keys of a key file stand, which GKeyFile does not tell.
 *
 * A scan follows GKeyFile's own idea of a line (leading blanks skipped, '#' comments, CRLF taken), knows no
 * values, and keeps what is given twice. Lines count from 1; offsets are octets into the scanned text. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PST_CONFIG_LINE_GROUP,
  PST_CONFIG_LINE_KEY,
  PST_CONFIG_LINE_BROKEN, /* neither a group, a key nor a comment */
  PST_CONFIG_LINE_ORPHAN, /* a key before the first group */
} PstConfigLineKind;

typedef struct {
  PstConfigLineKind kind;
  char *group; /* or NULL */
  char *key;   /* or NULL */
  guint line;
  guint first_line; /* where the same group or key stood before; 0: nowhere */
  gsize start, end; /* of the line, @end behind its line feed */
} PstConfigLine;

typedef struct PstConfigScan PstConfigScan;

PstConfigScan *pst_config_scan_new(const char *text, gsize length);
void pst_config_scan_free(PstConfigScan *scan);

/* All lines but blank ones and comments, in order. */
guint pst_config_scan_get_length(const PstConfigScan *scan);
const PstConfigLine *pst_config_scan_get(const PstConfigScan *scan, guint index);

/* The line that is in force: the last one of @key in @group, or with @key NULL the first of the group; or
 * NULL. */
const PstConfigLine *pst_config_scan_find(const PstConfigScan *scan, const char *group, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstConfigScan, pst_config_scan_free)

G_END_DECLS
