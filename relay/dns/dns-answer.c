#include "relay/dns/dns-answer.h"
#include <string.h>

static char *
normal_name(const char *name)
{
  char *normal = g_ascii_strdown(name, -1);
  gsize length = strlen(normal);
  if (length > 1 && normal[length - 1] == '.')
    normal[length - 1] = '\0';
  return normal;
}

static PstAnswer *
answer_new(const char *name, PstDnsType type, PstStanding standing, const char *canonical_name, guint ttl)
{
  PstAnswer *answer = g_atomic_rc_box_new0(PstAnswer);
  answer->name = normal_name(name);
  answer->type = type;
  answer->standing = standing;
  answer->canonical_name = normal_name(canonical_name != NULL ? canonical_name : name);
  answer->ttl = ttl;
  return answer;
}

static GPtrArray *
no_records(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

PstAnswer *
pst_answer_new_records(const char *name, PstDnsType type, PstStanding standing, const char *canonical_name,
                       guint ttl, GPtrArray *records)
{
  g_autoptr(GPtrArray) taken = records;
  if (taken->len > PST_ANSWER_MAX_RECORDS)
    return pst_answer_new_failed(name, type, PST_STANDING_FAILED,
                                 pst_reason_new(PST_REASON_NAME_LOOKUP_FAILED, "host", name, NULL));
  if (standing == PST_STANDING_FAILED || standing == PST_STANDING_BOGUS)
    return pst_answer_new_failed(name, type, standing, NULL);
  PstAnswer *answer = answer_new(name, type, standing, canonical_name, ttl);
  answer->presence = taken->len > 0 ? PST_PRESENCE_RECORDS : PST_PRESENCE_NO_DATA;
  answer->records = g_steal_pointer(&taken);
  return answer;
}

PstAnswer *
pst_answer_new_absent(const char *name, PstDnsType type, PstStanding standing, const char *canonical_name,
                      guint ttl, PstPresence presence)
{
  if (standing == PST_STANDING_FAILED || standing == PST_STANDING_BOGUS)
    return pst_answer_new_failed(name, type, standing, NULL);
  PstAnswer *answer = answer_new(name, type, standing, canonical_name, ttl);
  answer->presence = presence == PST_PRESENCE_NO_NAME ? PST_PRESENCE_NO_NAME : PST_PRESENCE_NO_DATA;
  answer->records = no_records();
  return answer;
}

PstAnswer *
pst_answer_new_failed(const char *name, PstDnsType type, PstStanding standing, PstReason *reason)
{
  PstAnswer *answer =
      answer_new(name, type, standing == PST_STANDING_BOGUS ? standing : PST_STANDING_FAILED, NULL, 0);
  answer->presence = PST_PRESENCE_UNKNOWN;
  answer->records = no_records();
  answer->reason = reason;
  return answer;
}

PstAnswer *
pst_answer_ref(PstAnswer *answer)
{
  return g_atomic_rc_box_acquire(answer);
}

static void
answer_clear(gpointer data)
{
  PstAnswer *answer = data;
  g_free(answer->name);
  g_free(answer->canonical_name);
  g_ptr_array_unref(answer->records);
  pst_reason_unref(answer->reason);
}

void
pst_answer_unref(PstAnswer *answer)
{
  if (answer != NULL)
    g_atomic_rc_box_release_full(answer, answer_clear);
}

gboolean
pst_answer_has_records(const PstAnswer *answer)
{
  return answer != NULL && answer->presence == PST_PRESENCE_RECORDS;
}

gboolean
pst_answer_is_absent(const PstAnswer *answer)
{
  return answer != NULL &&
         (answer->presence == PST_PRESENCE_NO_DATA || answer->presence == PST_PRESENCE_NO_NAME);
}

gboolean
pst_answer_is_alias(const PstAnswer *answer)
{
  return answer != NULL && !g_str_equal(answer->name, answer->canonical_name);
}

PstStanding
pst_standing_weaker(PstStanding a, PstStanding b)
{
  return MAX(a, b);
}
