#include "relay/store/history.h"
#include "relay/store/search-words.h"
#include "tests/store/record-sample.h"
#include "tests/store/scratch-folder.h"
#include <string.h>

/* One letter per message, in the order they are saved. */
static const struct {
  const char *address;
  const char *subject;
} messages[] = {
  { "anna.weber@example.net", "Contract for the house" },    /* a */
  { "ben+news@mail.example", "Re: contract, second draft" }, /* b */
  { "joerg@b\xc3\xbc"
    "cher.example",
    "Gr\xc3\xbc\xc3\x9f"
    "e aus K\xc3\xb6ln" },                                            /* c */
  { "o'neil@example.net", "100% off; DROP TABLE messages; --" },      /* d */
  { "anna@example.org", "<b>NEAR</b> \"the\" *house* AND (or) NOT" }, /* e */
  { "weber@example.net.example",
    "\xe6\x9d\xb1\xe4\xba\xac \xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0" }, /* f */
  { "x@xn--bcher-kva.example", "" },                                               /* g */
};

static const struct {
  const char *search;
  const char *found; /* letters, newest first */
} searches[] = {
  { "contract", "ba" },
  { "CONTRACT", "ba" },
  { "contr", "ba" },
  { "contr draft", "" }, /* only the last word is a prefix */
  { "contract dr", "b" },
  { "draft contract", "b" },
  { "contract house", "a" },
  { "  house  ", "ea" },
  { "anna.weber@example.net", "a" },
  { "weber@example.net", "fa" },
  { "anna@example.org", "e" },
  { "anna@exam", "e" },
  { "anna@", "ea" },
  { "ben+news@mail.example", "b" },
  { "joerg@b\xc3\xbc"
    "cher.example",
    "c" },
  { "b\xc3\xbc"
    "cher",
    "gc" }, /* also what is written in A-labels */
  { "xn--bcher-kva.example", "g" },
  { "bucher", "gc" }, /* diacritics do not matter */
  { "koln", "c" },
  { "K\xc3\x96LN", "c" },
  { "o'neil", "d" },
  { "o'neil@example.net", "d" },
  { "100%", "d" },
  { "; --", "" },
  { "'; DROP TABLE messages; --", "d" },
  { "drop table", "d" },
  { "\"the\"", "ea" },
  { "\"the house\"", "ea" },
  { "the*", "ea" },
  { "*", "" },
  { "\"", "" },
  { "NEAR", "e" },
  { "NEAR(the house)", "" }, /* no operator: one piece of text */
  { "the AND house", "e" },  /* AND is a word */
  { "NOT", "e" },
  { "subject:contract", "" },
  { "subject : contract", "" },
  { "^contract", "ba" },
  { "-contract", "ba" },
  { "<b>", "gecb" },
  { "\xe6\x9d\xb1", "f" },
  { "\xd0\xbc\xd0\xbe\xd1\x81", "f" },
  { "nowhere", "" },
  { "me@example.org nowhere", "" },
  { "Caf\xe9", "" }, /* no UTF-8 */
  { "", "gfedcba" },
  { "   ", "gfedcba" },
};

static char *
found_letters(PstDatabase *database, const char *search)
{
  g_autoptr(GError) error = NULL;
  const PstHistoryFilter filter = { .search = search };
  g_autoptr(GVariant) list = pst_history_list(database, &filter, 0, 100, &error);
  g_assert_no_error(error);
  g_variant_ref_sink(list);
  GString *letters = g_string_new(NULL);
  for (gsize i = 0; i < g_variant_n_children(list); i++) {
    g_autoptr(GVariant) facts = g_variant_get_child_value(list, i);
    gint64 id = 0;
    g_assert_true(g_variant_lookup(facts, "id", "x", &id));
    g_string_append_c(letters, 'a' + id - 1);
  }
  return g_string_free(letters, FALSE);
}

static PstDatabase *
open_with_messages(const char *folder)
{
  g_autofree char *path = g_build_filename(folder, "history.db", NULL);
  PstDatabase *database = pst_database_open(path, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(messages); i++) {
    g_autoptr(PstMessageRecord) record = record_sample_new(messages[i].address, messages[i].subject);
    g_assert_true(pst_history_save(database, record, NULL));
  }
  return database;
}

