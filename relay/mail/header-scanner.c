#include "relay/mail/header-scanner.h"
#include "relay/mail/encoded-words.h"
#include <string.h>

#define SUBJECT_MAX    500  /* octets */
#define MESSAGE_ID_MAX 998  /* octets; RFC 5322 section 2.1.1 */
#define USUAL_OCTETS   4096 /* most headers are no longer */
#define SUBJECT_TAG    "[verified]"

typedef enum {
  CUT_POSTERN_TLS,
  CUT_TLS_REQUIRED,
  CUT_SUBJECT_TAG,
} CutKind;

/* Octets of the block that an edit may leave out, in the order they stand there. */
typedef struct {
  CutKind kind;
  gsize start, end;
} Cut;

struct PstHeaderScanner {
  GByteArray *block;
  gboolean complete;
  PstHeaderFacts facts;
  gboolean subject_seen;
  GArray *cuts;
  gsize insert_at;         /* where the first field begins */
  gboolean begins_a_field; /* what stands there is a field, or the end of the block */
};

typedef struct {
  gsize start, end;             /* with the final line end */
  gsize name_length;            /* 0: no field */
  gsize value_start, value_end; /* between colon and final line end */
} Field;

PstHeaderScanner *
pst_header_scanner_new(void)
{
  PstHeaderScanner *scanner = g_new0(PstHeaderScanner, 1);
  scanner->block = g_byte_array_sized_new(USUAL_OCTETS);
  scanner->cuts = g_array_new(FALSE, FALSE, sizeof(Cut));
  return scanner;
}

void
pst_header_scanner_free(PstHeaderScanner *scanner)
{
  if (scanner == NULL)
    return;
  g_byte_array_unref(scanner->block);
  g_array_unref(scanner->cuts);
  g_free(scanner->facts.postern_tls);
  g_free(scanner->facts.tls_required);
  g_free(scanner->facts.subject);
  g_free(scanner->facts.message_id);
  g_free(scanner);
}

static gboolean
has_crlf_at(const GByteArray *block, gsize at)
{
  return at + 2 <= block->len && block->data[at] == '\r' && block->data[at + 1] == '\n';
}

static gboolean
has_wsp_at(const GByteArray *block, gsize at)
{
  return at < block->len && (block->data[at] == ' ' || block->data[at] == '\t');
}

/* Past the folding white space that begins at @at (RFC 5322 section 3.2.2). */
static gsize
skip_fws(const GByteArray *block, gsize at, gsize end)
{
  while (at < end) {
    if (has_wsp_at(block, at))
      at++;
    else if (has_crlf_at(block, at) && has_wsp_at(block, at + 2))
      at += 3;
    else
      break;
  }
  return at;
}

/* Past the line that begins at @at and the lines folded onto it. */
static gsize
find_field_end(const GByteArray *block, gsize at)
{
  do {
    const guint8 *crlf = memmem(block->data + at, block->len - at, "\r\n", 2);
    if (crlf == NULL)
      return block->len;
    at = crlf - block->data + 2;
  } while (has_wsp_at(block, at));
  return at;
}

/* White space before the colon is obsolete but read by everybody (RFC 5322 section 4.5); a fold there is
 * neither, but a next hop that unfolds first would read it. */
static Field
read_field(const GByteArray *block, gsize start)
{
  Field field = { .start = start, .end = find_field_end(block, start) };
  field.value_end = has_crlf_at(block, field.end - MIN(field.end - start, 2)) ? field.end - 2 : field.end;
  gsize at = start;
  while (at < field.value_end && block->data[at] > ' ' && block->data[at] < 0x7f && block->data[at] != ':')
    at++;
  gsize colon = skip_fws(block, at, field.value_end);
  if (at > start && colon < field.value_end && block->data[colon] == ':') {
    field.name_length = at - start;
    field.value_start = colon + 1;
  }
  return field;
}

