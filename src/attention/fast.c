/* Attention one head of one sequence at a time: some queries against some keys, in tiles
 * that are copied and padded first, so that every inner loop is whole vectors and what is
 * read again is near. Each sum runs over keys or queries in their order, however they are
 * cut into tiles. */
#include "attention/attention.h"
#include "attention/backward_head.h"
#include "attention/forward_head.h"
#include <assert.h>

typedef struct {
  const uint8_t *(*forward)(lk_attention *a, const lk_attention_input *in,
                            const lk_span *span, int head, const uint8_t *keep,
                            lk_real *out, lk_real *log_sum);
  const uint8_t *(*backward)(lk_attention *a, const lk_attention_input *in,
                             const lk_span *span, int head, const uint8_t *keep,
                             const gradients *g);
} head_functions;

/* forward_head and backward_head for vectors of so many bytes. */
#define HEAD_FUNCTIONS(BYTES, TARGET)                                                      \
  TARGET static const uint8_t *forward_##BYTES(                                            \
      lk_attention *a, const lk_attention_input *in, const lk_span *span, int head,        \
      const uint8_t *keep, lk_real *out, lk_real *log_sum) {                               \
    return forward_head(BYTES, a, in, span, head, keep, out, log_sum);                     \
  }                                                                                        \
  TARGET static const uint8_t *backward_##BYTES(                                           \
      lk_attention *a, const lk_attention_input *in, const lk_span *span, int head,        \
      const uint8_t *keep, const gradients *g) {                                           \
    return backward_head(BYTES, a, in, span, head, keep, g);                               \
  }                                                                                        \
  static const head_functions heads_##BYTES = {forward_##BYTES, backward_##BYTES};
HEAD_FUNCTIONS(64, LK_WITH_64_BYTES)
HEAD_FUNCTIONS(32, LK_WITH_32_BYTES)
HEAD_FUNCTIONS(16, )
#undef HEAD_FUNCTIONS

static const head_functions *functions(int bytes) {
  assert((bytes == 64 || bytes == 32 || bytes == 16) && bytes <= lk_vector_bytes());
  return bytes == 64 ? &heads_64 : bytes == 32 ? &heads_32 : &heads_16;
}

void lk_attention_forward_fast(lk_attention *attention, const lk_attention_input *input,
                               lk_real *out, lk_real *log_sum, int bytes) {
  const uint8_t *keep = input->keep;
  const head_functions *with = functions(bytes);
  for (int s = 0; s < input->spans_count; s++)
    for (int h = 0; h < attention->heads; h++)
      keep = with->forward(attention, input, &input->spans[s], h, keep, out, log_sum);
}

void lk_attention_backward_fast(lk_attention *attention, const lk_attention_input *input,
                                const lk_real *out, const lk_real *log_sum,
                                const lk_real *d_out, lk_real *dq, lk_real *dk, lk_real *dv,
                                int bytes) {
  gradients g = {out, log_sum, d_out, dq, dk, dv};
  const uint8_t *keep = input->keep;
  const head_functions *with = functions(bytes);
  for (int s = 0; s < input->spans_count; s++)
    for (int h = 0; h < attention->heads; h++)
      keep = with->backward(attention, input, &input->spans[s], h, keep, &g);
}
