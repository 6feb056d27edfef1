#include "base/chunks.h"
#include "base/vector.h"
#include "lockstep/nn.h"
#include "nn/multiply.h"
#include "nn/operand.h"
#include <assert.h>

enum { STEPS = 5 };

/* Jordan et al. 2024: steep at 0, so that small singular values rise fast. */
static const lk_real FIRST = (lk_real)3.4445, THIRD = (lk_real)-4.775,
                     FIFTH = (lk_real)2.0315;

static int smaller(int a, int b) {
  return a < b ? a : b;
}

lk_status lk_orthogonal_create(lk_orthogonal *out, lk_precision precision, int rows,
                               int columns) {
  int n = smaller(rows, columns);
  *out = (lk_orthogonal){.rows = rows, .columns = columns, .precision = precision};
  LK_TRY(lk_linear_create(&out->across, precision, columns, n));
  lk_status status = lk_linear_create(&out->square, precision, n, n);
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

/* What a step of the iteration works with. */
typedef struct {
  lk_real *x, *product;                /* as large as the matrix */
  lk_real *gram, *factor;              /* … its smaller size */
  lk_bf16 *rounded_x, *rounded_square; /* what products read of them; NULL in fp32 */
} matrices;

size_t lk_orthogonal_scratch(const lk_orthogonal *shape) {
  size_t all = count_all(shape), square = count_square(shape);
  size_t halves = shape->precision == LK_BF16 ? all + square : 0;
  return all + 2 * square + (halves + 1) / 2;
}

static matrices lay_out(const lk_orthogonal *shape, lk_real *x, lk_real *scratch) {
  size_t all = count_all(shape), square = count_square(shape);
  lk_bf16 *halves = (lk_bf16 *)(scratch + all + 2 * square);
  matrices m = {x, scratch, scratch + all, scratch + all + square, NULL, NULL};
  if (shape->precision == LK_BF16) m.rounded_x = halves, m.rounded_square = halves + all;
  return m;
}

/* As products read it. */
static lk_operand operand(lk_real *matrix, lk_bf16 *rounded, size_t count) {
  if (!rounded) return lk_fp32_operand(matrix);
  lk_round_operand(rounded, matrix, count);
  return (lk_operand){NULL, rounded};
}

LK_CLONES static double squares(const lk_real *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (double)x[i] * (double)x[i];
  return sum;
}

LK_CLONES static void scale_numbers(lk_real *x, lk_real by, size_t count) {
  for (size_t i = 0; i < count; i++)
    x[i] *= by;
}

static void scale(lk_real *x, lk_real by, size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    scale_numbers(x + c.first, by, c.count);
  }
}

LK_CLONES static void combine_numbers(lk_real *restrict to, lk_real keep,
                                      const lk_real *restrict from, lk_real add,
                                      size_t count) {
  for (size_t i = 0; i < count; i++)
    to[i] = keep * to[i] + add * from[i];
}

/* to = keep · to + add · from */
static void combine(lk_real *to, lk_real keep, const lk_real *from, lk_real add,
                    size_t count) {
  const int chunks = lk_chunks(count, LK_GRAIN);
  LK_PARALLEL(chunks)
  for (int i = 0; i < chunks; i++) {
    lk_chunk c = lk_chunk_of(i, chunks, count, LK_GRAIN);
    combine_numbers(to + c.first, keep, from + c.first, add, c.count);
  }
}

/* X ← aX + bAX + cA²X with A = X·Xᵀ, or aX + bXA + cXA² with A = Xᵀ·X, whichever is
 * smaller: both take every singular value s to as + bs³ + cs⁵. */
static void iterate(const lk_orthogonal *s, const matrices *m) {
  int is_wide = s->rows <= s->columns;
  size_t all = count_all(s), square = count_square(s);
  lk_operand x = operand(m->x, m->rounded_x, all);
  if (is_wide)
    lk_multiply_forward(&s->across, m->gram, x, x, NULL, s->rows);
  else
    lk_multiply_weight(&s->across, m->gram, 0, x, x, s->rows);
  lk_operand a = operand(m->gram, m->rounded_square, square);
  lk_multiply_input(&s->square, m->factor, 0, a, a, smaller(s->rows, s->columns));
  combine(m->factor, FIFTH, m->gram, THIRD, square);
  lk_operand f = operand(m->factor, m->rounded_square, square);
  lk_multiply_input(&s->across, m->product, 0, is_wide ? f : x, is_wide ? x : f, s->rows);
  combine(m->x, FIRST, m->product, 1, all);
}

void lk_orthogonalise(const lk_orthogonal *shape, lk_real *x, lk_real *scratch) {
  assert(shape->rows > 0 && shape->columns > 0);
  const matrices m = lay_out(shape, x, scratch);
  size_t count = count_all(shape);
  double norm = sqrt(squares(x, count));
  if (norm > 0) scale(x, (lk_real)(1 / norm), count);
  for (int step = 0; step < STEPS; step++)
    iterate(shape, &m);
}
