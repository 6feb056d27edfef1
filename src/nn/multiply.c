#include "nn/multiply.h"
#include "lockstep/kernels.h"
#include "nn/operand.h"
#include <assert.h>
#include <cblas.h>

#define LK_GEMM _Generic((lk_real)0, float : cblas_sgemm, double : cblas_dgemm)

static double element(lk_factor f, int row, int column, int rows, int columns) {
  size_t i = f.transposed ? (size_t)column * (size_t)rows + (size_t)row
                          : (size_t)row * (size_t)columns + (size_t)column;
  return (double)lk_get(f.values, i);
}

static void multiply_reference(lk_real *c, int add, lk_factor a, lk_factor b, int rows,
                               int columns, int inner) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      lk_real *to = &c[(size_t)i * (size_t)columns + (size_t)j];
      double sum = 0;
      for (int k = 0; k < inner; k++)
        sum += element(a, i, k, rows, inner) * element(b, k, j, inner, columns);
      *to = (lk_real)((add ? (double)*to : 0) + sum);
    }
}

void lk_multiply(lk_real *c, int add, lk_factor a, lk_factor b, int rows, int columns,
                 int inner) {
  assert(rows > 0 && columns > 0 && inner > 0);
  assert(lk_kernels_are_reference() || (a.values.real && b.values.real));
  if (lk_kernels_are_reference())
    multiply_reference(c, add, a, b, rows, columns, inner);
  else
    LK_GEMM(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
            b.transposed ? CblasTrans : CblasNoTrans, rows, columns, inner, 1,
            a.values.real, a.transposed ? rows : inner, b.values.real,
            b.transposed ? inner : columns, add ? 1 : 0, c, columns);
}
