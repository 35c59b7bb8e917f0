#include "tests/store/history-count.h"

guint
history_count(PstDatabase *database, const PstHistoryFilter *filter)
{
  g_autoptr(GError) error = NULL;
  guint total = 0;
  GVariant *list = pst_history_window(database, filter, 0, 1, &total, &error);
  g_assert_no_error(error);
  g_variant_unref(g_variant_ref_sink(list));
  return total;
}
