/* Private to the kernels: reading and writing operands of either precision. */
#ifndef LOCKSTEP_NN_OPERAND_H
#define LOCKSTEP_NN_OPERAND_H

#include "base/bf16.h"
#include "lockstep/operand.h"

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

/* lk_bf16_round, whoever's time it is. */
void lk_round_operand(lk_bf16 *to, const lk_real *from, size_t count);

#endif
