/* bf16, the upper half of a float, and back. */
#ifndef LOCKSTEP_BASE_BF16_H
#define LOCKSTEP_BASE_BF16_H

#include "base/clones.h"
#include "lockstep/types.h"

/* To the nearest bf16, ties to even; NaN stays NaN, and what is too large becomes infinite.
 */
LK_INLINE lk_bf16 lk_bf16_of(lk_real value) {
  union {
    float real;
    uint32_t bits;
  } from = {(float)value};
  uint32_t nearest = (from.bits + 0x7fff + (from.bits >> 16 & 1)) >> 16;
  uint32_t quiet = from.bits >> 16 | 0x40;
  return (lk_bf16)((from.bits & 0x7fffffff) > 0x7f800000 ? quiet : nearest);
}

LK_INLINE lk_real lk_bf16_value(lk_bf16 half) {
  union {
    uint32_t bits;
    float real;
  } to = {(uint32_t)half << 16};
  return (lk_real)to.real;
}

#endif
