#include "relay/net/name-lookup.h"
#include <string.h>

#define MAX_THREADS 8
#define MAX_WAITING 64

typedef struct {
  gint references; /* the waiter and the pool thread */
  char *host;
  guint16 port;
  GMutex lock;
  GCond done_cond;
  gboolean done;
  int result; /* of getaddrinfo */
  GArray *addresses;
} Lookup;

static void
lookup_unref(Lookup *lookup)
{
  if (!g_atomic_int_dec_and_test(&lookup->references))
    return;
  g_mutex_clear(&lookup->lock);
  g_cond_clear(&lookup->done_cond);
  g_array_unref(lookup->addresses);
  g_free(lookup->host);
  g_free(lookup);
}

static void
collect(Lookup *lookup, const struct addrinfo *info)
{
  for (; info != NULL && lookup->addresses->len < PST_LOOKUP_MAX_ADDRESSES; info = info->ai_next) {
    PstSocketAddress address = { .length = info->ai_addrlen };
    memcpy(&address.address, info->ai_addr, info->ai_addrlen);
    g_array_append_val(lookup->addresses, address);
  }
}

static void
run_lookup(gpointer data, gpointer unused)
{
  Lookup *lookup = data;
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG };
  struct addrinfo *info = NULL;
  g_autofree char *service = g_strdup_printf("%u", lookup->port);
  /* AI_ADDRCONFIG would hide loopback on a machine without network. */
  if (g_str_equal(lookup->host, "localhost") || g_hostname_is_ip_address(lookup->host))
    hints.ai_flags &= ~AI_ADDRCONFIG;
  int result = getaddrinfo(lookup->host, service, &hints, &info);
  g_mutex_lock(&lookup->lock);
  lookup->result = result;
  if (result == 0)
    collect(lookup, info);
  lookup->done = TRUE;
  g_cond_signal(&lookup->done_cond);
  g_mutex_unlock(&lookup->lock);
  if (result == 0)
    freeaddrinfo(info);
  lookup_unref(lookup);
}

static gpointer
make_pool(gpointer unused)
{
  return g_thread_pool_new(run_lookup, NULL, MAX_THREADS, FALSE, NULL);
}

static GThreadPool *
lookup_pool(void)
{
  static GOnce once = G_ONCE_INIT;
  return g_once(&once, make_pool, NULL);
}

static Lookup *
lookup_start(const char *host, guint16 port)
{
  if (g_thread_pool_unprocessed(lookup_pool()) >= MAX_WAITING)
    return NULL;
  Lookup *lookup = g_new0(Lookup, 1);
  lookup->references = 2;
  lookup->host = g_strdup(host);
  lookup->port = port;
  lookup->addresses = g_array_new(FALSE, FALSE, sizeof(PstSocketAddress));
  g_mutex_init(&lookup->lock);
  g_cond_init(&lookup->done_cond);
  g_thread_pool_push(lookup_pool(), lookup, NULL);
  return lookup;
}

static GArray *
lookup_wait(Lookup *lookup, gint64 deadline)
{
  GArray *addresses = NULL;
  g_mutex_lock(&lookup->lock);
  while (!lookup->done && g_cond_wait_until(&lookup->done_cond, &lookup->lock, deadline))
    ;
  if (lookup->done && lookup->addresses->len > 0)
    addresses = g_array_ref(lookup->addresses);
  g_mutex_unlock(&lookup->lock);
  return addresses;
}

static PstReasonCode
failure_code(Lookup *lookup)
{
  g_mutex_lock(&lookup->lock);
  gboolean absent =
      lookup->done && (lookup->result == EAI_NONAME || lookup->result == EAI_NODATA || lookup->result == 0);
  g_mutex_unlock(&lookup->lock);
  return absent ? PST_REASON_NAME_NOT_FOUND : PST_REASON_NAME_LOOKUP_FAILED;
}

GArray *
pst_name_lookup(const char *host, guint16 port, gint64 deadline, PstReason **reason)
{
  Lookup *lookup = lookup_start(host, port);
  if (lookup == NULL) {
    *reason = pst_reason_new(PST_REASON_BUSY, NULL);
    return NULL;
  }
  GArray *addresses = lookup_wait(lookup, deadline);
  if (addresses == NULL)
    *reason = pst_reason_new(failure_code(lookup), "host", host, NULL);
  lookup_unref(lookup);
  return addresses;
}
