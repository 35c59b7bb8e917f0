#include "tests/store/record-sample.h"
#include <string.h>

#define TIME (G_GINT64_CONSTANT(1700000000) * G_USEC_PER_SEC)

static void
fill_recipients(PstMessageRecord *record)
{
  PstRecipientRecord *first =
      pst_message_record_add_recipient(record, "Jörg@xn--bcher-kva.example", "xn--bcher-kva.example");
  first->state = PST_STATE_SENT;
  first->route = PST_ROUTE_DIRECT;
  first->assurance = PST_ASSURANCE_DELIVERED;
  first->evidence = g_variant_ref_sink(g_variant_new_parsed("{'mechanism': <'dane'>, 'age': <int64 42>}"));
  first->has_outlook = TRUE;
  first->outlook = PST_OUTLOOK_VERIFIED;
  first->reply = g_strdup("250 2.1.5 ok");
  PstRecipientRecord *second = pst_message_record_add_recipient(record, "ben@[192.0.2.1]", NULL);
  second->state = PST_STATE_REJECTED;
  second->reason =
      pst_reason_new(PST_REASON_REJECTED, "host", "192.0.2.1", "reply", "550 no \"such\" user", NULL);
  second->reply = g_strdup("550 5.1.1 no such user");
}

static void
fill_hops(PstMessageRecord *record)
{
  PstHop *first = pst_message_record_add_hop(record, "[127.0.0.1]", "postern");
  first->security = g_strdup("none");
  PstHop *second = pst_message_record_add_hop(record, "postern", "mx.xn--bcher-kva.example");
  second->route = PST_ROUTE_DIRECT;
  second->security = g_strdup("starttls");
  second->tls = g_strdup("TLS1.3");
  second->cipher = g_strdup("AES-256-GCM");
  second->certificate = g_strdup("dane");
  second->requiretls = PST_HOP_REQUIRETLS_USED;
  second->reply = g_strdup("250 2.0.0 queued as 4F2");
}

PstMessageRecord *
record_sample_full(void)
{
  PstMessageRecord *record = pst_message_record_new();
  record->time = TIME;
  record->message_id = g_strdup("<1@example.org>");
  record->subject = g_strdup("Papers <b>for</b> '; DROP TABLE messages; --");
  record->sender = g_strdup("me@example.org");
  record->account = g_strdup("work");
  record->client = g_strdup("main, [127.0.0.1]");
  record->size = G_GINT64_CONSTANT(5000000000);
  record->requirement = PST_REQUIREMENT_REQUIRED;
  record->source = PST_SOURCE_RULE;
  record->state = PST_STATE_REJECTED;
  record->past_end = TRUE;
  record->reason =
      pst_reason_new(PST_REASON_FLOOR, "pattern", "*@bank.example", "requirement", "verified", NULL);
  record->reply = g_strdup("550 5.7.10 no");
  record->digest = g_bytes_new("\0digest", 7);
  record->grant_key = g_bytes_new("key", 3);
  record->queue_id = g_strdup("4F2");
  record->envid = g_strdup("abc");
  record->removed_tls_required = TRUE;
  record->header_ignored = TRUE;
  record->demo = TRUE;
  fill_recipients(record);
  fill_hops(record);
  return record;
}

PstMessageRecord *
record_sample_new(const char *address, const char *subject)
{
  PstMessageRecord *record = pst_message_record_new();
  const char *at = strrchr(address, '@');
  record->time = TIME;
  record->sender = g_strdup("me@example.org");
  record->account = g_strdup("home");
  record->subject = g_strdup(subject);
  pst_message_record_add_recipient(record, address, at != NULL ? at + 1 : NULL);
  return record;
}

static void
assert_equal_reasons(const PstReason *a, const PstReason *b)
{
  g_assert_cmpint(a != NULL, ==, b != NULL);
  if (a == NULL)
    return;
  g_autofree char *text_a = pst_reason_to_english(a), *text_b = pst_reason_to_english(b);
  g_assert_cmpint(pst_reason_get_code(a), ==, pst_reason_get_code(b));
  g_assert_cmpstr(text_a, ==, text_b);
}

