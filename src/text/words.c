/* Where words begin, by the text of tokens. */
#include "lockstep/memory.h"
#include "text/tokenizer.h"
#include <assert.h>

static lk_class class_of(const lk_tokenizer *tokenizer, lk_token id) {
  return lk_tokenizer_is_text(tokenizer, id) ? tokenizer->kind->class_of(tokenizer, id)
                                             : LK_CLASS_OTHER;
}

void lk_tokenizer_classes(const lk_tokenizer *tokenizer, uint8_t *classes) {
  for (lk_token id = 0; id < (lk_token)tokenizer->size; id++)
    classes[id] = (uint8_t)class_of(tokenizer, id);
}

lk_token lk_tokenizer_first_of(const lk_tokenizer *tokenizer, lk_class class_wanted) {
  assert(class_wanted != LK_CLASS_OTHER);
  for (lk_token id = 0; id < (lk_token)tokenizer->size; id++)
    if (class_of(tokenizer, id) == class_wanted) return id;
  return tokenizer->specials.pad;
}

int lk_tokenizer_joins(const lk_tokenizer *tokenizer) {
  return tokenizer->kind->joins;
}

/* The token that is these bytes; `other` where that takes several. */
static lk_status find_one(const lk_tokenizer *tokenizer, const char *bytes, size_t size,
                          lk_token other, lk_token *out) {
  lk_passage passage = {bytes, size, "a token", 0, 0};
  lk_token *tokens;
  size_t count;
  LK_TRY(LK_NEW(tokens, size));
  lk_status status =
      tokenizer->kind->encode_bytes(tokenizer, &passage, tokens, size, &count, NULL);
  *out = status == LK_OK && count == 1 ? tokens[0] : other;
  lk_free(tokens);
  return status;
}

lk_status lk_tokenizer_blanks(const lk_tokenizer *tokenizer, uint8_t *behind,
                              lk_token *bare) {
  char scratch[LK_PIECE];
  size_t size;
  for (lk_token id = 0; id < (lk_token)tokenizer->size; id++) {
    behind[id] = 0;
    bare[id] = id;
    if (!tokenizer->kind->joins || !lk_tokenizer_is_text(tokenizer, id)) continue;
    const char *bytes = lk_tokenizer_piece(tokenizer, id, scratch, &size);
    if (*bytes != ' ' || size == 1 || bytes[1] == ' ') continue;
    behind[id] = size > UINT8_MAX ? UINT8_MAX : (uint8_t)(size - 1);
    LK_TRY(find_one(tokenizer, bytes + 1, size - 1, id, &bare[id]));
  }
  return LK_OK;
}
