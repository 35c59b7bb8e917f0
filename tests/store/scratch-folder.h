/* Scratch folder: a folder of a test's own, removed with all that is in it. */
#pragma once
#include <glib.h>

char *scratch_folder_new(void);
void scratch_folder_remove(char *folder);
/* The octets of @name inside; NULL when there is none. */
GBytes *scratch_folder_read(const char *folder, const char *name);
void scratch_folder_assert_mode(const char *folder, const char *name, guint mode);
