/* Small dense products for the tiles of one attention head. */
#ifndef LOCKSTEP_ATTENTION_TILE_H
#define LOCKSTEP_ATTENTION_TILE_H

#include "base/vector.h"

/* A matrix element (i, k) is at start[i·row + k·column]. */
typedef struct {
  const lk_real *start;
  size_t row, column;
} lk_tile;

/* R rows and W vectors of C: R·W sums stay in registers while k runs. R and W are
 * constants. */
LK_INLINE void lk_tile_block(lk_real *c, size_t c_row, lk_tile a, const lk_real *b,
                             size_t b_row, int inner, int accumulate, const int R,
                             const int W) {
  lk_vector sum[4][2];
  for (int r = 0; r < R; r++)
    for (int w = 0; w < W; w++)
      sum[r][w] =
          accumulate ? lk_load(c + (size_t)r * c_row + w * LK_LANES) : (lk_vector){0};
  for (int k = 0; k < inner; k++)
    for (int r = 0; r < R; r++) {
      lk_real factor = a.start[(size_t)r * a.row + (size_t)k * a.column];
      for (int w = 0; w < W; w++)
        sum[r][w] += factor * lk_load(b + (size_t)k * b_row + w * LK_LANES);
    }
  for (int r = 0; r < R; r++)
    for (int w = 0; w < W; w++)
      lk_store(c + (size_t)r * c_row + w * LK_LANES, sum[r][w]);
}

/* W vectors of all rows of C. */
LK_INLINE void lk_tile_columns(lk_real *c, size_t c_row, lk_tile a, const lk_real *b,
                               size_t b_row, int rows, int inner, int accumulate,
                               const int W) {
  int i = 0;
  for (; i + 4 <= rows; i += 4) {
    lk_tile part = {a.start + (size_t)i * a.row, a.row, a.column};
    lk_tile_block(c + (size_t)i * c_row, c_row, part, b, b_row, inner, accumulate, 4, W);
  }
  for (; i < rows; i++) {
    lk_tile part = {a.start + (size_t)i * a.row, a.row, a.column};
    lk_tile_block(c + (size_t)i * c_row, c_row, part, b, b_row, inner, accumulate, 1, W);
  }
}

/* C (rows, columns) = or += A (rows, inner) · B (inner, columns); columns is a multiple of
 * LK_LANES, the rows of B and C are contiguous. */
LK_INLINE void lk_tile_multiply(lk_real *c, size_t c_row, lk_tile a, const lk_real *b,
                                size_t b_row, int rows, int inner, size_t columns,
                                int accumulate) {
  size_t j = 0;
  for (; j + 2 * LK_LANES <= columns; j += 2 * LK_LANES)
    lk_tile_columns(c + j, c_row, a, b + j, b_row, rows, inner, accumulate, 2);
  if (j < columns)
    lk_tile_columns(c + j, c_row, a, b + j, b_row, rows, inner, accumulate, 1);
}

#endif
