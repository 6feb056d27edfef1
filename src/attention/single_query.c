#include "base/vector.h"
#include "lockstep/attention.h"

LK_CLONES void lk_attention_single_query(const lk_real *q, const lk_real *k,
                                         const lk_real *v, size_t stride, int keys,
                                         int head_size, lk_real scale, lk_real *weights,
                                         lk_real *out) {
  lk_real largest = -INFINITY;
  for (int j = 0; j < keys; j++) {
    lk_real product = 0;
    for (int d = 0; d < head_size; d++)
      product += q[d] * k[(size_t)j * stride + (size_t)d];
    weights[j] = scale * product;
    largest = weights[j] > largest ? weights[j] : largest;
  }
  lk_real sum = 0;
  for (int j = 0; j < keys; j++)
    weights[j] = LK_EXP(weights[j] - largest);
  for (int j = 0; j < keys; j++)
    sum += weights[j];
  for (int d = 0; d < head_size; d++)
    out[d] = 0;
  for (int j = 0; j < keys; j++) {
    weights[j] /= sum;
    for (int d = 0; d < head_size; d++)
      out[d] += weights[j] * v[(size_t)j * stride + (size_t)d];
  }
}
