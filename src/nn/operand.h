/* Private to the kernels: reading and writing operands of either precision. */
#ifndef LOCKSTEP_NN_OPERAND_H
#define LOCKSTEP_NN_OPERAND_H

#include "base/clones.h"
#include "lockstep/nn.h"

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

/* Both branches are loops of their own: the compiler takes the choice out of the loop. */
LK_INLINE void lk_put(lk_operand to, size_t i, lk_real value) {
  if (to.bf16)
    to.bf16[i] = lk_bf16_of(value);
  else
    to.real[i] = value;
}

LK_INLINE lk_real lk_get(lk_operand from, size_t i) {
  return from.bf16 ? lk_bf16_value(from.bf16[i]) : from.real[i];
}

#endif
