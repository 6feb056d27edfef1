/* Which tokenizer it is: two of one fingerprint give the same tokens for every text. */
#include "lockstep/memory.h"
#include "text/tokenizer.h"
#include <string.h>

/* No memory, no fingerprint: then it is no other's either. */
lk_hash lk_tokenizer_fingerprint(const lk_tokenizer *tokenizer) {
  lk_tokenizer_image image;
  lk_hasher *hasher = NULL;
  lk_hash hash = {""};
  if (lk_tokenizer_save(tokenizer, &image) != LK_OK) return hash;
  if (lk_hasher_create(&hasher) == LK_OK) {
    lk_hasher_add(hasher, image.kind, sizeof image.kind);
    lk_hasher_add(hasher, &image.composes, sizeof image.composes);
    lk_hasher_add(hasher, image.bytes, image.size);
    hash = lk_hasher_value(hasher);
    lk_hasher_free(hasher);
  }
  lk_free(image.bytes);
  return hash;
}

int lk_tokenizer_equal(const lk_tokenizer *a, const lk_tokenizer *b) {
  lk_hash one = lk_tokenizer_fingerprint(a), other = lk_tokenizer_fingerprint(b);
  return *one.hex && !strcmp(one.hex, other.hex);
}

int lk_tokenizer_reads(const lk_tokenizer *reader, const lk_tokenizer *writer) {
  lk_tokenizer *composing;
  if (lk_tokenizer_equal(reader, writer)) return 1;
  if (!writer->composes || lk_tokenizer_copy(&composing, reader) != LK_OK) return 0;
  composing->composes = 1;
  int are_equal = lk_tokenizer_equal(composing, writer);
  lk_tokenizer_free(composing);
  return are_equal;
}