static gboolean
is_named(const GByteArray *block, const Field *field, const char *name)
{
  return field->name_length == strlen(name) &&
         g_ascii_strncasecmp((const char *)block->data + field->start, name, field->name_length) == 0;
}

/* Control characters become '?': a NUL must not end a value early and so make it a good one. */
static char *
unfold(const GByteArray *block, gsize start, gsize end)
{
  GString *value = g_string_new(NULL);
  for (gsize at = start; at < end; at++) {
    guint8 c = block->data[at];
    if (has_crlf_at(block, at) && has_wsp_at(block, at + 2))
      at++;
    else
      g_string_append_c(value, c == '\t' || !g_ascii_iscntrl(c) ? (char)c : '?');
  }
  return g_strstrip(g_string_free(value, FALSE));
}

static void
add_cut(PstHeaderScanner *scanner, CutKind kind, gsize start, gsize end)
{
  Cut cut = { kind, start, end };
  g_array_append_val(scanner->cuts, cut);
}

static void
read_choice_field(PstHeaderScanner *scanner, const Field *field, CutKind kind, guint *n, char **value)
{
  add_cut(scanner, kind, field->start, field->end);
  if ((*n)++ == 0)
    *value = unfold(scanner->block, field->value_start, field->value_end);
}

static void
read_subject(PstHeaderScanner *scanner, const Field *field)
{
  const GByteArray *block = scanner->block;
  gsize tag = skip_fws(block, field->value_start, field->value_end), text = tag;
  if (scanner->subject_seen)
    return;
  scanner->subject_seen = TRUE;
  if (field->value_end - tag >= strlen(SUBJECT_TAG) &&
      g_ascii_strncasecmp((const char *)block->data + tag, SUBJECT_TAG, strlen(SUBJECT_TAG)) == 0) {
    text = skip_fws(block, tag + strlen(SUBJECT_TAG), field->value_end);
    /* A line of white space alone would be left, which some take for the end of the header. */
    if (text == field->value_end)
      tag = field->value_start;
    scanner->facts.subject_tag = TRUE;
    add_cut(scanner, CUT_SUBJECT_TAG, tag, text);
  }
  g_autofree char *unfolded = unfold(block, text, field->value_end);
  scanner->facts.subject = pst_encoded_words_decode(unfolded, strlen(unfolded), SUBJECT_MAX);
}

static void
read_message_id(PstHeaderScanner *scanner, const Field *field)
{
  g_autofree char *value = unfold(scanner->block, field->value_start, field->value_end);
  const char *open = strchr(value, '<');
  const char *close = open != NULL ? strchr(open, '>') : NULL;
  if (scanner->facts.message_id == NULL && close != NULL && close - open < MESSAGE_ID_MAX)
    scanner->facts.message_id = g_utf8_make_valid(open, close - open + 1);
}

static void
take_field(PstHeaderScanner *scanner, const Field *field)
{
  const GByteArray *block = scanner->block;
  PstHeaderFacts *facts = &scanner->facts;
  if (is_named(block, field, "X-Postern-TLS"))
    read_choice_field(scanner, field, CUT_POSTERN_TLS, &facts->n_postern_tls, &facts->postern_tls);
  else if (is_named(block, field, "TLS-Required"))
    read_choice_field(scanner, field, CUT_TLS_REQUIRED, &facts->n_tls_required, &facts->tls_required);
  else if (is_named(block, field, "Subject"))
    read_subject(scanner, field);
  else if (is_named(block, field, "Message-ID"))
    read_message_id(scanner, field);
  else if (field->name_length > strlen("Resent-"))
    facts->resent |=
        g_ascii_strncasecmp((const char *)block->data + field->start, "Resent-", strlen("Resent-")) == 0;
}

/* The line that mbox files put before a message; servers pass over it where it comes first. */
static gboolean
is_mbox_line(const GByteArray *block, const Field *field)
{
  gsize at = field->start;
  while (at < field->end && block->data[at] == '>')
    at++;
  return field->name_length == 0 && field->value_end < field->end && field->end - at > 5 &&
         memcmp(block->data + at, "From ", 5) == 0;
}

