/* Tokens back to text. */
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include "text/tokenizer.h"
#include <assert.h>
#include <string.h>

static const char no_character[] = "\uFFFD";

static const char *piece_of(const lk_tokenizer *tokenizer, lk_token id,
                            char scratch[LK_PIECE], size_t *size) {
  assert(id < (lk_token)tokenizer->size);
  if (lk_tokenizer_is_text(tokenizer, id))
    return tokenizer->kind->piece(tokenizer, id, scratch, size);
  const char *shown = id == tokenizer->specials.pad    ? "□"
                      : id == tokenizer->specials.mask ? "⁇"
                                                       : "";
  *size = strlen(shown);
  return shown;
}

/* All pieces end to end, to `to` unless it is NULL; returns their bytes. */
static size_t join(const lk_tokenizer *tokenizer, const lk_token *tokens, size_t count,
                   char *to) {
  char scratch[LK_PIECE];
  size_t size, total = 0;
  for (size_t i = 0; i < count; i++, total += size) {
    const char *piece = piece_of(tokenizer, tokens[i], scratch, &size);
    if (to) memcpy(to + total, piece, size);
  }
  return total;
}

/* With what is no character made visible. */
static size_t repair(const char *bytes, size_t size, char *to) {
  size_t used = 0;
  for (size_t at = 0; at < size;) {
    uint32_t code_point;
    int length = lk_text_next(bytes + at, size - at, &code_point);
    const char *shown = length ? bytes + at : no_character;
    size_t shown_size = length ? (size_t)length : sizeof no_character - 1;
    memcpy(to + used, shown, shown_size);
    used += shown_size;
    at += length ? (size_t)length : 1;
  }
  return used;
}

lk_status lk_text_repair(const char *bytes, size_t size, char **text) {
  LK_TRY(lk_allocate((void **)text, size + 1, sizeof no_character - 1, "decoded text"));
  repair(bytes, size, *text);
  return LK_OK;
}

static lk_status check_ids(const lk_tokenizer *tokenizer, const lk_token *tokens,
                           size_t count) {
  for (size_t i = 0; i < count; i++)
    if (tokens[i] >= (lk_token)tokenizer->size)
      return lk_fail(LK_BAD_DATA, "token %zu is %u, the vocabulary has %d ids", i,
                     (unsigned)tokens[i], tokenizer->size);
  return LK_OK;
}

lk_status lk_tokenizer_decode(const lk_tokenizer *tokenizer, const lk_token *tokens,
                              size_t count, char **text) {
  char *bytes;
  *text = NULL;
  LK_TRY(check_ids(tokenizer, tokens, count));
  size_t size = join(tokenizer, tokens, count, NULL);
  LK_TRY(lk_allocate((void **)&bytes, size, 1, "decoded text"));
  join(tokenizer, tokens, count, bytes);
  lk_status status = lk_text_repair(bytes, size, text);
  lk_free(bytes);
  return status;
}
