/* Private to the kernels: the matrix product, by the library that was selected or the plain
 * loop, and that of few rows. */
#ifndef LOCKSTEP_NN_MULTIPLY_H
#define LOCKSTEP_NN_MULTIPLY_H

#include "lockstep/nn.h"
#include "nn/rows.h"

/* A factor, stored as it is multiplied or transposed. bf16 ones: plain loop only. */
typedef struct {
  lk_operand values;
  int transposed;
} lk_factor;

/* c (rows, columns) = or, with add, += A (rows, inner) · B (inner, columns). */
void lk_multiply(lk_real *c, int add, lk_factor a, lk_factor b, int rows, int columns,
                 int inner);

#endif