static void
test_table(void)
{
  char *folder = scratch_folder_new();
  g_autoptr(PstDatabase) database = open_with_messages(folder);
  for (guint i = 0; i < G_N_ELEMENTS(searches); i++) {
    g_autofree char *letters = found_letters(database, searches[i].search);
    if (g_strcmp0(letters, searches[i].found) != 0)
      g_error("\"%s\" finds \"%s\", not \"%s\"", searches[i].search, letters, searches[i].found);
  }
  scratch_folder_remove(folder);
}

/* Each letter typed is a search; none may fail, whatever the text. */
static void
test_typed(void)
{
  char *folder = scratch_folder_new();
  g_autoptr(PstDatabase) database = open_with_messages(folder);
  for (guint i = 0; i < G_N_ELEMENTS(searches); i++) {
    for (gsize n = strlen(searches[i].search); n > 0; n--) {
      g_autofree char *part = g_strndup(searches[i].search, n);
      g_autofree char *letters = found_letters(database, part);
      g_assert_nonnull(letters);
    }
  }
  scratch_folder_remove(folder);
}

static void
test_follows_changes(void)
{
  char *folder = scratch_folder_new();
  g_autoptr(PstDatabase) database = open_with_messages(folder);
  g_autofree char *before = found_letters(database, "contract");
  g_assert_cmpstr(before, ==, "ba");
  g_autoptr(PstMessageRecord) record = pst_history_load(database, 1, NULL);
  g_free(record->subject);
  record->subject = NULL;
  g_assert_true(pst_history_save(database, record, NULL));
  g_autofree char *changed = found_letters(database, "contract");
  g_assert_cmpstr(changed, ==, "b");
  /* Changed or deleted before the index has it. */
  g_autoptr(PstMessageRecord) fresh = record_sample_new("carla@example.net", "contract");
  g_autoptr(PstMessageRecord) gone = record_sample_new("carla@example.net", "contract");
  g_assert_true(pst_history_save(database, fresh, NULL));
  g_assert_true(pst_history_save(database, gone, NULL));
  g_free(fresh->subject);
  fresh->subject = g_strdup("minutes");
  g_assert_true(pst_history_save(database, fresh, NULL));
  g_assert_cmpint(pst_history_delete(database, gone->id, NULL), ==, 1);
  g_autofree char *contract = found_letters(database, "contract");
  g_autofree char *minutes = found_letters(database, "minutes");
  g_assert_cmpstr(contract, ==, "b");
  g_assert_cmpstr(minutes, ==, "h");
  scratch_folder_remove(folder);
}

static void
test_ceilings(void)
{
  char *folder = scratch_folder_new();
  g_autoptr(PstDatabase) database = open_with_messages(folder);
  g_autofree char *long_word = g_strnfill(PST_SEARCH_MAX_OCTETS + 1, 'a');
  g_autofree char *many_words = g_strnfill(2 * (PST_SEARCH_MAX_WORDS + 1) - 1, 'a');
  for (gsize i = 1; many_words[i] != '\0'; i += 2)
    many_words[i] = ' ';
  const char *texts[] = { long_word, many_words };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    guint total;
    const PstHistoryFilter filter = { .search = texts[i] };
    g_assert_null(pst_history_list(database, &filter, 0, 10, &error));
    g_assert_error(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT);
    g_clear_error(&error);
    g_assert_null(pst_history_window(database, &filter, 0, 10, &total, &error));
    g_assert_error(error, PST_ERROR, PST_ERROR_INVALID_ARGUMENT);
  }
  many_words[2 * PST_SEARCH_MAX_WORDS] = '\0';
  long_word[PST_SEARCH_MAX_OCTETS] = '\0';
  g_autofree char *longest = found_letters(database, long_word), *most = found_letters(database, many_words);
  g_assert_cmpstr(longest, ==, "");
  g_assert_cmpstr(most, ==, "");
  scratch_folder_remove(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/history-search/table", test_table);
  g_test_add_func("/history-search/typed", test_typed);
  g_test_add_func("/history-search/follows-changes", test_follows_changes);
  g_test_add_func("/history-search/ceilings", test_ceilings);
  return g_test_run();
}
