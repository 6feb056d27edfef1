#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include "lockstep/normal.h"
#include "lockstep/text.h"
#include <string.h>

static lk_status refuse_length(const char *name, uint64_t line, size_t capacity) {
  if (!line)
    return lk_fail(
        LK_BAD_DATA,
        "%s: more than the %zu characters that the block has room for; shorten it", name,
        capacity);
  return lk_fail(
      LK_BAD_DATA,
      "%s, line %llu: more than the %zu characters that the block has room for; shorten it",
      name, (unsigned long long)line, capacity);
}

static lk_status encode(const lk_tokenizer *tokenizer, const char *text, size_t size,
                        const char *name, uint64_t line, lk_token *tokens, size_t capacity,
                        size_t *count) {
  size_t used = 0;
  for (size_t at = 0; at < size;) {
    uint32_t code_point;
    lk_text_place place = {line, at + 1, used + 1};
    int length = lk_text_next(text + at, size - at, &code_point);
    if (!length) return lk_text_refuse_byte(name, place, text[at]);
    int id = lk_characters_id(tokenizer, code_point);
    if (id <= LK_MASK) return lk_text_refuse_character(name, place, code_point);
    if (used == capacity) return refuse_length(name, line, capacity);
    tokens[used++] = (lk_token)id;
    at += (size_t)length;
  }
  *count = used;
  return LK_OK;
}

lk_status lk_tokenizer_encode(const lk_tokenizer *tokenizer, const char *text,
                              const char *name, uint64_t line, lk_token *tokens,
                              size_t capacity, size_t *count) {
  size_t size = strlen(text);
  char *composed;
  if (!lk_tokenizer_composes(tokenizer))
    return encode(tokenizer, text, size, name, line, tokens, capacity, count);
  LK_TRY(lk_normal_line(text, size, name, line, &composed, &size));
  lk_status status = encode(tokenizer, composed, size, name, line, tokens, capacity, count);
  lk_free(composed);
  return status;
}

lk_status lk_tokenizer_decode(const lk_tokenizer *tokenizer, const lk_token *tokens,
                              size_t count, char **text) {
  const uint32_t *table = lk_characters_table(tokenizer);
  char utf8[5];
  size_t size = 1;
  *text = NULL;
  for (size_t i = 0; i < count; i++) {
    if (tokens[i] >= (lk_token)lk_tokenizer_size(tokenizer))
      return lk_fail(LK_BAD_DATA, "token %zu is %u, the vocabulary has %d ids", i,
                     (unsigned)tokens[i], lk_tokenizer_size(tokenizer));
    size += (size_t)lk_utf8_encode(table[tokens[i]], utf8);
  }
  LK_TRY(lk_allocate((void **)text, size, 1, "decoded text"));
  for (size_t i = 0, at = 0; i < count; i++) {
    int length = lk_utf8_encode(table[tokens[i]], utf8);
    memcpy(*text + at, utf8, (size_t)length);
    at += (size_t)length;
  }
  return LK_OK;
}
