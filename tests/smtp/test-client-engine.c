/* What dialogue files cannot say: amounts, ceilings, and octets that arrive together. */
#include "relay/smtp/client-engine.h"
#include <string.h>

static void
say(PstClientEngine *engine, const char *text)
{
  gsize length = strlen(text);
  g_assert_cmpuint(pst_client_engine_feed(engine, (const guint8 *)text, length), ==, length);
}

static void
expect_event(PstClientEngine *engine, PstClientEvent event)
{
  g_assert_cmpint(pst_client_engine_next_event(engine), ==, event);
}

static void
expect_fault(PstClientEngine *engine, PstClientFault fault)
{
  expect_event(engine, PST_CLIENT_FAULT);
  g_assert_cmpint(pst_client_engine_get_fault(engine), ==, fault);
  expect_event(engine, PST_CLIENT_NONE);
}

static PstClientEngine *
new_ready(const char *ehlo_reply)
{
  PstClientEngineOptions options = { .helo_name = "localhost" };
  PstClientEngine *engine = pst_client_engine_new(&options);
  say(engine, "220 mx\r\n");
  expect_event(engine, PST_CLIENT_NONE);
  say(engine, ehlo_reply);
  expect_event(engine, PST_CLIENT_READY);
  pst_byte_queue_clear(pst_client_engine_get_output(engine));
  return engine;
}

static void
begin(PstClientEngine *engine, guint n_recipients)
{
  g_autoptr(PstMailbox) sender = pst_mailbox_parse_address("a@example.org");
  g_autoptr(PstEnvelope) envelope = pst_envelope_new(sender);
  for (guint i = 0; i < n_recipients; i++) {
    g_autofree char *address = g_strdup_printf("recipient-number-%u@example.net", i);
    g_autoptr(PstMailbox) mailbox = pst_mailbox_parse_address(address);
    pst_envelope_add(envelope, mailbox);
  }
  PstClientTransaction transaction = { .size = -1 };
  pst_client_engine_begin(engine, envelope, &transaction);
}

static PstClientEngine *
new_before_tls(void)
{
  PstClientEngineOptions options = { .helo_name = "localhost", .starttls = TRUE };
  PstClientEngine *engine = pst_client_engine_new(&options);
  say(engine, "220 mx\r\n");
  expect_event(engine, PST_CLIENT_NONE);
  say(engine, "250-mx\r\n250 STARTTLS\r\n");
  expect_event(engine, PST_CLIENT_NONE);
  return engine;
}

/* T22: in the segment of the 220 itself, whole or only begun. */
static void
test_injection_with_the_220(void)
{
  static const char *const segments[] = { "220 go\r\n250 REQUIRETLS\r\n", "220 go\r\n2",
                                          "220 go\r\n\x16\x03\x03" };
  for (guint i = 0; i < G_N_ELEMENTS(segments); i++) {
    g_autoptr(PstClientEngine) engine = new_before_tls();
    say(engine, segments[i]);
    expect_fault(engine, PST_CLIENT_FAULT_INJECTION);
  }
}

static void
test_injection_unread(void)
{
  g_autoptr(PstClientEngine) engine = new_before_tls();
  say(engine, "220 go\r\n");
  expect_event(engine, PST_CLIENT_STARTTLS);
  say(engine, "250 REQUIRETLS\r\n");
  pst_client_engine_tls_started(engine);
  g_assert_false(pst_client_engine_is_tls(engine));
  expect_fault(engine, PST_CLIENT_FAULT_INJECTION);
}

/* Answers that are there before the question. */
static void
test_replies_ahead(void)
{
  g_autoptr(PstClientEngine) whole = new_ready("250 mx\r\n");
  say(whole, "250 sender ok\r\n");
  begin(whole, 1);
  g_assert_cmpuint(pst_byte_queue_get_length(pst_client_engine_get_output(whole)), ==, 0);
  expect_fault(whole, PST_CLIENT_FAULT_PROTOCOL);

  g_autoptr(PstClientEngine) begun = new_ready("250 mx\r\n");
  say(begun, "25");
  expect_event(begun, PST_CLIENT_NONE);
  begin(begun, 1);
  g_assert_cmpuint(pst_byte_queue_get_length(pst_client_engine_get_output(begun)), ==, 0);
  say(begun, "0 sender ok\r\n");
  expect_fault(begun, PST_CLIENT_FAULT_PROTOCOL);

  g_autoptr(PstClientEngine) closing = new_ready("250 mx\r\n");
  say(closing, "421 idle for long\r\n");
  begin(closing, 1);
  expect_fault(closing, PST_CLIENT_FAULT_CLOSING);
}

