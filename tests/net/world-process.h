/* World process: the test world of tests/support/world run as a child, and what it says about itself. */
#pragma once
#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct WorldProcess WorldProcess;

/* Starts it and waits until it is ready. */
WorldProcess *world_process_start(void);
void world_process_stop(WorldProcess *world);

/* "ip@port" of one of its DNS servers ("recursor", "stripping", …). */
const char *world_process_get_dns(WorldProcess *world, const char *view);
guint16 world_process_get_mx_port(WorldProcess *world);
/* world.json: among others "phases", what every domain must get. */
JsonObject *world_process_get_facts(WorldProcess *world);
/* A file in its folder, e.g. "root.key". Caller frees. */
char *world_process_get_file(WorldProcess *world, const char *name);

G_END_DECLS
