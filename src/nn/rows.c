/* The product of decoding: few rows, so that its time is that of reading the weights, and a
 * result that no other row has a part in. */
#include "base/vector.h"
#include "nn/multiply.h"
#include "nn/operand.h"
#include <assert.h>

/* Rows and outputs whose sums are in registers together. */
enum { ROWS = 4, OUTPUTS = 6 };

typedef lk_bf16 half_vector
    __attribute__((vector_size(LK_LANES * 2), aligned(2), may_alias));
typedef uint32_t bits_vector __attribute__((vector_size(LK_LANES * 4)));
typedef float float_vector __attribute__((vector_size(LK_LANES * 4)));

typedef struct {
  lk_real *y;
  const lk_real *x, *bias; /* bias NULL: none */
  lk_operand weight;
  size_t inputs, outputs;
} product;

LK_INLINE lk_vector load_weights(lk_operand weight, size_t at) {
  if (weight.real) return lk_load(weight.real + at);
  half_vector halves = *(const half_vector *)(weight.bf16 + at);
  bits_vector bits = __builtin_convertvector(halves, bits_vector) << 16;
  return __builtin_convertvector((float_vector)bits, lk_vector);
}

/* The processor does not see by itself that the next outputs' weights follow. */
LK_INLINE void fetch(lk_operand weight, size_t at) {
  if (weight.real)
    __builtin_prefetch(weight.real + at);
  else
    __builtin_prefetch(weight.bf16 + at);
}

/* One sum of products: LK_LANES partial sums, added up, then the rest one by one. */
LK_INLINE lk_real finish(const product *p, lk_vector lanes, size_t row, size_t output) {
  lk_real sum = lk_lanes_sum(lanes);
  for (size_t k = p->inputs / LK_LANES * LK_LANES; k < p->inputs; k++)
    sum += p->x[row * p->inputs + k] * lk_get(p->weight, output * p->inputs + k);
  return p->bias ? sum + p->bias[output] : sum;
}

/* `rows` and `outputs` are literals, so that the sums stay in registers. */
LK_INLINE void tile(const product *p, size_t row, int rows, size_t output, int outputs) {
  lk_vector sums[ROWS][OUTPUTS] = {{{0}}};
  for (size_t k = 0; k + LK_LANES <= p->inputs; k += LK_LANES) {
    lk_vector x[ROWS];
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++)
      x[i] = lk_load(p->x + (row + (size_t)i) * p->inputs + k);
#pragma GCC unroll 6
    for (int j = 0; j < outputs; j++) {
      size_t at = (output + (size_t)j) * p->inputs + k;
      lk_vector w = load_weights(p->weight, at);
      fetch(p->weight, at + OUTPUTS * p->inputs);
#pragma GCC unroll 4
      for (int i = 0; i < rows; i++)
        sums[i][j] += x[i] * w;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 6
    for (int j = 0; j < outputs; j++)
      p->y[(row + (size_t)i) * p->outputs + output + (size_t)j] =
          finish(p, sums[i][j], row + (size_t)i, output + (size_t)j);
}

/* The weights of `outputs` outputs, which are read once, with all rows. */
LK_INLINE void strip(const product *p, size_t rows, size_t output, int outputs) {
  size_t row = 0;
  for (; row + ROWS <= rows; row += ROWS)
    tile(p, row, ROWS, output, outputs);
  for (; row < rows; row++)
    tile(p, row, 1, output, outputs);
}

LK_INLINE void strips(const product *p, size_t rows) {
  size_t output = 0;
  for (; output + OUTPUTS <= p->outputs; output += OUTPUTS)
    strip(p, rows, output, OUTPUTS);
  for (; output < p->outputs; output++)
    strip(p, rows, output, 1);
}

/* A function for each precision: the choice is not one of the innermost loop. */
LK_CLONES static void multiply_real(product p, size_t rows) {
  p.weight.bf16 = NULL;
  strips(&p, rows);
}

LK_CLONES static void multiply_bf16(product p, size_t rows) {
  p.weight.real = NULL;
  strips(&p, rows);
}

void lk_multiply_rows(lk_real *y, const lk_real *x, lk_operand weight, const lk_real *bias,
                      int rows, int outputs, int inputs) {
  product p = {y, x, bias, weight, (size_t)inputs, (size_t)outputs};
  assert(rows >= 0 && outputs > 0 && inputs > 0);
  assert(!weight.real != !weight.bf16);
  if (weight.bf16)
    multiply_bf16(p, (size_t)rows);
  else
    multiply_real(p, (size_t)rows);
}
