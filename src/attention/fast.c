/* Attention one head of one sequence at a time: some queries against some keys, in tiles
 * that are copied and padded first, so that every inner loop is whole vectors and what is
 * read again is near. Each sum runs over keys or queries in their order, however they are
 * cut into tiles. */
#include "attention/backward_head.h"
#include "attention/forward_head.h"
#include <assert.h>

/* The passes over one head for vectors of so many bytes. */
#define HEAD(BYTES, TARGET)                                                                \
  TARGET static size_t forward_##BYTES(lk_attention *a, const lk_attention_input *in,      \
                                       const lk_span *span, int head, size_t keep,         \
                                       lk_real *out, lk_real *log_sum) {                   \
    return forward_head(LK_TILE_##BYTES, a, in, span, head, keep, out, log_sum);           \
  }                                                                                        \
  TARGET static size_t backward_##BYTES(lk_attention *a, const lk_attention_input *in,     \
                                        const lk_span *span, int head, size_t keep,        \
                                        const lk_attention_gradients *g) {                 \
    return backward_head(LK_TILE_##BYTES, a, in, span, head, keep, g);                     \
  }                                                                                        \
  static const lk_attention_head head_##BYTES = {forward_##BYTES, backward_##BYTES};
HEAD(64, LK_WITH_64_BYTES)
HEAD(32, LK_WITH_32_BYTES)
HEAD(16, )
#undef HEAD

const lk_attention_head *lk_attention_head_of(int bytes) {
  assert((bytes == 64 || bytes == 32 || bytes == 16) && bytes <= lk_vector_bytes());
  return bytes == 64 ? &head_64 : bytes == 32 ? &head_32 : &head_16;
}