static void
assert_equal_bytes(GBytes *a, GBytes *b)
{
  g_assert_cmpint(a != NULL, ==, b != NULL);
  g_assert_true(a == NULL || g_bytes_equal(a, b));
}

static void
assert_equal_recipients(const PstRecipientRecord *a, const PstRecipientRecord *b)
{
  g_assert_cmpstr(a->address, ==, b->address);
  g_assert_cmpstr(a->domain, ==, b->domain);
  g_assert_cmpint(a->state, ==, b->state);
  g_assert_cmpint(a->route, ==, b->route);
  g_assert_cmpint(a->assurance, ==, b->assurance);
  g_assert_cmpint(a->has_outlook, ==, b->has_outlook);
  g_assert_cmpint(a->outlook, ==, b->outlook);
  g_assert_cmpstr(a->reply, ==, b->reply);
  assert_equal_reasons(a->reason, b->reason);
  g_assert_cmpint(a->evidence != NULL, ==, b->evidence != NULL);
  g_assert_true(a->evidence == NULL || g_variant_equal(a->evidence, b->evidence));
}

static void
assert_equal_hops(const PstHop *a, const PstHop *b)
{
  g_assert_cmpstr(a->from, ==, b->from);
  g_assert_cmpstr(a->to, ==, b->to);
  g_assert_cmpint(a->route, ==, b->route);
  g_assert_cmpstr(a->security, ==, b->security);
  g_assert_cmpstr(a->tls, ==, b->tls);
  g_assert_cmpstr(a->cipher, ==, b->cipher);
  g_assert_cmpstr(a->certificate, ==, b->certificate);
  g_assert_cmpint(a->requiretls, ==, b->requiretls);
  g_assert_cmpstr(a->reply, ==, b->reply);
}

static void
assert_equal_parts(const PstMessageRecord *a, const PstMessageRecord *b)
{
  g_assert_cmpuint(a->recipients->len, ==, b->recipients->len);
  g_assert_cmpuint(a->hops->len, ==, b->hops->len);
  for (guint i = 0; i < a->recipients->len; i++)
    assert_equal_recipients(a->recipients->pdata[i], b->recipients->pdata[i]);
  for (guint i = 0; i < a->hops->len; i++)
    assert_equal_hops(a->hops->pdata[i], b->hops->pdata[i]);
}

void
record_sample_assert_equal(const PstMessageRecord *a, const PstMessageRecord *b)
{
  g_assert_cmpint(a->id, ==, b->id);
  g_assert_cmpint(a->time, ==, b->time);
  g_assert_cmpstr(a->message_id, ==, b->message_id);
  g_assert_cmpstr(a->subject, ==, b->subject);
  g_assert_cmpstr(a->sender, ==, b->sender);
  g_assert_cmpstr(a->account, ==, b->account);
  g_assert_cmpstr(a->client, ==, b->client);
  g_assert_cmpint(a->size, ==, b->size);
  g_assert_cmpint(a->requirement, ==, b->requirement);
  g_assert_cmpint(a->source, ==, b->source);
  g_assert_cmpint(a->state, ==, b->state);
  g_assert_cmpint(a->past_end, ==, b->past_end);
  assert_equal_reasons(a->reason, b->reason);
  g_assert_cmpstr(a->reply, ==, b->reply);
  assert_equal_bytes(a->digest, b->digest);
  assert_equal_bytes(a->grant_key, b->grant_key);
  g_assert_cmpstr(a->queue_id, ==, b->queue_id);
  g_assert_cmpstr(a->envid, ==, b->envid);
  g_assert_cmpint(a->removed_tls_required, ==, b->removed_tls_required);
  g_assert_cmpint(a->header_ignored, ==, b->header_ignored);
  g_assert_cmpint(a->demo, ==, b->demo);
  assert_equal_parts(a, b);
}
