/* Source: what the configuration files say, before it means anything: the user's file over the
 * administrator's.
 *
 * Knows which file's value is in force ([Locked] of the administrator's file wins) and where it stands. A
 * file that is too large, no text, unreadable or has a broken line is a fatal problem; duplicate lines are
 * warnings, fatal when strict. */
#pragma once
#include "relay/store/configuration.h"

G_BEGIN_DECLS

#define PST_CONFIG_FILE_MAX (256 * 1024) /* octets */

typedef enum {
  PST_CONFIG_WARNING,
  PST_CONFIG_WARNING_UNLESS_STRICT, /* fatal when strict */
  PST_CONFIG_FATAL,
} PstConfigGravity;

typedef struct PstConfigSource PstConfigSource;

/* What a file holds: NULL without @problem when there is none at @path. @problem is owned by the caller. */
GBytes *pst_config_file_read(const char *path, char **problem);

/* @user and @system: contents, NULL for no file. @path and @system_path name them in problems. */
PstConfigSource *pst_config_source_new(const char *path, GBytes *user, const char *system_path,
                                       GBytes *system, gboolean strict, GPtrArray *problems);
void pst_config_source_free(PstConfigSource *source);

/* FALSE when a file is no key file at all: nothing but that can be told of it. */
gboolean pst_config_source_is_readable(const PstConfigSource *source);

/* TRUE once a fatal problem was told. */
gboolean pst_config_source_is_fatal(const PstConfigSource *source);

/* Groups and keys of both files, the administrator's first, each once and without [Locked]. Caller frees. */
GPtrArray *pst_config_source_get_groups(const PstConfigSource *source);
GPtrArray *pst_config_source_get_keys(const PstConfigSource *source, const char *group);

/* The value in force, without blanks at its ends; NULL when there is none, it is empty, or it cannot be read
 * (told). */
char *pst_config_source_get_value(PstConfigSource *source, const char *group, const char *key);

gboolean pst_config_source_has_value(const PstConfigSource *source, const char *group, const char *key);

gboolean pst_config_source_is_locked(const PstConfigSource *source, const char *group, const char *key);

/* Adds a problem at the place of @key (NULL: of @group; NULL: of the file) that is in force. */
void pst_config_source_tell(PstConfigSource *source, PstConfigGravity gravity, const char *group,
                            const char *key, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* A snapshot of defaults alone, without listeners. */
PstConfiguration *pst_configuration_new(void);
void pst_listener_config_free(gpointer listener);
void pst_account_config_free(gpointer account);
void pst_rule_config_free(gpointer rule);

/* What @source means, checked; NULL when a problem is fatal. */
PstConfiguration *pst_configuration_interpret(PstConfigSource *source);

/* What no key alone shows: keys and groups that do not go together. */
void pst_configuration_check(const PstConfiguration *configuration, PstConfigSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstConfigSource, pst_config_source_free)

G_END_DECLS
