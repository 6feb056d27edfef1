/* The tokens of pieces that were merged lately. Private to src/text. */
#ifndef LOCKSTEP_TEXT_BPE_CACHE_H
#define LOCKSTEP_TEXT_BPE_CACHE_H

#include "lockstep/status.h"
#include "lockstep/types.h"
#include <stddef.h>

typedef struct lk_bpe_cache lk_bpe_cache;

/* The caller owns *out: lk_bpe_cache_free. */
lk_status lk_bpe_cache_create(lk_bpe_cache **out);
void lk_bpe_cache_free(lk_bpe_cache *cache);

/* A cache for one thread's use, `cache` or one beside it, which is made where other threads
 * have all; NULL where there is no memory for one. lk_bpe_cache_leave. */
lk_bpe_cache *lk_bpe_cache_enter(lk_bpe_cache *cache);
void lk_bpe_cache_leave(lk_bpe_cache *cache);

/* The tokens of a piece, the cache's until the next call, and their number; NULL where it
 * is not there. */
const lk_token *lk_bpe_cache_find(const lk_bpe_cache *cache, const char *piece, size_t size,
                                  size_t *count);
void lk_bpe_cache_keep(lk_bpe_cache *cache, const char *piece, size_t size,
                       const lk_token *tokens, size_t count);

#endif
