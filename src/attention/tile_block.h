/* The inner part of tile.h, which includes this once for each size of registers: BYTES of a
 * vector, ROWS · VECTORS of them hold sums, and NAME makes names of this inclusion. */

typedef lk_real NAME(vector) __attribute__((vector_size(BYTES)));

/* The same in memory, at any number. It is a type of its own, because GCC for ARM64 cannot
 * pass values of one that is aligned less than usual. */
typedef lk_real NAME(stored)
    __attribute__((vector_size(BYTES), aligned(sizeof(lk_real)), may_alias));

enum { NAME(lanes) = (int)(BYTES / sizeof(lk_real)) };

/* sum + the products of a number, or of a pair, and each of b. */
LK_INLINE NAME(vector) NAME(add)(NAME(vector) sum, const lk_real *a, const lk_real *b) {
#ifdef PAIRS
  return lk_add_pairs(sum, a, b);
#else
  return sum + *a * *(const NAME(stored) *)b;
#endif
}

/* ROWS rows and `vectors` vectors of C: the sums stay in registers while k runs. `vectors`
 * is a literal. */
LK_INLINE void NAME(block)(lk_real *c, size_t c_row, lk_tile a, const lk_real *b,
                           size_t b_row, size_t inner, int accumulate, int vectors) {
  NAME(vector) sum[ROWS][VECTORS];
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 2
    for (int w = 0; w < vectors; w++) {
      const lk_real *from = c + (size_t)r * c_row + w * NAME(lanes);
      sum[r][w] = (NAME(vector)){0};
      if (accumulate) sum[r][w] = *(const NAME(stored) *)from;
    }
#pragma GCC unroll 1
  for (size_t k = 0; k < inner; k++)
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) {
      const lk_real *factor = a.start + (size_t)r * a.row + k * a.column;
#pragma GCC unroll 2
      for (int w = 0; w < vectors; w++)
        sum[r][w] = NAME(add)(sum[r][w], factor, b + k * b_row + w * NAME(lanes));
    }
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 2
    for (int w = 0; w < vectors; w++)
      *(NAME(stored) *)(c + (size_t)r * c_row + w * NAME(lanes)) = sum[r][w];
}

LK_INLINE void NAME(rows)(lk_real *c, size_t c_row, lk_tile a, const lk_real *b,
                          size_t b_row, size_t inner, size_t columns, int accumulate) {
  size_t j = 0, width = VECTORS * NAME(lanes);
  for (; j + width <= columns; j += width)
    NAME(block)(c + j, c_row, a, b + j, b_row, inner, accumulate, VECTORS);
  for (; j < columns; j += NAME(lanes))
    NAME(block)(c + j, c_row, a, b + j, b_row, inner, accumulate, 1);
}

#include "attention/panel_block.h"
