#include "tests/net/world-process.h"
#include <glib/gstdio.h>

struct WorldProcess {
  char *directory;
  GSubprocess *process;
  JsonParser *facts;
};

static void
wait_ready(WorldProcess *world)
{
  g_autoptr(GError) error = NULL;
  GInputStream *output = g_subprocess_get_stdout_pipe(world->process);
  char text[6] = "";
  gsize got = 0;
  g_input_stream_read_all(output, text, 5, &got, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(text, ==, "READY");
}

WorldProcess *
world_process_start(void)
{
  g_autoptr(GError) error = NULL;
  WorldProcess *world = g_new0(WorldProcess, 1);
  world->directory = g_dir_make_tmp("postern-world-XXXXXX", &error);
  g_assert_no_error(error);
  /* It ends with its input, also when the test dies. */
  world->process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                    "/usr/bin/python3", WORLD_SCRIPT, world->directory, "--until-eof", NULL);
  g_assert_no_error(error);
  wait_ready(world);
  g_autofree char *file = world_process_get_file(world, "world.json");
  world->facts = json_parser_new();
  json_parser_load_from_file(world->facts, file, &error);
  g_assert_no_error(error);
  return world;
}

static void
remove_directory(const char *path)
{
  GDir *directory = g_dir_open(path, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(directory)) != NULL) {
    g_autofree char *file = g_build_filename(path, name, NULL);
    g_unlink(file);
  }
  g_dir_close(directory);
  g_rmdir(path);
}

void
world_process_stop(WorldProcess *world)
{
  g_output_stream_close(g_subprocess_get_stdin_pipe(world->process), NULL, NULL);
  g_assert_true(g_subprocess_wait(world->process, NULL, NULL));
  remove_directory(world->directory);
  g_object_unref(world->facts);
  g_object_unref(world->process);
  g_free(world->directory);
  g_free(world);
}

JsonObject *
world_process_get_facts(WorldProcess *world)
{
  return json_node_get_object(json_parser_get_root(world->facts));
}

const char *
world_process_get_dns(WorldProcess *world, const char *view)
{
  return json_object_get_string_member(json_object_get_object_member(world_process_get_facts(world), "dns"),
                                       view);
}

guint16
world_process_get_mx_port(WorldProcess *world)
{
  return json_object_get_int_member(world_process_get_facts(world), "mx");
}

char *
world_process_get_file(WorldProcess *world, const char *name)
{
  return g_build_filename(world->directory, name, NULL);
}
