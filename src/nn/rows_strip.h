/* The product of few rows by tiles of rows_tile.h, which says what is to be defined; and
 * NAME(fold) adds up the lanes of sums. */
#include "base/bf16.h"
#include "nn/rows_tile.h"
#include <string.h>

/* All tiles of a block. */
LK_INLINE void NAME(block)(const lk_rows_block *b, size_t rows, int outputs) {
  size_t row = 0, tile = 0;
  for (; row + ROWS <= rows; row += ROWS)
    NAME(tile)(b, row, ROWS, outputs, tile++);
  for (; row < rows; row++)
    NAME(tile)(b, row, 1, outputs, tile++);
}

#ifdef PAIRS
enum { NAME(size) = sizeof(lk_bf16) };

LK_INLINE lk_real NAME(number)(const char *at) {
  return lk_bf16_value(*(const lk_bf16 *)at);
}
#else
enum { NAME(size) = sizeof(lk_real) };

LK_INLINE lk_real NAME(number)(const char *at) {
  return *(const lk_real *)at;
}
#endif

/* Adds the products of numbers behind the last line to results (rows, outputs). */
LK_INLINE void NAME(add_rest)(const lk_rows_product *p, lk_real *results, size_t output,
                              size_t outputs) {
  for (size_t at = p->stride / LK_ALIGNMENT * LK_ALIGNMENT; at < p->stride;
       at += NAME(size))
    for (size_t i = 0; i < p->rows; i++)
      for (size_t j = 0; j < outputs; j++)
        results[i * outputs + j] += NAME(number)(p->x + i * p->stride + at) *
                                    NAME(number)(p->weight + (output + j) * p->stride + at);
}

/* `outputs` is a literal: copies are moves, for strips are many and each has all rows. */
LK_INLINE void NAME(store)(const lk_rows_product *p, const lk_real *results, size_t output,
                           size_t outputs) {
  for (size_t i = 0; i < p->rows; i++) {
    lk_real *y = p->y + i * p->outputs + output;
    memcpy(y, results + i * outputs, outputs * sizeof *y);
    if (!p->bias) continue;
#pragma GCC unroll 6
    for (size_t j = 0; j < outputs; j++)
      y[j] += p->bias[output + j];
  }
}

/* As much of the inputs at a time as is near a core with the rows of a tile: equal blocks,
 * one at least. */
LK_INLINE size_t NAME(block_lines)(size_t lines) {
  enum { MOST = 48 };
  size_t blocks = lines ? (lines + MOST - 1) / MOST : 1;
  return (lines + blocks - 1) / blocks;
}

/* Who asks for the next weights. A tile of bf16 that is alone does so in the order of
 * memory, which the processor then goes on with by itself; fp32 has been slower so. */
LK_INLINE void NAME(plan)(lk_rows_block *b, size_t rows, int outputs) {
  b->tiles = rows / ROWS + rows % ROWS;
  b->step = b->stride;
  b->pace = (LK_ALIGNMENT + b->tiles - 1) / b->tiles;
  if (b->tiles != 1 || NAME(size) != sizeof(lk_bf16)) return;
  b->step = LK_ALIGNMENT;
  b->pace = (size_t)outputs * LK_ALIGNMENT;
}

/* The weights of `outputs` outputs, which are read once, with all rows. */
LK_INLINE void NAME(strip)(const lk_rows_product *p, size_t output, int outputs) {
  _Alignas(LK_ALIGNMENT) lk_real sums[LK_ROWS_MOST * OUTPUTS * LK_LANES];
  size_t lines = p->stride / LK_ALIGNMENT, most = NAME(block_lines)(lines), from = 0;
  const char *weight = p->weight + output * p->stride;
  lk_rows_block b = {.sums = sums, .stride = p->stride};
  NAME(plan)(&b, p->rows, outputs);
  do {
    size_t left = lines - from;
    b.x = p->x + from * LK_ALIGNMENT;
    b.weight = weight + from * LK_ALIGNMENT;
    b.next = left > most ? b.weight + most * LK_ALIGNMENT : weight + OUTPUTS * p->stride;
    b.lines = left < most ? left : most;
    if (b.step != b.stride) b.next = weight + OUTPUTS * (p->stride + from * LK_ALIGNMENT);
    b.is_first = from == 0;
    NAME(block)(&b, p->rows, outputs);
  } while ((from += most) < lines);
  NAME(fold)(sums, p->rows * (size_t)outputs);
  NAME(add_rest)(p, sums, output, (size_t)outputs);
  NAME(store)(p, sums, output, (size_t)outputs);
}

LK_INLINE void NAME(product)(const lk_rows_product *p) {
  size_t output = 0;
  for (; output + OUTPUTS <= p->outputs; output += OUTPUTS)
    NAME(strip)(p, output, OUTPUTS);
  for (; output < p->outputs; output++)
    NAME(strip)(p, output, 1);
}
