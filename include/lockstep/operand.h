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

/* The same into the start of the numbers' own memory, which holds nothing else then.
 * scratch: `room` numbers, at least one, that make the pieces that it is done in. */
void lk_bf16_round_in_place(lk_real *numbers, size_t count, lk_bf16 *scratch, size_t room);

LK_C_END

#endif
