/* The product of decoding: few rows, so that its time is that of reading the weights, and a
 * result that no other row has a part in. */
#include "nn/rows.h"
#include "base/vector.h"
#include "nn/operand.h"
#include <assert.h>

typedef struct {
  lk_real *y;
  const lk_real *bias; /* NULL: none */
  lk_operand x, weight;
  size_t inputs, outputs;
} product;

/* The processor does not see by itself that the next outputs' weights follow. */
LK_INLINE void fetch(lk_operand weight, size_t at) {
  if (weight.real)
    __builtin_prefetch(weight.real + at);
  else
    __builtin_prefetch(weight.bf16 + at);
}

/* One sum of products: its partial sums added up, halves onto halves, then the rest one by
 * one. */
LK_INLINE lk_real finish(const product *p, lk_real lanes[LK_LANES], size_t row,
                         size_t output) {
#pragma GCC unroll 4
  for (int width = LK_LANES / 2; width > 0; width /= 2)
#pragma GCC unroll 8
    for (int i = 0; i < width; i++)
      lanes[i] += lanes[i + width];
  lk_real sum = lanes[0];
  for (size_t k = p->inputs / LK_LANES * LK_LANES; k < p->inputs; k++)
    sum += lk_get(p->x, row * p->inputs + k) * lk_get(p->weight, output * p->inputs + k);
  return p->bias ? sum + p->bias[output] : sum;
}

/* 32 registers of 64 bytes. */
#define NAME(name) wide_##name
#define PARTS      1
#define ROWS       4
#define OUTPUTS    6
#include "nn/rows_tile.h"
#undef NAME
#undef PARTS
#undef ROWS
#undef OUTPUTS

/* 16 registers of 32 bytes, or 32 of 16. */
#define NAME(name) narrow_##name
#define PARTS      2
#define ROWS       2
#define OUTPUTS    3
#include "nn/rows_tile.h"

LK_INLINE void strips(const product *p, size_t rows, int wide) {
  if (wide)
    wide_strips(p, rows);
  else
    narrow_strips(p, rows);
}

/* A function for each precision: the choice is not one of the innermost loop. */
LK_CLONES static void multiply_real(product p, size_t rows, int wide) {
  p.x.bf16 = p.weight.bf16 = NULL;
  strips(&p, rows, wide);
}

LK_CLONES static void multiply_bf16(product p, size_t rows, int wide) {
  p.x.real = p.weight.real = NULL;
  strips(&p, rows, wide);
}

static int has_wide_registers(void) {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512bw") != 0;
#else
  return 0;
#endif
}

void lk_multiply_rows(lk_real *y, lk_operand x, lk_operand weight, const lk_real *bias,
                      int rows, int outputs, int inputs) {
  product p = {y, bias, x, weight, (size_t)inputs, (size_t)outputs};
  assert(rows >= 0 && outputs > 0 && inputs > 0);
  assert(!x.bf16 == !weight.bf16);
  if (weight.bf16)
    multiply_bf16(p, (size_t)rows, has_wide_registers());
  else
    multiply_real(p, (size_t)rows, has_wide_registers());
}
