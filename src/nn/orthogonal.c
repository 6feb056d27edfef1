#include "base/vector.h"
#include "lockstep/nn.h"
#include "nn/multiply.h"
#include <assert.h>

enum { STEPS = 5 };

/* Jordan et al. 2024: steep at 0, so that small singular values rise fast. */
static const lk_real FIRST = (lk_real)3.4445, THIRD = (lk_real)-4.775,
                     FIFTH = (lk_real)2.0315;

static int smaller(int a, int b) {
  return a < b ? a : b;
}

lk_status lk_orthogonal_create(lk_orthogonal *out, int rows, int columns) {
  int n = smaller(rows, columns);
  *out = (lk_orthogonal){.rows = rows, .columns = columns};
  LK_TRY(lk_linear_create(&out->across, LK_FP32, columns, n));
  lk_status status = lk_linear_create(&out->square, LK_FP32, n, n);
  if (status != LK_OK) lk_orthogonal_release(out);
  return status;
}

void lk_orthogonal_release(lk_orthogonal *shape) {
  lk_linear_release(&shape->across);
  lk_linear_release(&shape->square);
}

/* Numbers of the matrix, and of one of its smaller size. */
static size_t count_all(const lk_orthogonal *shape) {
  return (size_t)shape->rows * (size_t)shape->columns;
}

static size_t count_square(const lk_orthogonal *shape) {
  size_t n = (size_t)smaller(shape->rows, shape->columns);
  return n * n;
}

size_t lk_orthogonal_scratch(const lk_orthogonal *shape) {
  return count_all(shape) + 2 * count_square(shape);
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

/* X ← aX + bAX + cA²X with A = X·Xᵀ, or aX + bXA + cXA² with A = Xᵀ·X, whichever is
 * smaller: both take every singular value s to as + bs³ + cs⁵. */
static void iterate(const lk_orthogonal *s, lk_real *x, lk_real *product, lk_real *gram,
                    lk_real *factor) {
  int is_wide = s->rows <= s->columns;
  lk_operand X = lk_fp32_operand(x), A = lk_fp32_operand(gram);
  lk_operand F = lk_fp32_operand(factor);
  if (is_wide)
    lk_multiply_forward(&s->across, gram, 0, X, X, s->rows);
  else
    lk_multiply_weight(&s->across, gram, 0, X, X, s->rows);
  lk_multiply_input(&s->square, factor, 0, A, A, smaller(s->rows, s->columns));
  combine(factor, FIFTH, gram, THIRD, count_square(s));
  lk_multiply_input(&s->across, product, 0, is_wide ? F : X, is_wide ? X : F, s->rows);
  combine(x, FIRST, product, 1, count_all(s));
}

void lk_orthogonalise(const lk_orthogonal *shape, lk_real *x, lk_real *scratch) {
  assert(shape->rows > 0 && shape->columns > 0);
  size_t count = count_all(shape), square = count_square(shape);
  double norm = sqrt(squares(x, count));
  if (norm > 0) scale(x, (lk_real)(1 / norm), count);
  for (int step = 0; step < STEPS; step++)
    iterate(shape, x, scratch, scratch + count, scratch + count + square);
}
