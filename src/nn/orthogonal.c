#include "base/vector.h"
#include "lockstep/nn.h"
#include "nn/multiply.h"
#include <assert.h>
#include <string.h>

enum { STEPS = 5 };

/* Jordan et al. 2024: steep at 0, so that small singular values rise fast. */
static const lk_real FIRST = (lk_real)3.4445, THIRD = (lk_real)-4.775,
                     FIFTH = (lk_real)2.0315;

static int smaller(int a, int b) {
  return a < b ? a : b;
}

size_t lk_orthogonal_scratch(int rows, int columns) {
  size_t n = (size_t)smaller(rows, columns);
  return (size_t)rows * (size_t)columns + 2 * n * n;
}

LK_CLONES static double squares(const lk_real *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (double)x[i] * (double)x[i];
  return sum;
}

LK_CLONES static void scale(lk_real *x, lk_real by, size_t count) {
  for (size_t i = 0; i < count; i++)
    x[i] *= by;
}

/* to = keep · to + add · from */
LK_CLONES static void combine(lk_real *restrict to, lk_real keep,
                              const lk_real *restrict from, lk_real add, size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = keep * to[i] + add * from[i];
}

static lk_factor plain(lk_real *x) {
  return (lk_factor){lk_fp32_operand(x), 0};
}

static lk_factor transposed(lk_real *x) {
  return (lk_factor){lk_fp32_operand(x), 1};
}

/* gram = X·Xᵀ or Xᵀ·X, whichever is smaller: both give the same step. */
static void make_gram(lk_real *gram, lk_real *x, int rows, int columns) {
  if (rows <= columns)
    lk_multiply(gram, 0, plain(x), transposed(x), rows, rows, columns);
  else
    lk_multiply(gram, 0, transposed(x), plain(x), columns, columns, rows);
}

/* X ← aX + bAX + cA²X with A the gram matrix, which takes every singular value s to
 * as + bs³ + cs⁵. */
static void iterate(lk_real *x, lk_real *product, lk_real *gram, lk_real *factor, int rows,
                    int columns) {
  int n = smaller(rows, columns);
  make_gram(gram, x, rows, columns);
  lk_multiply(factor, 0, plain(gram), plain(gram), n, n, n);
  combine(factor, FIFTH, gram, THIRD, (size_t)n * (size_t)n);
  if (rows <= columns)
    lk_multiply(product, 0, plain(factor), plain(x), rows, columns, n);
  else
    lk_multiply(product, 0, plain(x), plain(factor), rows, columns, n);
  combine(x, FIRST, product, 1, (size_t)rows * (size_t)columns);
}

void lk_orthogonalise(lk_real *x, int rows, int columns, lk_real *scratch) {
  assert(rows > 0 && columns > 0);
  size_t count = (size_t)rows * (size_t)columns;
  size_t n = (size_t)smaller(rows, columns);
  double norm = sqrt(squares(x, count));
  if (norm > 0) scale(x, (lk_real)(1 / norm), count);
  for (int step = 0; step < STEPS; step++)
    iterate(x, scratch, scratch + count, scratch + count + n * n, rows, columns);
}
