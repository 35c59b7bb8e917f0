/* State folder: where the relay keeps what outlives it, mode 0700, for one relay at a time.
 *
 * A lock on the file `lock` is held from opening to closing; it goes with the process, however that ends. */
#pragma once
#include "relay/contract/error.h"

G_BEGIN_DECLS

typedef struct PstStateFolder PstStateFolder;

/* Opens or makes @path, or $XDG_STATE_HOME/postern when it is NULL. BUSY: another relay uses it. Errors name
 * the path. */
PstStateFolder *pst_state_folder_open(const char *path, GError **error);
void pst_state_folder_close(PstStateFolder *folder);

/* Absolute. */
const char *pst_state_folder_get_path(const PstStateFolder *folder);
/* The path of @name inside; caller frees. */
char *pst_state_folder_build_path(const PstStateFolder *folder, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstStateFolder, pst_state_folder_close)

G_END_DECLS
