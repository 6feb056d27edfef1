#include "base/vector.h"
#include "lockstep/attention.h"
#include <assert.h>
#include <string.h>

/* out = weights · v, vector by vector of a row: sums stay in registers while keys go by. */
LK_INLINE void add_values(const lk_real *weights, const lk_real *v, size_t stride, int keys,
                          int head_size, lk_real *out) {
  int d = 0;
  for (; d + LK_LANES <= head_size; d += LK_LANES) {
    lk_real sums[LK_LANES] = {0};
    for (int j = 0; j < keys; j++)
      for (int lane = 0; lane < LK_LANES; lane++)
        sums[lane] += weights[j] * v[(size_t)j * stride + (size_t)(d + lane)];
    memcpy(out + d, sums, sizeof sums);
  }
  for (; d < head_size; d++) {
    out[d] = 0;
    for (int j = 0; j < keys; j++)
      out[d] += weights[j] * v[(size_t)j * stride + (size_t)d];
  }
}

LK_CLONES void lk_attention_single_query(const lk_real *q, const lk_real *k,
                                         const lk_real *v, size_t stride, int keys,
                                         int head_size, lk_real scale, lk_real *weights,
                                         lk_real *out) {
  assert(keys > 0 && head_size > 0 && stride >= (size_t)head_size);
  for (int j = 0; j < keys; j++)
    weights[j] = scale * lk_row_dot(q, k + (size_t)j * stride, (size_t)head_size);
  lk_real largest = lk_row_maximum(weights, (size_t)keys);
  for (int j = 0; j < keys; j++)
    weights[j] = LK_EXP(weights[j] - largest);
  lk_real factor = 1 / lk_row_sum(weights, (size_t)keys);
  for (int j = 0; j < keys; j++)
    weights[j] *= factor;
  add_values(weights, v, stride, keys, head_size, out);
}