/* Lines that are no fields end the header for some servers and are passed over by others: what stands behind
 * them counts, up to the empty line that ends it for all. */
static void
read_block(PstHeaderScanner *scanner)
{
  const GByteArray *block = scanner->block;
  scanner->complete = TRUE;
  scanner->begins_a_field = TRUE;
  for (gsize at = 0; at < block->len && !has_crlf_at(block, at);) {
    Field field = read_field(block, at);
    if (at == 0 && is_mbox_line(block, &field))
      scanner->insert_at = field.end;
    else if (at == scanner->insert_at)
      scanner->begins_a_field = field.name_length > 0;
    if (field.name_length > 0)
      take_field(scanner, &field);
    at = field.end;
  }
}

/* The length of the block with its empty line, or 0 while that is not there. @from: octets looked at before.
 */
static gsize
find_block_end(const GByteArray *block, gsize from)
{
  if (has_crlf_at(block, 0))
    return 2;
  from -= MIN(from, 3);
  const guint8 *end = block->len > from ? memmem(block->data + from, block->len - from, "\r\n\r\n", 4) : NULL;
  return end != NULL ? (gsize)(end - block->data) + 4 : 0;
}

PstHeaderStatus
pst_header_scanner_feed(PstHeaderScanner *scanner, const guint8 *data, gsize length, gsize *taken)
{
  GByteArray *block = scanner->block;
  gsize before = block->len, room = PST_HEADER_MAX - before;
  *taken = 0;
  if (scanner->complete)
    return PST_HEADER_DONE;
  *taken = MIN(length, room);
  g_byte_array_append(block, data, *taken);
  gsize end = find_block_end(block, before);
  if (end == 0)
    return length > room ? PST_HEADER_TOO_LARGE : PST_HEADER_MORE;
  g_byte_array_set_size(block, end);
  *taken = end - before;
  read_block(scanner);
  return PST_HEADER_DONE;
}

void
pst_header_scanner_finish(PstHeaderScanner *scanner)
{
  if (!scanner->complete)
    read_block(scanner);
}

const PstHeaderFacts *
pst_header_scanner_get_facts(PstHeaderScanner *scanner)
{
  g_return_val_if_fail(scanner->complete, NULL);
  return &scanner->facts;
}

static gboolean
is_cut(const PstHeaderEdit *edit, CutKind kind)
{
  switch (kind) {
  case CUT_POSTERN_TLS:
    return TRUE;
  case CUT_TLS_REQUIRED:
    return edit->remove_tls_required;
  case CUT_SUBJECT_TAG:
    return edit->remove_subject_tag;
  }
  g_return_val_if_reached(TRUE);
}

GBytes *
pst_header_scanner_rewrite(PstHeaderScanner *scanner, const PstHeaderEdit *edit)
{
  static const char field[] = "TLS-Required: No\r\n\r\n";
  const GByteArray *block = scanner->block;
  g_return_val_if_fail(scanner->complete, NULL);
  GByteArray *wire = g_byte_array_sized_new(block->len + sizeof field);
  g_byte_array_append(wire, block->data, scanner->insert_at);
  if (edit->insert_tls_required_no)
    g_byte_array_append(wire, (const guint8 *)field, strlen(field) - (scanner->begins_a_field ? 2 : 0));
  gsize at = scanner->insert_at;
  for (guint i = 0; i < scanner->cuts->len; i++) {
    const Cut *cut = &g_array_index(scanner->cuts, Cut, i);
    if (!is_cut(edit, cut->kind))
      continue;
    g_byte_array_append(wire, block->data + at, cut->start - at);
    at = cut->end;
  }
  g_byte_array_append(wire, block->data + at, block->len - at);
  return g_byte_array_free_to_bytes(wire);
}
