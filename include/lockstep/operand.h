/* What products read, by itself: kernels that take long to compile need no more. */
#ifndef LOCKSTEP_OPERAND_H
#define LOCKSTEP_OPERAND_H

#include "lockstep/linkage.h"
#include "lockstep/types.h"
#include <stddef.h>

LK_C_BEGIN

/* A matrix that products read, in their precision; the other pointer is NULL. */
typedef struct {
  lk_real *real;
  lk_bf16 *bf16;
} lk_operand;

static inline lk_operand lk_fp32_operand(lk_real *real) {
  return (lk_operand){real, NULL};
}

/* Its rest, from number `first` on. */
static inline lk_operand lk_operand_from(lk_operand all, size_t first) {
  if (all.bf16) return (lk_operand){NULL, all.bf16 + first};
  return lk_fp32_operand(all.real + first);
}

/* Rounds count numbers to the nearest bf16, ties to even. NaN stays NaN. */
void lk_bf16_round(lk_bf16 *to, const lk_real *from, size_t count);

LK_C_END

#endif
