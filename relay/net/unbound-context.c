#include "relay/net/unbound-context.h"
#include "relay/contract/error.h"
#include <unbound.h>

#define CLASS_IN       1
#define RCODE_NXDOMAIN 3

struct PstUnboundContext {
  struct ub_ctx *context;
  gboolean validates;
  GHashTable *in_flight; /* of Lookup */
};

typedef struct {
  PstUnboundContext *context;
  char *name;
  PstDnsType type;
  PstUnboundDone done;
  gpointer user_data;
} Lookup;

typedef struct {
  const char *name, *value;
} Option;

/* With the defaults a slow name behind a quick forwarder fails after two seconds, and a dead forwarder only
 * after 17. */
static const Option options[] = {
  { "unknown-server-time-limit:", "3000" },
  { "infra-cache-min-rtt:", "3000" },
  { "outbound-msg-retry:", "2" },
  { "outgoing-range:", "128" },
  { "msg-cache-size:", "1m" },
  { "rrset-cache-size:", "2m" },
  { "key-cache-size:", "1m" },
};

static void
lookup_free(gpointer data)
{
  Lookup *lookup = data;
  g_free(lookup->name);
  g_free(lookup);
}

static gboolean
check(int code, GError **error)
{
  if (code != 0)
    g_set_error(error, PST_ERROR, PST_ERROR_FAILED, "The DNS resolver cannot be set up: %s",
                ub_strerror(code));
  return code == 0;
}

static gboolean
set_servers(struct ub_ctx *context, const char *const *servers, GError **error)
{
  if (servers == NULL || servers[0] == NULL)
    return check(ub_ctx_resolvconf(context, NULL), error);
  for (guint i = 0; servers[i] != NULL; i++)
    if (!check(ub_ctx_set_fwd(context, servers[i]), error))
      return FALSE;
  return TRUE;
}

/* libunbound takes a missing file without a word and fails at the first question. */
static gboolean
set_anchor(struct ub_ctx *context, const char *anchor_file, GError **error)
{
  if (anchor_file == NULL)
    return check(ub_ctx_set_option(context, "module-config:", "iterator"), error);
  if (!g_file_test(anchor_file, G_FILE_TEST_IS_REGULAR)) {
    g_set_error(error, PST_ERROR, PST_ERROR_NOT_FOUND, "There is no trust anchor file %s", anchor_file);
    return FALSE;
  }
  return check(ub_ctx_add_ta_file(context, anchor_file), error);
}

static gboolean
configure(struct ub_ctx *context, const char *const *servers, const char *anchor_file,
          gboolean serve_test_zone, GError **error)
{
  ub_ctx_debugout(context, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(options); i++)
    if (!check(ub_ctx_set_option(context, options[i].name, options[i].value), error))
      return FALSE;
  /* "test." is built in as a zone without names; only this form of the option opens it. */
  if (serve_test_zone && !check(ub_ctx_set_option(context, "local-zone:", "test. transparent"), error))
    return FALSE;
  return set_servers(context, servers, error) && set_anchor(context, anchor_file, error) &&
         check(ub_ctx_async(context, 1), error);
}

PstUnboundContext *
pst_unbound_context_new(const char *const *servers, const char *anchor_file, gboolean serve_test_zone,
                        GError **error)
{
  struct ub_ctx *raw = ub_ctx_create();
  if (raw == NULL) {
    check(UB_NOMEM, error);
    return NULL;
  }
  if (!configure(raw, servers, anchor_file, serve_test_zone, error)) {
    ub_ctx_delete(raw);
    return NULL;
  }
  PstUnboundContext *context = g_new0(PstUnboundContext, 1);
  context->context = raw;
  context->validates = anchor_file != NULL;
  context->in_flight = g_hash_table_new_full(NULL, NULL, lookup_free, NULL);
  return context;
}

static PstAnswer *
failed_answer(const Lookup *lookup)
{
  return pst_answer_new_failed(lookup->name, lookup->type, PST_STANDING_FAILED,
                               pst_reason_new(PST_REASON_NAME_LOOKUP_FAILED, "host", lookup->name, NULL));
}

static void
finish(Lookup *lookup, PstAnswer *answer)
{
  PstUnboundDone done = lookup->done;
  gpointer user_data = lookup->user_data;
  g_hash_table_remove(lookup->context->in_flight, lookup);
  done(answer, user_data);
}

static GPtrArray *
copy_records(const struct ub_result *result)
{
  GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; result->data != NULL && result->data[i] != NULL && i <= PST_ANSWER_MAX_RECORDS; i++)
    g_ptr_array_add(records, g_bytes_new(result->data[i], MAX(result->len[i], 0)));
  return records;
}

/* What a bogus result holds is filled in like that of a good one: it must be asked for first. */
static PstAnswer *
answer_of(const Lookup *lookup, const struct ub_result *result)
{
  if (result->bogus)
    return pst_answer_new_failed(
        lookup->name, lookup->type, PST_STANDING_BOGUS,
        pst_reason_new(PST_REASON_DNS_BOGUS, "name", lookup->name, "detail", result->why_bogus, NULL));
  if (result->rcode != 0 && result->rcode != RCODE_NXDOMAIN)
    return failed_answer(lookup);
  PstStanding standing = result->secure ? PST_STANDING_SECURE : PST_STANDING_INSECURE;
  if (!lookup->context->validates)
    standing = PST_STANDING_UNCHECKED;
  guint ttl = MAX(result->ttl, 0);
  if (!result->havedata)
    return pst_answer_new_absent(lookup->name, lookup->type, standing, result->canonname, ttl,
                                 result->nxdomain ? PST_PRESENCE_NO_NAME : PST_PRESENCE_NO_DATA);
  return pst_answer_new_records(lookup->name, lookup->type, standing, result->canonname, ttl,
                                copy_records(result));
}

static void
on_result(void *data, int code, struct ub_result *result)
{
  Lookup *lookup = data;
  PstAnswer *answer = code == 0 && result != NULL ? answer_of(lookup, result) : failed_answer(lookup);
  ub_resolve_free(result);
  finish(lookup, answer);
}

void
pst_unbound_context_ask(PstUnboundContext *context, const char *name, PstDnsType type, PstUnboundDone done,
                        gpointer user_data)
{
  Lookup *lookup = g_new0(Lookup, 1);
  *lookup = (Lookup){ context, g_strdup(name), type, done, user_data };
  g_hash_table_add(context->in_flight, lookup);
  if (ub_resolve_async(context->context, name, type, CLASS_IN, lookup, on_result, NULL) != 0)
    finish(lookup, failed_answer(lookup));
}

int
pst_unbound_context_get_fd(const PstUnboundContext *context)
{
  return ub_fd(context->context);
}

void
pst_unbound_context_process(PstUnboundContext *context)
{
  ub_process(context->context);
}

void
pst_unbound_context_free(PstUnboundContext *context)
{
  if (context == NULL)
    return;
  ub_ctx_delete(context->context);
  g_autoptr(GList) lookups = g_hash_table_get_keys(context->in_flight);
  for (GList *link = lookups; link != NULL; link = link->next)
    finish(link->data, failed_answer(link->data));
  g_hash_table_unref(context->in_flight);
  g_free(context);
}
