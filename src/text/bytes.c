/* Tokens that are bytes, behind pad and mask. Every text has them, in any language. */
#include "lockstep/characters.h"
#include "lockstep/memory.h"
#include "lockstep/text.h"
#include "text/tokenizer.h"
#include <assert.h>
#include <string.h>

enum { IDS = LK_SPECIALS + 256 };

/* All that there is to save. */
static const char image[] = "256 bytes";

static lk_status restore(lk_tokenizer **out, const void *bytes, size_t size) {
  void *room = NULL;
  if (size && (size != sizeof image || memcmp(bytes, image, size)))
    return lk_fail(LK_BAD_DATA, "a tokenizer of bytes with other contents than it has");
  LK_TRY(lk_tokenizer_begin(&room, sizeof **out, &lk_tokenizer_bytes, IDS));
  *out = room;
  return LK_OK;
}

static lk_status save(const lk_tokenizer *tokenizer, void **bytes, size_t *size) {
  assert(tokenizer->size == IDS);
  *size = sizeof image;
  LK_TRY(lk_allocate(bytes, *size, 1, "a tokenizer"));
  memcpy(*bytes, image, *size);
  return LK_OK;
}

static void release(lk_tokenizer *tokenizer) {
  (void)tokenizer;
}

static lk_status encode_bytes(const lk_tokenizer *tokenizer, const lk_passage *passage,
                              lk_token *tokens, size_t capacity, size_t *count,
                              size_t *used) {
  if (passage->size > capacity)
    return lk_tokenizer_refuse_length(tokenizer->kind, passage, capacity);
  for (size_t i = 0; i < passage->size; i++)
    tokens[i] = LK_SPECIALS + (unsigned char)passage->bytes[i];
  *count = passage->size;
  if (used) *used = passage->size;
  return LK_OK;
}

static lk_status encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                        lk_token *tokens, size_t capacity, size_t *count) {
  LK_TRY(lk_tokenizer_check_text(passage));
  return encode_bytes(tokenizer, passage, tokens, capacity, count, NULL);
}

static const char *piece(const lk_tokenizer *tokenizer, lk_token id, char scratch[LK_PIECE],
                         size_t *size) {
  assert(id < (lk_token)tokenizer->size);
  if (id < LK_SPECIALS) {
    *size = (size_t)lk_utf8_encode(id == LK_PAD ? LK_PAD_CODE_POINT : LK_MASK_CODE_POINT,
                                   scratch);
    return scratch;
  }
  scratch[0] = (char)(id - LK_SPECIALS);
  *size = 1;
  return scratch;
}

/* Bytes beyond ASCII are parts of letters more often than of anything else. */
static lk_class class_of(const lk_tokenizer *tokenizer, lk_token id) {
  assert(id >= LK_SPECIALS && id < (lk_token)tokenizer->size);
  lk_token byte = id - LK_SPECIALS;
  return byte < 0x80 ? lk_text_class(byte) : LK_CLASS_LETTER;
}

const lk_tokenizer_kind lk_tokenizer_bytes = {.name = "bytes",
                                              .unit = "bytes",
                                              .restore = restore,
                                              .save = save,
                                              .release = release,
                                              .encode = encode,
                                              .encode_bytes = encode_bytes,
                                              .piece = piece,
                                              .class_of = class_of};
