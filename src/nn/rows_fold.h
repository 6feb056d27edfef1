/* Sums of 16 lanes added up, 16 sums at a time, halves onto halves. */
#ifndef LOCKSTEP_NN_ROWS_FOLD_H
#define LOCKSTEP_NN_ROWS_FOLD_H

#include "base/clones.h"
#include <immintrin.h>
#include <stddef.h>

/* Of two vectors of sums, of 2 · width lanes each, one vector of sums of `width` lanes, in
 * their order. */
LK_INLINE __m512 lk_fold_two(__m512 a, __m512 b, int width) {
  typedef int lanes __attribute__((vector_size(64)));
#define AT(i)   ((i) / width * 2 * width + (i) % width)
#define FOUR(i) AT(i), AT(i + 1), AT(i + 2), AT(i + 3)
  const lanes low = {FOUR(0), FOUR(4), FOUR(8), FOUR(12)};
#undef FOUR
#undef AT
  return _mm512_permutex2var_ps(a, (__m512i)low, b) +
         _mm512_permutex2var_ps(a, (__m512i)(low + width), b);
}

/* The lanes at `low`, then those at `high`, 8 each: memory puts them together, for there
 * are fewer units that permute. */
LK_INLINE __m512 lk_join_lanes(const float *low, const float *high) {
  return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(low)),
                            _mm256_loadu_ps(high), 1);
}

/* sums (count, 16), where there is room for a multiple of 16, become (count). */
LK_INLINE void lk_fold_lanes(float *sums, size_t count) {
  for (size_t s = 0; s < count; s += 16) {
    __m512 left[8];
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; i++) {
      const float *a = sums + (s + 2 * i) * 16, *b = a + 16;
      left[i] = lk_join_lanes(a, b) + lk_join_lanes(a + 8, b + 8);
    }
#pragma GCC unroll 3
    for (int width = 4; width > 0; width /= 2)
#pragma GCC unroll 4
      for (int i = 0; i < width; i++)
        left[i] = lk_fold_two(left[2 * i], left[2 * i + 1], width);
    _mm512_storeu_ps(sums + s, left[0]);
  }
}

#endif
