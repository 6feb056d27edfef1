/* exp in line, without the call of a function for each vector of numbers. */
#ifndef LOCKSTEP_BASE_EXPONENTIAL_H
#define LOCKSTEP_BASE_EXPONENTIAL_H

#include "base/clones.h"
#include <stdint.h>

/* exp(x) of LK_FARTHEST < x <= 0 by the steps, and so with the bits, of glibc 2.36's
 * libmvec for AVX-512: x = n·ln 2 + r, and the value of a polynomial at r is multiplied by
 * 2ⁿ. n is in the low bits of a sum with a number so large that they are whole. */
static const float LK_FARTHEST = -0x1.5d589ep+6f;

LK_INLINE float lk_near_exponential(float x) {
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

#endif
