/* Tokens that are characters: pad and mask, then a text's distinct code points, ascending.
 */
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include "text/tokenizer.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  lk_tokenizer base;
  uint32_t *table;        /* (size) */
  lk_token *ids;          /* (limit) the id of every code point below limit, 0: none */
  uint32_t limit;         /* the highest code point + 1 */
  lk_token of_ascii[256]; /* those of the first 128; 0 for all other bytes */
  lk_token unknown; /* the id of U+FFFD, which stands for what has none; 0: refuse it */
} characters;

static const characters *of(const lk_tokenizer *tokenizer) {
  assert(tokenizer->kind == &lk_tokenizer_characters);
  return (const characters *)tokenizer;
}

/* NUL is left out: it ends strings. */
static int is_character(uint32_t code_point) {
  return code_point > 0 && code_point <= 0x10FFFF &&
         (code_point < 0xD800 || code_point > 0xDFFF);
}

/* Code points that ascend are fewer than LK_MOST_IDS. */
static lk_status check_table(const uint32_t *table, size_t size) {
  if (size < LK_SPECIALS)
    return lk_fail(LK_BAD_DATA, "vocabulary: %zu ids, pad and mask alone are %d", size,
                   LK_SPECIALS);
  if (table[LK_PAD] != LK_PAD_CODE_POINT || table[LK_MASK] != LK_MASK_CODE_POINT)
    return lk_fail(LK_BAD_DATA, "vocabulary: ids 0 and 1 are not U+%04X and U+%04X",
                   LK_PAD_CODE_POINT, LK_MASK_CODE_POINT);
  for (size_t i = LK_SPECIALS; i < size; i++) {
    if (!is_character(table[i]) || table[i] == LK_PAD_CODE_POINT ||
        table[i] == LK_MASK_CODE_POINT)
      return lk_fail(LK_BAD_DATA, "vocabulary: id %zu cannot be U+%04X", i,
                     (unsigned)table[i]);
    if (i > LK_SPECIALS && table[i] <= table[i - 1])
      return lk_fail(LK_BAD_DATA, "vocabulary: ids %zu and %zu are not in ascending order",
                     i - 1, i);
  }
  return LK_OK;
}

static lk_status fill(characters *c, const uint32_t *table, size_t size) {
  c->limit = size > LK_SPECIALS ? table[size - 1] + 1 : 0;
  LK_TRY(LK_NEW(c->table, size));
  LK_TRY(LK_NEW(c->ids, c->limit));
  memcpy(c->table, table, size * sizeof *table);
  for (size_t i = LK_SPECIALS; i < size; i++)
    c->ids[table[i]] = (lk_token)i;
  for (uint32_t i = 0; i < 0x80 && i < c->limit; i++)
    c->of_ascii[i] = c->ids[i];
  if (c->limit > LK_UNKNOWN_CODE_POINT) c->unknown = c->ids[LK_UNKNOWN_CODE_POINT];
  return LK_OK;
}

lk_status lk_characters_restore(lk_tokenizer **out, const uint32_t *table, size_t size) {
  void *room = NULL;
  *out = NULL;
  LK_TRY(check_table(table, size));
  LK_TRY(lk_tokenizer_begin(&room, sizeof(characters), &lk_tokenizer_characters, size));
  lk_status status = fill(room, table, size);
  if (status == LK_OK)
    *out = room;
  else
    lk_tokenizer_free(room);
  return status;
}

static lk_status restore(lk_tokenizer **out, const void *bytes, size_t size) {
  if (size % sizeof(uint32_t))
    return lk_fail(LK_BAD_DATA, "vocabulary: %zu bytes are no code points", size);
  return lk_characters_restore(out, bytes, size / sizeof(uint32_t));
}

static lk_status save(const lk_tokenizer *tokenizer, void **bytes, size_t *size) {
  *size = (size_t)tokenizer->size * sizeof(uint32_t);
  LK_TRY(lk_allocate(bytes, *size, 1, "a vocabulary"));
  memcpy(*bytes, of(tokenizer)->table, *size);
  return LK_OK;
}

static void release(lk_tokenizer *tokenizer) {
  lk_free(of(tokenizer)->table);
  lk_free(of(tokenizer)->ids);
}

