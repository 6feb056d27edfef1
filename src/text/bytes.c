/* Tokens that are bytes, behind pad and mask. Every text has them, in any language. */
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

static lk_status check(const lk_passage *passage) {
  for (size_t at = 0; at < passage->size;) {
    uint32_t code_point;
    const char *here = passage->bytes + at;
    int length = lk_text_next(here, passage->size - at, &code_point);
    lk_text_place place = {passage->line, at + 1, 0};
    if (!length) return lk_text_refuse_byte(passage->name, place, *here);
    at += (size_t)length;
  }
  return LK_OK;
}

static lk_status encode(const lk_tokenizer *tokenizer, const lk_passage *passage,
                        lk_token *tokens, size_t capacity, size_t *count) {
  LK_TRY(check(passage));
  if (passage->size > capacity)
    return lk_tokenizer_refuse_length(tokenizer->kind, passage, capacity);
  for (size_t i = 0; i < passage->size; i++)
    tokens[i] = LK_SPECIALS + (unsigned char)passage->bytes[i];
  *count = passage->size;
  return LK_OK;
}

static const char *piece(const lk_tokenizer *tokenizer, lk_token id, char scratch[LK_PIECE],
                         size_t *size) {
  assert(id >= LK_SPECIALS && id < (lk_token)tokenizer->size);
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
                                              .count = strlen,
                                              .piece = piece,
                                              .class_of = class_of};
