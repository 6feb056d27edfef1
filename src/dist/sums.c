#include "dist/sums.h"
#include "base/bf16.h"

void lk_add_array(float *restrict to, const float *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] += from[i];
}

LK_INLINE float rounded(float number) {
  return lk_bf16_value(lk_bf16_of(number));
}

LK_CLONES void lk_add_rounded(float *restrict to, const float *restrict from,
                              size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = rounded(rounded(to[i]) + rounded(from[i]));
}

LK_CLONES void lk_round_array(float *array, size_t count) {
  for (size_t i = 0; i < count; i++)
    array[i] = rounded(array[i]);
}

LK_CLONES void lk_narrow_array(lk_bf16 *restrict to, const float *restrict from,
                               size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = lk_bf16_of(from[i]);
}

LK_CLONES void lk_widen_array(float *restrict to, const lk_bf16 *restrict from,
                              size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = lk_bf16_value(from[i]);
}
