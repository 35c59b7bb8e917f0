#include "relay/mail/encoded-words.h"
#include <string.h>

typedef struct {
  const char *value;
  const char *decoded;
} Row;

static const Row rows[] = {
  { "", "" },
  { "plain", "plain" },
  { "  plain  words ", "plain  words" },
  { "=?utf-8?Q?Stra=C3=9Fe?=", "Stra\xc3\x9f"
                               "e" },
  { "=?UTF-8?q?a_b=5Fc?=", "a b_c" },
  { "=?utf-8?B?U3RyYcOfZQ==?=", "Stra\xc3\x9f"
                                "e" },
  { "=?utf-8?b?U3RyYcOfZQ?= x", "Stra\xc3\x9f"
                                "e x" },
  { "=?utf-8*de?Q?a?=", "a" },
  { "=?iso-8859-1?Q?Stra=DFe?=", "Stra\xc3\x9f"
                                 "e" },
  { "=?windows-1252?Q?=80?=", "\xe2\x82\xac" },
  { "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac" },
  { "a =?utf-8?Q?b?= c", "a b c" },
  { "=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab" },
  { "=?utf-8?Q?a?= \t =?iso-8859-1?Q?=E4?= c", "a\xc3\xa4 c" },
  { "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c" },
  { "=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "\xe2\x82\xac" },
  { "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=", "=?utf-8?Q?a?=" },
  { "=?utf-8?Q?"
    "?=",
    "" },
  { "=?utf-8?Q?=4?=", "=4" },
  { "=?utf-8?Q?=41?=", "A" },
  { "=?utf-8?X?a?=", "=?utf-8?X?a?=" },
  { "=?utf-8?Q?a", "=?utf-8?Q?a" },
  { "=?"
    "?Q?a?=",
    "=?"
    "?Q?a?=" },
  { "=?", "=?" },
  { "=?utf-8?", "=?utf-8?" },
  { "=?utf-8//TRANSLIT?Q?a?=", "=?utf-8//TRANSLIT?Q?a?=" },
  { "=?no-such-charset?Q?a=FFb?=", "a\xef\xbf\xbd"
                                   "b" },
  { "=?utf-8?Q?=FF?=", "\xef\xbf\xbd" },
  { "raw \xff octet", "raw \xef\xbf\xbd octet" },
  { "m\xc3\xbcller", "m\xc3\xbcller" },
  { "=?utf-8?Q?a=0D=0Ab=00c=1Bd?=", "a  b\xef\xbf\xbd"
                                    "c d" },
  { "=?utf-8?Q?a=E2=80=AEb=E2=80=A8c?=", "a b c" },
};

static void
test_decode(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *shown = g_strescape(rows[i].value, NULL);
    g_test_message("%s", shown);
    g_autofree char *decoded = pst_encoded_words_decode(rows[i].value, strlen(rows[i].value), 500);
    g_assert_cmpstr(decoded, ==, rows[i].decoded);
  }
}

static void
test_ceilings(void)
{
  g_autofree char *cut = pst_encoded_words_decode("ab\xc3\xa4z", 5, 3);
  g_assert_cmpstr(cut, ==, "ab");
  g_autofree char *huge = g_strnfill(1000000, 'a');
  g_autofree char *decoded = pst_encoded_words_decode(huge, 1000000, 500000);
  g_assert_cmpuint(strlen(decoded), ==, 16 * 1024);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/encoded-words/decode", test_decode);
  g_test_add_func("/encoded-words/ceilings", test_ceilings);
  return g_test_run();
}
