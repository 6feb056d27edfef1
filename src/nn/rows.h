/* Private to the kernels: the matrix product of few rows. */
#ifndef LOCKSTEP_NN_ROWS_H
#define LOCKSTEP_NN_ROWS_H

#include "lockstep/operand.h"

/* y (rows, outputs) = x (rows, inputs) · weightᵀ + bias (NULL: none), as lk_linear_rows. */
void lk_multiply_rows(lk_real *y, lk_operand x, lk_operand weight, const lk_real *bias,
                      int rows, int outputs, int inputs);

#endif
