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

/* A linear layer's three, whoever's time it is: y = x · weightᵀ + bias (NULL: none), dx =
 * dy · weight and dweight = dyᵀ · x, shaped as in lockstep/nn.h, or, with add, added to
 * them. Of bf16 operands by what the layer has made ready. rows > 0. */
void lk_multiply_forward(const lk_linear *layer, lk_real *y, lk_operand x,
                         lk_operand weight, const lk_real *bias, int rows);
void lk_multiply_input(const lk_linear *layer, lk_real *dx, int add, lk_operand dy,
                       lk_operand weight, int rows);
void lk_multiply_weight(const lk_linear *layer, lk_real *dweight, int add, lk_operand dy,
                        lk_operand x, int rows);

#endif
