/* Keys: every group and key that postern.conf may have, with its type and its place in the snapshot.
 *
 * Groups that there may be several of are written "[Listener NAME]"; the table has "Listener". A value that
 * is none gives a problem that quotes it and says what is allowed. */
#pragma once
#include "relay/store/configuration.h"

G_BEGIN_DECLS

typedef struct PstConfigKey PstConfigKey;

/* Sets the field of @key in @target, or returns FALSE with @problem (caller frees). */
typedef gboolean (*PstConfigRead)(const PstConfigKey *key, gpointer target, const char *value,
                                  char **problem);
/* The field as the file would have it; caller frees. */
typedef char *(*PstConfigWrite)(const PstConfigKey *key, gconstpointer target);

typedef struct {
  PstConfigRead read;
  PstConfigWrite write;
} PstConfigType;

struct PstConfigKey {
  const char *group;
  const char *key;
  const PstConfigType *type;
  gsize offset; /* of the field in the group's structure */
  const char *const *choices;
  guint min, max;
};

extern const PstConfigType pst_config_boolean;           /* gboolean */
extern const PstConfigType pst_config_number;            /* guint, from min to max */
extern const PstConfigType pst_config_port;              /* guint16 */
extern const PstConfigType pst_config_choice;            /* guint, index into choices */
extern const PstConfigType pst_config_requirement;       /* PstRequirement */
extern const PstConfigType pst_config_maybe_requirement; /* PstMaybeRequirement */
extern const PstConfigType pst_config_text;              /* char * */
extern const PstConfigType pst_config_name;              /* char *, one of choices */
extern const PstConfigType pst_config_host;              /* char *, A-labels or an IP address */
extern const PstConfigType pst_config_domain;            /* char *, A-labels */
extern const PstConfigType pst_config_file;              /* char *, an absolute path that can be read */
extern const PstConfigType pst_config_list;              /* GStrv, any text */
extern const PstConfigType pst_config_loopback_list;     /* GStrv, loopback addresses */
extern const PstConfigType pst_config_sender_list;       /* GStrv, "*", "*@domain" or the key of a mailbox */
extern const PstConfigType pst_config_server_list;       /* GStrv, "address" or "address@port" */
extern const PstConfigType pst_config_honours;           /* PstAccountConfig.has_honours and .honours */

/* "dane;mta-sts", "none": PstPolicyKind flags; @said is FALSE when there is nothing in it. FALSE with
 * @problem (caller frees) for any other word. */
gboolean pst_config_honours_parse(const char *value, gboolean *said, guint *honours, char **problem);

/* @address: as one of these types keeps it. */
gboolean pst_config_is_loopback(const char *address);

/* The table, ended by a key without group. */
const PstConfigKey *pst_config_keys(void);
const PstConfigKey *pst_config_key_find(const char *kind, const char *key);
/* The table's key that differs from @key in case alone, or NULL. */
const PstConfigKey *pst_config_key_find_similar(const char *kind, const char *key);

/* "Listener" and "main" of "Listener main", "Relay" and NULL of "Relay"; FALSE when there is no such group.
 * @kind is static, @name points into @group. */
gboolean pst_config_group_parse(const char *group, const char **kind, const char **name);

G_END_DECLS
