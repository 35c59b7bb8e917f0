/* Private file: a small file of this user alone (0600), such as a local password or a key.
 *
 * A mode that lets others in is taken back when the file is read; a file of another user or one that is no
 * plain file is an error. Writing replaces the file as a whole and syncs it. Errors name the file. */
#pragma once
#include "relay/contract/error.h"

G_BEGIN_DECLS

#define PST_PRIVATE_FILE_MAX 4096 /* octets; a longer file is an error */

/* Opens @path for this user alone, making an empty one when there is none and @make. -1: an error, or,
 * without
 * @error, nothing there. */
int pst_private_file_open(const char *path, gboolean make, GError **error);
/* FALSE: an error. TRUE with @content NULL: there is none. */
gboolean pst_private_file_read(const char *path, GBytes **content, GError **error);
gboolean pst_private_file_write(const char *path, const void *data, gsize length, GError **error);

G_END_DECLS
