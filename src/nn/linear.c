#include "base/clones.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include <cblas.h>
#include <string.h>

#define LK_GEMM _Generic((lk_real)0, float : cblas_sgemm, double : cblas_dgemm)

/* C (rows, columns) = or += A·B where element (i, k) of A is a[i·a_row + k·a_column],
 * likewise B. */
static void multiply_reference(lk_real *c, int add, const lk_real *a, int a_row,
                               int a_column, const lk_real *b, int b_row, int b_column,
                               int rows, int columns, int inner) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      double sum = 0;
      for (int k = 0; k < inner; k++)
        sum += (double)a[(size_t)i * (size_t)a_row + (size_t)k * (size_t)a_column] *
               (double)b[(size_t)k * (size_t)b_row + (size_t)j * (size_t)b_column];
      lk_real *to = &c[(size_t)i * (size_t)columns + (size_t)j];
      *to = (lk_real)((add ? (double)*to : 0) + sum);
    }
}

static void set_rows(lk_real *y, const lk_real *row, int rows, int columns) {
  for (int i = 0; i < rows; i++)
    memcpy(y + (size_t)i * (size_t)columns, row, (size_t)columns * sizeof *y);
}

void lk_linear_forward(lk_real *y, const lk_real *x, const lk_real *weight,
                       const lk_real *bias, int rows, int inputs, int outputs) {
  if (rows == 0) return;
  if (bias) set_rows(y, bias, rows, outputs);
  if (lk_kernels_are_reference())
    multiply_reference(y, bias != NULL, x, inputs, 1, weight, 1, inputs, rows, outputs,
                       inputs);
  else
    LK_GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, rows, outputs, inputs, 1, x, inputs,
            weight, inputs, bias ? 1 : 0, y, outputs);
}

void lk_linear_backward_input(lk_real *dx, int add, const lk_real *dy,
                              const lk_real *weight, int rows, int inputs, int outputs) {
  if (rows == 0) return;
  if (lk_kernels_are_reference())
    multiply_reference(dx, add, dy, outputs, 1, weight, inputs, 1, rows, inputs, outputs);
  else
    LK_GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, inputs, outputs, 1, dy,
            outputs, weight, inputs, add ? 1 : 0, dx, inputs);
}

/* Column sums, row after row: columns are independent, so vectors of them keep the order.
 */
LK_CLONES static void add_column_sums(lk_real *restrict sums,
                                      const lk_real *restrict rows_start, int rows,
                                      int columns) {
  for (int i = 0; i < rows; i++) {
    const lk_real *row = rows_start + (size_t)i * (size_t)columns;
    for (int j = 0; j < columns; j++)
      sums[j] += row[j];
  }
}

void lk_linear_backward_weight(lk_real *dweight, lk_real *dbias, const lk_real *dy,
                               const lk_real *x, int rows, int inputs, int outputs) {
  if (rows == 0) return;
  if (dbias) add_column_sums(dbias, dy, rows, outputs);
  if (lk_kernels_are_reference())
    multiply_reference(dweight, 1, dy, 1, outputs, x, inputs, 1, outputs, inputs, rows);
  else
    LK_GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, outputs, inputs, rows, 1, dy, outputs,
            x, inputs, 1, dweight, inputs);
}
