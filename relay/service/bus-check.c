#include "relay/mail/domain-name.h"
#include "relay/service/bus-call.h"
#include "relay/trust/check-facts.h"
#include <string.h>

#define MAX_DOMAINS   100
#define CHECK_TIMEOUT (30 * G_USEC_PER_SEC)

/* The domain of a name or address; NULL when it is neither. */
static char *
domain_of(const char *text)
{
  const char *at = strrchr(text, '@');
  if (at == NULL)
    return pst_domain_name_normalise(text, strlen(text));
  g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address(text);
  return mailbox != NULL ? g_strdup(pst_mailbox_get_domain(mailbox)) : NULL;
}

static GVariant *
facts_of_no_domain(const char *text)
{
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_NOT_A_DOMAIN, "domain", text, NULL);
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  return pst_check_facts_new_without(valid, PST_OUTLOOK_UNKNOWN, reason, g_get_real_time());
}

/* As the inquiry left them, but for what is true of this asking alone. */
static GVariant *
facts_of(const PstAssessment *assessment, gboolean from_cache)
{
  GVariantDict facts;
  if (assessment->facts == NULL)
    return pst_check_facts_new_without(assessment->domain, assessment->outlook, assessment->reason,
                                       assessment->checked_at);
  g_variant_dict_init(&facts, assessment->facts);
  g_variant_dict_insert(&facts, "from_cache", "b", from_cache);
  if (assessment->downgraded)
    g_variant_dict_insert(&facts, "downgraded", "b", TRUE);
  return g_variant_dict_end(&facts);
}

static GVariant *
check_one(PstAssessor *assessor, const char *text, gint64 deadline, gboolean from_cache)
{
  g_autofree char *domain = domain_of(text);
  if (domain == NULL)
    return facts_of_no_domain(text);
  g_autoptr(PstAssessment) assessment = pst_assessor_get(assessor, domain, deadline);
  return facts_of(assessment, from_cache);
}

static void
check(PstBusCall *call)
{
  g_autofree const char **texts = NULL;
  guint cookie;
  gint64 deadline = g_get_monotonic_time() + CHECK_TIMEOUT;
  g_autoptr(PstAssessor) assessor = pst_relay_ref_assessor(call->context->relay);
  g_variant_get(call->arguments, "(^a&su)", &texts, &cookie);
  if (g_strv_length((char **)texts) > MAX_DOMAINS) {
    pst_bus_return_code(call, PST_ERROR_INVALID_ARGUMENT, "domains: at most 100 at a time");
    return;
  }
  /* Of those found out for this call some are known by the time they are asked for. */
  gboolean known[MAX_DOMAINS] = { FALSE };
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
  for (guint i = 0; texts[i] != NULL; i++) {
    g_autofree char *domain = domain_of(texts[i]);
    known[i] = domain != NULL && pst_assessor_start(assessor, domain);
  }
  for (guint i = 0; texts[i] != NULL; i++) {
    GVariant *facts = g_variant_ref_sink(check_one(assessor, texts[i], deadline, known[i]));
    g_ptr_array_add(rows, facts);
    if (cookie != 0)
      pst_bus_tell_progress(call, cookie, facts);
  }
  pst_bus_return(call, g_variant_new("(@aa{sv})", g_variant_new_array(G_VARIANT_TYPE_VARDICT,
                                                                      (GVariant **)rows->pdata, rows->len)));
}

PstBusHandler
pst_bus_find_inquiry(const char *method)
{
  return g_str_equal(method, "Check") ? check : NULL;
}
