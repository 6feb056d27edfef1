#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ID = 2 }; /* pad and mask come first */

struct lk_tokenizer {
  uint32_t *table; /* (size) */
  int size;
  lk_token *ids;  /* (limit) the id of every code point below limit, 0: none */
  uint32_t limit; /* the highest code point + 1 */
  int composes;
};

/* NUL is left out: it ends strings. */
static int is_character(uint32_t code_point) {
  return code_point > 0 && code_point <= 0x10FFFF &&
         (code_point < 0xD800 || code_point > 0xDFFF);
}

/* Code points that ascend are fewer than LK_MOST_IDS. */
static lk_status check_table(const uint32_t *table, size_t size) {
  if (size < FIRST_ID)
    return lk_fail(LK_BAD_DATA, "vocabulary: %zu ids, pad and mask alone are %d", size,
                   FIRST_ID);
  if (table[LK_PAD] != LK_PAD_CODE_POINT || table[LK_MASK] != LK_MASK_CODE_POINT)
    return lk_fail(LK_BAD_DATA, "vocabulary: ids 0 and 1 are not U+%04X and U+%04X",
                   LK_PAD_CODE_POINT, LK_MASK_CODE_POINT);
  for (size_t i = FIRST_ID; i < size; i++) {
    if (!is_character(table[i]) || table[i] == LK_PAD_CODE_POINT ||
        table[i] == LK_MASK_CODE_POINT)
      return lk_fail(LK_BAD_DATA, "vocabulary: id %zu cannot be U+%04X", i,
                     (unsigned)table[i]);
    if (i > FIRST_ID && table[i] <= table[i - 1])
      return lk_fail(LK_BAD_DATA, "vocabulary: ids %zu and %zu are not in ascending order",
                     i - 1, i);
  }
  return LK_OK;
}

lk_status lk_characters_restore(lk_tokenizer **out, const uint32_t *table, size_t size) {
  lk_tokenizer *tokenizer = NULL;
  lk_status status;
  *out = NULL;
  LK_TRY(check_table(table, size));
  assert(size <= LK_MOST_IDS);
  LK_TRY(LK_NEW(tokenizer, 1));
  tokenizer->size = (int)size;
  tokenizer->limit = size > FIRST_ID ? table[size - 1] + 1 : 0;
  LK_TRY_OR(failed, LK_NEW(tokenizer->table, size));
  LK_TRY_OR(failed, LK_NEW(tokenizer->ids, tokenizer->limit));
  memcpy(tokenizer->table, table, size * sizeof *table);
  for (size_t i = FIRST_ID; i < size; i++)
    tokenizer->ids[table[i]] = (lk_token)i;
  *out = tokenizer;
  return LK_OK;
failed:
  lk_tokenizer_free(tokenizer);
  return status;
}

static int compare_code_points(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

lk_status lk_characters_create(lk_tokenizer **out, const uint32_t *code_points,
                               size_t count) {
  uint32_t *table = NULL;
  size_t size = FIRST_ID;
  *out = NULL;
  LK_TRY(LK_NEW(table, count + FIRST_ID));
  table[LK_PAD] = LK_PAD_CODE_POINT;
  table[LK_MASK] = LK_MASK_CODE_POINT;
  for (size_t i = 0; i < count; i++)
    table[FIRST_ID + i] = code_points[i];
  qsort(table + FIRST_ID, count, sizeof *table, compare_code_points);
  for (size_t i = FIRST_ID; i < count + FIRST_ID; i++)
    if (size == FIRST_ID || table[i] != table[size - 1]) table[size++] = table[i];
  lk_status status = lk_characters_restore(out, table, size);
  lk_free(table);
  return status;
}

lk_status lk_tokenizer_copy(lk_tokenizer **out, const lk_tokenizer *tokenizer) {
  LK_TRY(lk_characters_restore(out, tokenizer->table, (size_t)tokenizer->size));
  (*out)->composes = tokenizer->composes;
  return LK_OK;
}

void lk_tokenizer_free(lk_tokenizer *tokenizer) {
  if (!tokenizer) return;
  lk_free(tokenizer->table);
  lk_free(tokenizer->ids);
  lk_free(tokenizer);
}

int lk_tokenizer_size(const lk_tokenizer *tokenizer) {
  return tokenizer->size;
}

const uint32_t *lk_characters_table(const lk_tokenizer *tokenizer) {
  return tokenizer->table;
}

int lk_characters_id(const lk_tokenizer *tokenizer, uint32_t code_point) {
  if (code_point == LK_PAD_CODE_POINT) return LK_PAD;
  if (code_point == LK_MASK_CODE_POINT) return LK_MASK;
  if (code_point >= tokenizer->limit || !tokenizer->ids[code_point]) return -1;
  return tokenizer->ids[code_point];
}

void lk_tokenizer_compose(lk_tokenizer *tokenizer, int composes) {
  tokenizer->composes = composes != 0;
}

int lk_tokenizer_composes(const lk_tokenizer *tokenizer) {
  return tokenizer->composes;
}

int lk_tokenizer_equal(const lk_tokenizer *a, const lk_tokenizer *b) {
  return a->size == b->size && a->composes == b->composes &&
         !memcmp(a->table, b->table, (size_t)a->size * sizeof *a->table);
}
