#include "store/tokenizer.h"
#include "lockstep/memory.h"
#include <string.h>

static const lk_h5_array place = {.name = "vocabulary", .type = LK_H5_U32, .rank = 1};

/* The file's attribute for a vocabulary that composes; it is not there for others. */
static const char form[] = "normal_form";

lk_status lk_h5_write_tokenizer(const lk_h5_file *file, const lk_tokenizer *tokenizer) {
  lk_h5_array array = place;
  array.size[0] = (uint64_t)lk_tokenizer_size(tokenizer);
  if (lk_tokenizer_composes(tokenizer)) LK_TRY(lk_h5_write_text(file, form, "NFC"));
  return lk_h5_write_array(file, &array, "Unicode code point",
                           "the character of each id: pad, mask, then ascending",
                           lk_characters_table(tokenizer));
}

static lk_status read_form(const lk_h5_file *file, lk_tokenizer *tokenizer) {
  char name[8];
  if (!lk_h5_has_attribute(file, form)) return LK_OK;
  LK_TRY(lk_h5_read_text(file, form, name, sizeof name));
  if (strcmp(name, "NFC") != 0) return lk_h5_damaged(file, "an unknown normal form");
  lk_tokenizer_compose(tokenizer, 1);
  return LK_OK;
}

static lk_status restore(const lk_h5_file *file, lk_tokenizer **out, const uint32_t *table,
                         size_t size) {
  lk_status status = lk_characters_restore(out, table, size);
  if (status == LK_BAD_DATA) return lk_h5_damaged(file, lk_message());
  if (status == LK_OK) status = read_form(file, *out);
  if (status == LK_OK) return LK_OK;
  lk_tokenizer_free(*out);
  *out = NULL;
  return status;
}

lk_status lk_h5_read_tokenizer(const lk_h5_file *file, lk_tokenizer **out) {
  lk_h5_array array = place;
  uint32_t *table;
  LK_TRY(lk_h5_measure_array(file, &array));
  LK_TRY(LK_NEW(table, array.size[0]));
  lk_status status = lk_h5_read_array(file, &array, table);
  if (status == LK_OK) status = restore(file, out, table, array.size[0]);
  lk_free(table);
  return status;
}
