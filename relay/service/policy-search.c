#include "relay/service/policy-search.h"
#include "relay/dns/rdata.h"

void
pst_policy_found_clear(PstPolicyFound *found)
{
  g_clear_pointer(&found->policy, pst_sts_policy_unref);
}

static void
collect(GArray *addresses, const PstAnswer *answer, gboolean allow_private)
{
  if (!pst_answer_has_records(answer))
    return;
  for (guint i = 0; i < answer->records->len && addresses->len < PST_FETCH_MAX_ADDRESSES; i++) {
    PstAddress address;
    if (pst_rdata_read_address(answer->records->pdata[i], answer->type, &address) &&
        (allow_private || pst_address_is_public(&address)))
      g_array_append_val(addresses, address);
  }
}

static GArray *
find_site(const PstPolicySearch *search, const char *domain, gint64 deadline, GCancellable *cancellable)
{
  g_autofree char *host = g_strconcat("mta-sts.", domain, NULL);
  PstQuestion questions[] = { { host, PST_DNS_A, NULL }, { host, PST_DNS_AAAA, NULL } };
  GArray *addresses = g_array_new(FALSE, FALSE, sizeof(PstAddress));
  pst_resolver_ask(search->resolver, questions, G_N_ELEMENTS(questions), deadline, cancellable);
  for (guint i = 0; i < G_N_ELEMENTS(questions); i++) {
    collect(addresses, questions[i].answer, search->allow_private);
    pst_answer_unref(questions[i].answer);
  }
  return addresses;
}

/* The policy the site has now; NULL and its fault. */
static PstStsPolicy *
fetch(const PstPolicySearch *search, const char *domain, gint64 deadline, GCancellable *cancellable,
      guint *fault)
{
  g_auto(PstPolicyFetch) fetched = { 0 };
  g_autoptr(GArray) addresses = find_site(search, domain, deadline, cancellable);
  *fault = PST_RESULT_FLAG(PST_RESULT_STS_POLICY_FETCH_ERROR);
  if (addresses->len == 0)
    return NULL;
  pst_policy_fetcher_fetch(search->fetcher, domain, search->port, addresses, search->ca_file, deadline,
                           cancellable, &fetched);
  if (fetched.body == NULL) {
    *fault = PST_RESULT_FLAG(fetched.result);
    return NULL;
  }
  const char *problem;
  gsize length;
  const char *text = g_bytes_get_data(fetched.body, &length);
  PstStsPolicy *policy = pst_sts_policy_parse(text, length, &problem);
  *fault = policy != NULL ? 0 : PST_RESULT_FLAG(PST_RESULT_STS_POLICY_INVALID);
  return policy;
}

static void
refresh(const PstPolicySearch *search, const char *domain, const char *id, PstStsCacheEntry *entry,
        gint64 deadline, GCancellable *cancellable, guint *faults)
{
  guint fault = 0;
  g_autoptr(PstStsPolicy) policy = fetch(search, domain, deadline, cancellable, &fault);
  /* An inquiry that was broken off says nothing about the site. */
  if (g_cancellable_is_cancelled(cancellable))
    return;
  if (policy != NULL)
    pst_sts_cache_entry_fetched(entry, policy, id, g_get_real_time());
  else
    pst_sts_cache_entry_failed(entry, id, g_get_real_time());
  *faults |= fault;
  pst_sts_cache_save(search->kept, domain, entry);
}

void
pst_policy_search_run(const PstPolicySearch *search, const char *domain, PstStsRecordState record,
                      const char *id, gint64 deadline, GCancellable *cancellable, PstPolicyFound *found)
{
  PstStsCacheEntry entry = { 0 };
  *found = (PstPolicyFound){ 0 };
  pst_sts_cache_load(search->kept, domain, &entry);
  if (record == PST_STS_RECORD_INVALID)
    found->faults |= PST_RESULT_FLAG(PST_RESULT_STS_POLICY_INVALID);
  gint64 jitter = g_random_double_range(0, PST_STS_MAX_JITTER);
  if (pst_sts_cache_entry_needs_fetch(&entry, record, id, g_get_real_time(), jitter))
    refresh(search, domain, id, &entry, deadline, cancellable, &found->faults);
  else if (record == PST_STS_RECORD_VALID && entry.policy == NULL)
    /* Failed a moment ago, and not tried again so soon (RFC 8461 section 3.3). */
    found->faults |= PST_RESULT_FLAG(PST_RESULT_STS_POLICY_FETCH_ERROR);
  gint64 now = g_get_real_time();
  PstStsPolicy *policy = pst_sts_cache_entry_get_policy(&entry, now);
  if (policy != NULL) {
    found->policy = pst_sts_policy_ref(policy);
    g_strlcpy(found->id, entry.id, sizeof found->id);
    found->time_left = policy->max_age - CLAMP((now - entry.fetched_at) / G_USEC_PER_SEC, 0, policy->max_age);
  }
  pst_sts_cache_entry_clear(&entry);
}