/* A verdict that comes before the end was said must not count for it. */
static void
test_verdict_ahead(void)
{
  g_autoptr(PstClientEngine) engine = new_ready("250-mx\r\n250 PIPELINING\r\n");
  begin(engine, 1);
  say(engine, "250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n");
  expect_event(engine, PST_CLIENT_SENDER);
  expect_event(engine, PST_CLIENT_RECIPIENT);
  expect_event(engine, PST_CLIENT_ENVELOPE);
  expect_event(engine, PST_CLIENT_GO);
  pst_client_engine_finish(engine, (const guint8 *)"x\r\n", 3);
  g_assert_false(pst_client_engine_is_past_end(engine));
  expect_fault(engine, PST_CLIENT_FAULT_PROTOCOL);
}

static guint
pop_lines(PstByteQueue *output)
{
  gsize length;
  const guint8 *data = pst_byte_queue_peek(output, &length);
  guint n = 0;
  for (gsize i = 0; i < length; i++)
    n += data[i] == '\n';
  pst_byte_queue_clear(output);
  return n;
}

/* More commands than may be in flight, more octets than the output holds. */
static void
test_many_recipients(void)
{
  const guint n_recipients = 6000;
  g_autoptr(PstClientEngine) engine = new_ready("250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
  PstByteQueue *output = pst_client_engine_get_output(engine);
  begin(engine, n_recipients);
  guint n_answers = 0, n_recipient_events = 0, n_lines;
  gboolean go = FALSE, answered = FALSE;
  while ((n_lines = pop_lines(output)) > 0) {
    PstClientEvent event;
    for (guint i = 0; i < n_lines; i++, n_answers++)
      say(engine, "250 ok\r\n");
    while ((event = pst_client_engine_next_event(engine)) != PST_CLIENT_NONE) {
      if (event == PST_CLIENT_RECIPIENT)
        g_assert_cmpuint(pst_client_engine_get_recipient(engine), ==, n_recipient_events++);
      go |= event == PST_CLIENT_GO;
      answered |= event == PST_CLIENT_ENVELOPE;
    }
  }
  g_assert_cmpuint(n_answers, ==, n_recipients + 1);
  g_assert_cmpuint(n_recipient_events, ==, n_recipients);
  g_assert_true(go && answered);
}

/* What a server makes of DATA. */
static void
read_dotted(GByteArray *wire, GByteArray *message)
{
  gsize i = 0;
  while (!(wire->len - i == 3 && memcmp(wire->data + i, ".\r\n", 3) == 0)) {
    const guint8 *end = memmem(wire->data + i, wire->len - i, "\r\n", 2);
    g_assert_nonnull(end);
    gsize next = end + 2 - wire->data;
    if (wire->data[i] == '.')
      i++;
    g_byte_array_append(message, wire->data + i, next - i);
    i = next;
  }
}

/* What a server makes of BDAT; returns the number of commands. */
static guint
read_chunks(GByteArray *wire, GByteArray *message)
{
  guint n = 0;
  for (gsize i = 0; i < wire->len; n++) {
    g_assert_cmpmem(wire->data + i, 5, "BDAT ", 5);
    char *behind;
    gsize length = g_ascii_strtoull((const char *)wire->data + i + 5, &behind, 10);
    gboolean last = g_str_has_prefix(behind, " LAST\r\n");
    i = (guint8 *)behind - wire->data + (last ? 7 : 2);
    g_byte_array_append(message, wire->data + i, length);
    i += length;
    g_assert_cmpint(last, ==, i == wire->len);
  }
  return n;
}

static GByteArray *
make_message(gsize length)
{
  static const char alphabet[] = "ab.";
  GByteArray *message = g_byte_array_new();
  while (message->len < length) {
    guint n = g_test_rand_int_range(0, 6);
    for (guint i = 0; i < n; i++)
      g_byte_array_append(message, (const guint8 *)alphabet + g_test_rand_int_range(0, 3), 1);
    g_byte_array_append(message, (const guint8 *)"\r\n", 2);
  }
  return message;
}

static void
drain(PstClientEngine *engine, GByteArray *wire)
{
  PstByteQueue *output = pst_client_engine_get_output(engine);
  gsize length;
  const guint8 *data = pst_byte_queue_peek(output, &length);
  g_byte_array_append(wire, data, length);
  pst_byte_queue_clear(output);
}

/* Gives all of @message in pieces of odd sizes, never more than is taken. */
static void
send_message(PstClientEngine *engine, const GByteArray *message, GByteArray *wire)
{
  gsize given = 0;
  while (given < message->len) {
    gsize room = pst_client_engine_can_take_body(engine);
    gsize length = g_test_rand_int_range(1, 90000);
    length = MIN(MIN(room, message->len - given), length);
    if (room == 0) {
      drain(engine, wire);
      continue;
    }
    pst_client_engine_body(engine, message->data + given, length);
    given += length;
  }
  g_assert_false(pst_client_engine_is_past_end(engine));
  pst_client_engine_finish(engine, NULL, 0);
  g_assert_true(pst_client_engine_is_past_end(engine));
  drain(engine, wire);
}

static void
test_large_dotted(void)
{
  g_autoptr(PstClientEngine) engine = new_ready("250-mx\r\n250 PIPELINING\r\n");
  g_autoptr(GByteArray) message = make_message(2000000);
  g_autoptr(GByteArray) wire = g_byte_array_new();
  g_autoptr(GByteArray) received = g_byte_array_new();
  begin(engine, 1);
  say(engine, "250 ok\r\n250 ok\r\n354 go\r\n");
  while (pst_client_engine_next_event(engine) != PST_CLIENT_GO)
    ;
  pst_byte_queue_clear(pst_client_engine_get_output(engine));
  send_message(engine, message, wire);
  read_dotted(wire, received);
  g_assert_cmpmem(received->data, received->len, message->data, message->len);
  say(engine, "250 queued\r\n");
  expect_event(engine, PST_CLIENT_FINAL);
  expect_event(engine, PST_CLIENT_IDLE);
}

static void
test_large_chunks(void)
{
  g_autoptr(PstClientEngine) engine = new_ready("250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
  g_autoptr(GByteArray) message = make_message(2000000);
  g_autoptr(GByteArray) wire = g_byte_array_new();
  g_autoptr(GByteArray) received = g_byte_array_new();
  begin(engine, 1);
  expect_event(engine, PST_CLIENT_GO);
  pst_byte_queue_clear(pst_client_engine_get_output(engine));
  send_message(engine, message, wire);
  guint n = read_chunks(wire, received);
  g_assert_cmpmem(received->data, received->len, message->data, message->len);
  g_assert_cmpuint(n, <, 2000000 / 32768 + 2);
  for (guint i = 0; i < n + 2; i++)
    say(engine, "250 ok\r\n");
  expect_event(engine, PST_CLIENT_SENDER);
  expect_event(engine, PST_CLIENT_RECIPIENT);
  expect_event(engine, PST_CLIENT_ENVELOPE);
  expect_event(engine, PST_CLIENT_FINAL);
  expect_event(engine, PST_CLIENT_IDLE);
}

/* Octets beyond the room are no message with a hole, but no message. */
static void
test_too_much_body(void)
{
  g_autoptr(PstClientEngine) engine = new_ready("250-mx\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
  begin(engine, 1);
  expect_event(engine, PST_CLIENT_GO);
  gsize length = pst_client_engine_can_take_body(engine) + 1;
  g_autofree guint8 *body = g_malloc0(length);
  pst_client_engine_body(engine, body, length);
  pst_client_engine_finish(engine, NULL, 0);
  g_assert_false(pst_client_engine_is_past_end(engine));
  expect_fault(engine, PST_CLIENT_FAULT_PROTOCOL);
}

/* A server that never comes to an end meets a ceiling, whatever it sends. */
static void
test_flood(void)
{
  static const char *const floods[] = { "x", "220-hello\r\n", "220-", "\r\n", "\n" };
  for (guint i = 0; i < G_N_ELEMENTS(floods); i++) {
    PstClientEngineOptions options = { .helo_name = "localhost" };
    g_autoptr(PstClientEngine) engine = pst_client_engine_new(&options);
    PstClientEvent event = PST_CLIENT_NONE;
    guint n = 0;
    for (; event == PST_CLIENT_NONE && n < 10000; n++) {
      say(engine, floods[i]);
      event = pst_client_engine_next_event(engine);
    }
    g_assert_cmpuint(n, <, 10000);
    g_assert_cmpint(event, ==, PST_CLIENT_FAULT);
    g_assert_cmpint(pst_client_engine_get_fault(engine), ==, PST_CLIENT_FAULT_PROTOCOL);
    say(engine, floods[i]);
    expect_event(engine, PST_CLIENT_NONE);
  }
}

static void
test_input_has_a_ceiling(void)
{
  PstClientEngineOptions options = { .helo_name = "localhost" };
  g_autoptr(PstClientEngine) engine = pst_client_engine_new(&options);
  g_autofree guint8 *octets = g_malloc0(1000000);
  gsize taken = pst_client_engine_feed(engine, octets, 1000000);
  g_assert_cmpuint(taken, >, 0);
  g_assert_cmpuint(taken, <=, 65536);
  g_assert_cmpuint(pst_client_engine_feed(engine, octets, 1), ==, 0);
  expect_fault(engine, PST_CLIENT_FAULT_PROTOCOL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client-engine/injection-with-the-220", test_injection_with_the_220);
  g_test_add_func("/client-engine/injection-unread", test_injection_unread);
  g_test_add_func("/client-engine/replies-ahead", test_replies_ahead);
  g_test_add_func("/client-engine/verdict-ahead", test_verdict_ahead);
  g_test_add_func("/client-engine/many-recipients", test_many_recipients);
  g_test_add_func("/client-engine/large-dotted", test_large_dotted);
  g_test_add_func("/client-engine/large-chunks", test_large_chunks);
  g_test_add_func("/client-engine/too-much-body", test_too_much_body);
  g_test_add_func("/client-engine/flood", test_flood);
  g_test_add_func("/client-engine/input-has-a-ceiling", test_input_has_a_ceiling);
  return g_test_run();
}
