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
  lk_bpe_cache *_Atomic next; /* of another thread; owned */
  entry entries[PLACES];
};

lk_status lk_bpe_cache_create(lk_bpe_cache **out) {
  LK_TRY(LK_NEW(*out, 1));
  atomic_flag_clear(&(*out)->is_taken);
  return LK_OK;
}

void lk_bpe_cache_free(lk_bpe_cache *cache) {
  while (cache) {
    lk_bpe_cache *next = atomic_load(&cache->next);
    lk_free(cache);
    cache = next;
  }
}

/* Puts another one, which is taken, behind the last; *at may have got a next one meanwhile.
 */
static lk_bpe_cache *add_cache(lk_bpe_cache *at) {
  lk_bpe_cache *more, *next = NULL;
  if (lk_bpe_cache_create(&more) != LK_OK) return NULL;
  atomic_flag_test_and_set(&more->is_taken);
  while (!atomic_compare_exchange_weak(&at->next, &next, more)) {
    if (next) at = next;
    next = NULL;
  }
  return more;
}

lk_bpe_cache *lk_bpe_cache_enter(lk_bpe_cache *cache) {
  while (atomic_flag_test_and_set(&cache->is_taken)) {
    lk_bpe_cache *next = atomic_load(&cache->next);
    if (!next) return add_cache(cache);
    cache = next;
  }
  return cache;
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
