/* The passes over one head with the operands of products in bf16, two products an
 * instruction (AVX512_BF16). */
#include "base/clones.h"
#include <stddef.h>

#if LK_HAVE_CLONES && !defined(LK_NO_PAIRS)
#pragma GCC target("arch=x86-64-v4,avx512bf16")
#define LK_ATTENTION_PAIRS
#include "attention/backward_head.h"
#include "attention/forward_head.h"

static size_t forward(lk_attention *a, const lk_attention_input *in, const lk_span *span,
                      int head, size_t keep, lk_real *out, lk_real *log_sum) {
  return forward_head(LK_TILE_PAIRS, a, in, span, head, keep, out, log_sum);
}

static size_t backward(lk_attention *a, const lk_attention_input *in, const lk_span *span,
                       int head, size_t keep, const lk_attention_gradients *g) {
  return backward_head(LK_TILE_PAIRS, a, in, span, head, keep, g);
}

const lk_attention_head *lk_attention_head_in_bf16(void) {
  static const lk_attention_head head = {forward, backward};
  return lk_vector_bytes() == 64 && __builtin_cpu_supports("avx512bf16") ? &head : NULL;
}

#else
#include "attention/attention.h"

const lk_attention_head *lk_attention_head_in_bf16(void) {
  return NULL;
}

#endif
