#include "store/vocabulary.h"
#include "lockstep/memory.h"

static const lk_h5_array place = {.name = "vocabulary", .type = LK_H5_U32, .rank = 1};

lk_status lk_h5_write_vocabulary(const lk_h5_file *file, const lk_vocabulary *vocabulary) {
  lk_h5_array array = place;
  array.size[0] = (uint64_t)lk_vocabulary_size(vocabulary);
  return lk_h5_write_array(file, &array, "Unicode code point",
                           "the character of each id: pad, mask, then ascending",
                           lk_vocabulary_table(vocabulary));
}

static lk_status restore(const lk_h5_file *file, lk_vocabulary **out, const uint32_t *table,
                         size_t size) {
  lk_status status = lk_vocabulary_restore(out, table, size);
  return status == LK_BAD_DATA ? lk_h5_damaged(file, lk_message()) : status;
}

lk_status lk_h5_read_vocabulary(const lk_h5_file *file, lk_vocabulary **out) {
  lk_h5_array array = place;
  uint32_t *table;
  LK_TRY(lk_h5_measure_array(file, &array));
  LK_TRY(LK_NEW(table, array.size[0]));
  lk_status status = lk_h5_read_array(file, &array, table);
  if (status == LK_OK) status = restore(file, out, table, array.size[0]);
  lk_free(table);
  return status;
}
