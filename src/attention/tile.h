/* Small dense products for the tiles of one attention head. How many sums stay in registers
 * is a matter of the instruction set; the order of each does not depend on it. */
#ifndef LOCKSTEP_ATTENTION_TILE_H
#define LOCKSTEP_ATTENTION_TILE_H

#include "base/clones.h"
#include "lockstep/types.h"
#include <stddef.h>

/* A matrix element (i, k) is at start[i·row + k·column]. */
typedef struct {
  const lk_real *start;
  size_t row, column;
} lk_tile;

/* 32 registers of 64 bytes. */
#define NAME(name) wide_##name
#define BYTES      64
#define ROWS       8
#define VECTORS    2
#include "attention/tile_block.h"
#undef NAME
#undef BYTES
#undef ROWS

/* 16 registers of 32 bytes. */
#define NAME(name) middle_##name
#define BYTES      32
#define ROWS       6
#include "attention/tile_block.h"
#undef NAME
#undef BYTES

/* 16 registers of 16 bytes, or 32. */
#define NAME(name) narrow_##name
#define BYTES      16
#include "attention/tile_block.h"

/* Rows of a product that lk_tile_rows computes together: `bytes` is a vector's. */
LK_INLINE int lk_tile_height(int bytes) {
  return bytes == 64 ? 8 : 6;
}

/* lk_tile_height rows of C (columns) = or += A (inner) · B (inner, columns); columns is a
 * multiple of LK_LANES, the rows of B and C are contiguous. `bytes` is a literal. */
LK_INLINE void lk_tile_rows(int bytes, lk_real *c, size_t c_row, lk_tile a,
                            const lk_real *b, size_t b_row, int inner, size_t columns,
                            int accumulate) {
  if (bytes == 64)
    wide_rows(c, c_row, a, b, b_row, inner, columns, accumulate);
  else if (bytes == 32)
    middle_rows(c, c_row, a, b, b_row, inner, columns, accumulate);
  else
    narrow_rows(c, c_row, a, b, b_row, inner, columns, accumulate);
}

#endif
