#include "text/bpe_cache.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include <stdatomic.h>
#include <string.h>

/* Each piece has one place, which another one may take; no longer or more ones are kept. */
enum { PLACES = 1 << 15, BYTES = 24, TOKENS = 9 };

typedef struct {
  lk_token tokens[TOKENS];
  uint8_t count, size; /* size 0: it is free */
  char bytes[BYTES];
} entry;

struct lk_bpe_cache {
  atomic_flag is_taken;
  entry entries[PLACES];
};

lk_status lk_bpe_cache_create(lk_bpe_cache **out) {
  LK_TRY(LK_NEW(*out, 1));
  atomic_flag_clear(&(*out)->is_taken);
  return LK_OK;
}

void lk_bpe_cache_free(lk_bpe_cache *cache) {
  lk_free(cache);
}

lk_bpe_cache *lk_bpe_cache_enter(lk_bpe_cache *cache) {
  return atomic_flag_test_and_set(&cache->is_taken) ? NULL : cache;
}

void lk_bpe_cache_leave(lk_bpe_cache *cache) {
  if (cache) atomic_flag_clear(&cache->is_taken);
}

static size_t place_of(const char *piece, size_t size) {
  return (size_t)lk_hash_short(piece, size) % PLACES;
}

const lk_token *lk_bpe_cache_find(const lk_bpe_cache *cache, const char *piece, size_t size,
                                  size_t *count) {
  if (!cache || size > BYTES) return NULL;
  const entry *found = &cache->entries[place_of(piece, size)];
  *count = found->count;
  return found->size == size && !memcmp(found->bytes, piece, size) ? found->tokens : NULL;
}

void lk_bpe_cache_keep(lk_bpe_cache *cache, const char *piece, size_t size,
                       const lk_token *tokens, size_t count) {
  if (!cache || size > BYTES || count > TOKENS) return;
  entry *to = &cache->entries[place_of(piece, size)];
  to->size = (uint8_t)size;
  to->count = (uint8_t)count;
  memcpy(to->bytes, piece, size);
  memcpy(to->tokens, tokens, count * sizeof *tokens);
}
