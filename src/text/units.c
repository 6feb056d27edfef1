#include "lockstep/units.h"
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include <assert.h>
#include <math.h>
#include <string.h>

const char *lk_unit_name(lk_unit unit) {
  static const char *const names[LK_UNITS] = {"token", "word", "character", "byte"};
  assert(unit < LK_UNITS);
  return names[unit];
}

/* Bytes that are no character are part of a word. */
static size_t count_words(const char *bytes, size_t size) {
  size_t words = 0;
  int inside = 0;
  for (size_t at = 0; at < size;) {
    uint32_t code_point;
    int length = lk_text_next(bytes + at, size - at, &code_point);
    int space = length && lk_text_is_space(code_point);
    words += !space && !inside;
    inside = !space;
    at += length ? (size_t)length : 1;
  }
  return words;
}

/* The tokens' bytes end to end, to `to` unless it is NULL; returns their number. */
static size_t join(const lk_tokenizer *tokenizer, const lk_token *tokens, size_t count,
                   char *to) {
  char scratch[LK_PIECE];
  size_t size, total = 0;
  for (size_t i = 0; i < count; i++) {
    if (!lk_tokenizer_is_text(tokenizer, tokens[i])) continue;
    const char *piece = lk_tokenizer_piece(tokenizer, tokens[i], scratch, &size);
    if (to) memcpy(to + total, piece, size);
    total += size;
  }
  return total;
}

void lk_units_add_text(double counts[LK_UNITS], const char *bytes, size_t size) {
  counts[LK_UNIT_WORD] += (double)count_words(bytes, size);
  counts[LK_UNIT_CHARACTER] += (double)lk_text_count(bytes, size);
  counts[LK_UNIT_BYTE] += (double)size;
}

void lk_units_drop_unknown(double counts[LK_UNITS], const lk_tokenizer *tokenizer,
                           const lk_token *tokens, size_t count) {
  int unknown = lk_characters_unknown(tokenizer);
  for (size_t i = 0; i < count; i++)
    if ((int)tokens[i] == unknown) counts[LK_UNIT_WORD] = counts[LK_UNIT_BYTE] = NAN;
}

lk_status lk_units_add(double counts[LK_UNITS], const lk_tokenizer *tokenizer,
                       const lk_token *tokens, size_t count) {
  size_t size = join(tokenizer, tokens, count, NULL);
  char *bytes;
  LK_TRY(lk_allocate((void **)&bytes, size, 1, "a text whose words are counted"));
  join(tokenizer, tokens, count, bytes);
  counts[LK_UNIT_TOKEN] += (double)count;
  lk_units_add_text(counts, bytes, size);
  lk_units_drop_unknown(counts, tokenizer, tokens, count);
  lk_free(bytes);
  return LK_OK;
}
