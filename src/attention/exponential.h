/* Exponentials of scores, without the call of a function for each vector of them. */
#ifndef LOCKSTEP_ATTENTION_EXPONENTIAL_H
#define LOCKSTEP_ATTENTION_EXPONENTIAL_H

#include "attention/tile.h"
#include "base/vector.h"

/* exp(x) of FARTHEST < x <= 0 by the steps, and so with the bits, of glibc 2.36's libmvec
 * for AVX-512: x = n·ln 2 + r, and the value of a polynomial at r is multiplied by 2ⁿ. n is
 * in the low bits of a sum with a number so large that they are whole. */
static const float FARTHEST = -0x1.5d589ep+6f;

LK_INLINE float near_exponential(float x) {
  const float large = 0x1.8p+23f;
  union {
    float real;
    uint32_t bits;
  } n = {__builtin_fmaf(x, 0x1.715476p+0f, large)}, power = {0};
  float whole = n.real - large;
  float r = __builtin_fmaf(-whole, 0x1.62e4p-1f, x);
  r = __builtin_fmaf(-whole, 0x1.7f7d1cp-20f, r);
  float sum = __builtin_fmaf(0x1.0fb3fcp-7f, r, 0x1.570724p-5f);
  sum = __builtin_fmaf(sum, r, 0x1.555958p-3f);
  sum = __builtin_fmaf(sum, r, 0x1.fffe68p-2f);
  sum = __builtin_fmaf(sum, r, 0x1.fffffcp-1f);
  sum = __builtin_fmaf(sum, r, 1);
  power.bits = (n.bits + 127) << 23;
  return power.real * sum;
}

/* Whether near_exponential is what the library gives for a row of scores, with t's vectors.
 */
LK_INLINE int are_near(lk_tiling t, const lk_real *row, size_t count, lk_real shift) {
  int far = 0;
  if (sizeof *row != sizeof(float) || (t != LK_TILE_64 && t != LK_TILE_PAIRS)) return 0;
  for (size_t j = 0; j < count; j++)
    far |= row[j] - shift <= (lk_real)FARTHEST;
  return !far;
}

/* row[j] = exp(row[j] - shift) for visible keys, and what comes of it for those behind them
 * in their last vector, whose scores may be larger than the maximum: they are held at 0 so
 * that exp cannot overflow. */
LK_INLINE void row_exponentials(lk_tiling t, lk_real *row, int visible, lk_real shift) {
  size_t padded = lk_round_up((size_t)visible, LK_LANES);
  if (are_near(t, row, padded, shift))
    for (size_t j = 0; j < padded; j++) {
      lk_real x = row[j] - shift;
      row[j] = near_exponential((float)(x < 0 ? x : 0));
    }
  else
    for (size_t j = 0; j < padded; j++) {
      lk_real x = row[j] - shift;
      row[j] = LK_EXP(x < 0 ? x : 0);
    }
}

#endif
