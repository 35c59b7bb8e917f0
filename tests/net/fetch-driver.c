/* Fetches policies as the relay does, for tests in Python: each line of the standard input is "DOMAIN PORT
 * ADDRESS[,ADDRESS] CA-FILE|- MILLISECONDS", all are fetched at once, and each gives a line "DOMAIN RESULT
 * SIZE DETAIL" in the order of the input. Arguments: the program. */
#include "relay/dns/address.h"
#include "relay/net/policy-fetcher.h"
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  PstPolicyFetcher *fetcher;
  char **words;
  PstPolicyFetch fetch;
} Task;

static GArray *
parse_addresses(const char *text)
{
  GArray *addresses = g_array_new(FALSE, FALSE, sizeof(PstAddress));
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(parts[i]);
    PstAddress address = { .is_ipv6 = g_inet_address_get_family(inet) == G_SOCKET_FAMILY_IPV6 };
    memcpy(address.octets, g_inet_address_to_bytes(inet), g_inet_address_get_native_size(inet));
    g_array_append_val(addresses, address);
  }
  return addresses;
}

static gpointer
fetch(gpointer data)
{
  Task *task = data;
  char **words = task->words;
  g_autoptr(GArray) addresses = parse_addresses(words[2]);
  const char *ca_file = g_str_equal(words[3], "-") ? NULL : words[3];
  gint64 deadline = g_get_monotonic_time() + g_ascii_strtoll(words[4], NULL, 10) * 1000;
  pst_policy_fetcher_fetch(task->fetcher, words[0], g_ascii_strtoull(words[1], NULL, 10), addresses, ca_file,
                           deadline, NULL, &task->fetch);
  return NULL;
}

static void
print(const Task *task)
{
  const PstPolicyFetch *came = &task->fetch;
  printf("%s %s %zu %s\n", task->words[0], came->body != NULL ? "ok" : pst_result_type_nick(came->result),
         came->body != NULL ? g_bytes_get_size(came->body) : 0, came->detail != NULL ? came->detail : "");
}

int
main(int argc, char **argv)
{
  char line[4096];
  g_autoptr(PstPolicyFetcher) fetcher = pst_policy_fetcher_new(argv[1]);
  g_autoptr(GPtrArray) tasks = g_ptr_array_new(), threads = g_ptr_array_new();
  while (fgets(line, sizeof line, stdin) != NULL) {
    Task *task = g_new0(Task, 1);
    task->fetcher = fetcher;
    task->words = g_strsplit(g_strchomp(line), " ", 5);
    g_ptr_array_add(tasks, task);
    g_ptr_array_add(threads, g_thread_new("fetch", fetch, task));
  }
  for (guint i = 0; i < tasks->len; i++) {
    Task *task = g_ptr_array_index(tasks, i);
    g_thread_join(g_ptr_array_index(threads, i));
    print(task);
    pst_policy_fetch_clear(&task->fetch);
    g_strfreev(task->words);
    g_free(task);
  }
  return 0;
}
