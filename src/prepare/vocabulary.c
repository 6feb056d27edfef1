#include "prepare/vocabulary.h"
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include "prepare/spool.h"
#include <stdlib.h>

typedef struct {
  uint64_t times;
  uint32_t code_point;
} character;

static int by_frequency(const void *one, const void *other) {
  const character *a = one, *b = other;
  if (a->times != b->times) return a->times < b->times ? 1 : -1;
  return (a->code_point > b->code_point) - (a->code_point < b->code_point);
}

/* A text that has pad or mask is refused where it is encoded, by the line. */
static int is_reserved(uint32_t code_point) {
  return code_point == LK_PAD_CODE_POINT || code_point == LK_MASK_CODE_POINT;
}

static size_t collect(const uint64_t *counts, character *all) {
  size_t count = 0;
  for (uint32_t c = 0; c < LK_SPOOL_CODE_POINTS; c++)
    if (counts[c] && !is_reserved(c)) all[count++] = (character){counts[c], c};
  return count;
}

static lk_status make(lk_tokenizer **out, character *all, size_t count, uint64_t most,
                      int composes, uint64_t *unknown) {
  uint32_t *code_points;
  size_t kept = most && most < count ? (size_t)most : count;
  qsort(all, count, sizeof *all, by_frequency);
  LK_TRY(LK_NEW(code_points, kept + 1));
  for (size_t i = 0; i < kept; i++)
    code_points[i] = all[i].code_point;
  code_points[kept] = LK_UNKNOWN_CODE_POINT;
  *unknown = 0;
  for (size_t i = kept; i < count; i++)
    *unknown += all[i].times;
  lk_status status = lk_characters_create(out, code_points, kept + (most > 0), composes);
  lk_free(code_points);
  return status;
}

lk_status lk_vocabulary_make(lk_tokenizer **out, const uint64_t *counts, uint64_t most,
                             int composes, uint64_t *unknown) {
  character *all;
  *out = NULL;
  LK_TRY(LK_NEW(all, LK_SPOOL_CODE_POINTS));
  lk_status status = make(out, all, collect(counts, all), most, composes, unknown);
  lk_free(all);
  return status;
}