static int compare_code_points(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

lk_status lk_characters_create(lk_tokenizer **out, const uint32_t *code_points,
                               size_t count, int composes) {
  uint32_t *table = NULL;
  size_t size = LK_SPECIALS;
  *out = NULL;
  LK_TRY(LK_NEW(table, count + LK_SPECIALS));
  table[LK_PAD] = LK_PAD_CODE_POINT;
  table[LK_MASK] = LK_MASK_CODE_POINT;
  for (size_t i = 0; i < count; i++)
    table[LK_SPECIALS + i] = code_points[i];
  qsort(table + LK_SPECIALS, count, sizeof *table, compare_code_points);
  for (size_t i = LK_SPECIALS; i < count + LK_SPECIALS; i++)
    if (size == LK_SPECIALS || table[i] != table[size - 1]) table[size++] = table[i];
  lk_status status = lk_characters_restore(out, table, size);
  if (status == LK_OK) (*out)->composes = composes != 0;
  lk_free(table);
  return status;
}

const uint32_t *lk_characters_table(const lk_tokenizer *tokenizer) {
  return tokenizer->kind == &lk_tokenizer_characters ? of(tokenizer)->table : NULL;
}

int lk_characters_id(const lk_tokenizer *tokenizer, uint32_t code_point) {
  const characters *c = of(tokenizer);
  if (code_point == LK_PAD_CODE_POINT) return LK_PAD;
  if (code_point == LK_MASK_CODE_POINT) return LK_MASK;
  if (code_point >= c->limit || !c->ids[code_point]) return -1;
  return (int)c->ids[code_point];
}

int lk_characters_unknown(const lk_tokenizer *tokenizer) {
  int known = tokenizer->kind != &lk_tokenizer_characters || !of(tokenizer)->unknown;
  return known ? -1 : (int)of(tokenizer)->unknown;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* As many as are ASCII and have ids, which most are: a byte, a token. */
static size_t encode_run(const characters *c, const char *bytes, size_t most,
                         lk_token *tokens) {
  size_t i = 0;
  for (; i < most; i++) {
    lk_token id = c->of_ascii[(unsigned char)bytes[i]];
    if (!id) break;
    tokens[i] = id;
  }
  return i;
}

static lk_status encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                        lk_token *tokens, size_t capacity, size_t *count) {
  lk_token unknown = of(tokenizer)->unknown;
  size_t used = 0;
  for (size_t at = 0; at < passage->size;) {
    uint32_t code_point;
    size_t run = encode_run(of(tokenizer), passage->bytes + at,
                            least(passage->size - at, capacity - used), tokens + used);
    used += run;
    at += run;
    if (at == passage->size) break;
    const char *here = passage->bytes + at;
    int length = lk_text_next(here, passage->size - at, &code_point);
    if (!length)
      return lk_text_refuse_byte(passage->name, lk_passage_place(passage, at), *here);
    int id = lk_characters_id(tokenizer, code_point);
    if (id < LK_SPECIALS && !unknown)
      return lk_text_refuse_character(passage->name, lk_passage_place(passage, at),
                                      code_point);
    if (used == capacity)
      return lk_tokenizer_refuse_length(tokenizer->kind, passage, capacity);
    tokens[used++] = id < LK_SPECIALS ? unknown : (lk_token)id;
    at += (size_t)length;
  }
  *count = used;
  return LK_OK;
}

static const char *piece(const lk_tokenizer *tokenizer, lk_token id, char scratch[LK_PIECE],
                         size_t *size) {
  *size = (size_t)lk_utf8_encode(of(tokenizer)->table[id], scratch);
  return scratch;
}

static lk_class class_of(const lk_tokenizer *tokenizer, lk_token id) {
  return lk_text_class(of(tokenizer)->table[id]);
}

const lk_tokenizer_kind lk_tokenizer_characters = {.name = "characters",
                                                   .unit = "characters",
                                                   .restore = restore,
                                                   .save = save,
                                                   .release = release,
                                                   .encode = encode,
                                                   .piece = piece,
                                                   .class_of = class_of,
                                                   .learns = 1};
