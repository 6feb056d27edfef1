/* Small dense products for the tiles of one attention head. How many sums stay in registers
 * is a matter of the instruction set; the order of each does not depend on it. */
#ifndef LOCKSTEP_ATTENTION_TILE_H
#define LOCKSTEP_ATTENTION_TILE_H

#include "attention/pairs.h"
#include "base/clones.h"
#include "lockstep/types.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How products are computed: by vectors of so many bytes, or of bf16 numbers. Those lie in
 * pairs that are neighbours in the sum: a word, as large as one lk_real, holds two. */
typedef enum { LK_TILE_16, LK_TILE_32, LK_TILE_64, LK_TILE_PAIRS } lk_tiling;

/* Words of n numbers that are summed over. */
LK_INLINE size_t lk_tile_words(lk_tiling t, size_t n) {
  return t == LK_TILE_PAIRS ? (n + 1) / 2 : n;
}

/* A matrix element (i, k) is at start[i·row + k·column]. */
typedef struct {
  const lk_real *start;
  size_t row, column;
} lk_tile;

/* The lanes of a vector, in numbers of its size. */
typedef __typeof__(_Generic((lk_real)0, float : (int32_t)0, double : (int64_t)0)) lk_lane;
static const lk_lane lk_lane_numbers[]
    __attribute__((aligned(64))) = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

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
#undef NAME
#undef BYTES
#undef ROWS

#ifdef LK_ATTENTION_PAIRS
#define NAME(name) pairs_##name
#define BYTES      64
#define ROWS       8
#define PAIRS
#include "attention/tile_block.h"
#undef NAME
#undef BYTES
#undef ROWS
#undef PAIRS
#endif
#undef VECTORS

/* Rows of a product that lk_tile_rows computes together. */
LK_INLINE int lk_tile_height(lk_tiling t) {
  return t == LK_TILE_64 || t == LK_TILE_PAIRS ? 8 : 6;
}

/* Rows that lk_tile_columns makes columns of together. */
LK_INLINE int lk_tile_lanes(lk_tiling t) {
  int bytes = t == LK_TILE_16 ? 16 : t == LK_TILE_32 ? 32 : 64;
  return bytes / (int)sizeof(lk_real);
}

/* lk_tile_lanes rows, from which on there are `rows`, of `count` numbers become columns:
 * word d of row i goes to[d·to_row + i]. Where there is no row, zeros do. t is a literal.
 */
LK_INLINE void lk_tile_columns(lk_tiling t, lk_real *to, size_t to_row, const lk_real *from,
                               size_t stride, int rows, int count) {
  int words = (int)lk_tile_words(t, (size_t)count);
  if (t == LK_TILE_64) wide_columns(to, to_row, from, stride, rows, count, words);
  if (t == LK_TILE_32) middle_columns(to, to_row, from, stride, rows, count, words);
  if (t == LK_TILE_16) narrow_columns(to, to_row, from, stride, rows, count, words);
#ifdef LK_ATTENTION_PAIRS
  if (t == LK_TILE_PAIRS) pairs_columns(to, to_row, from, stride, rows, count, words);
#endif
}

/* lk_tile_height rows of C (columns) = or += A (inner) · B (inner, columns), inner in
 * words; columns is a multiple of LK_LANES, the rows of B and C are contiguous. t is a
 * literal. */
LK_INLINE void lk_tile_rows(lk_tiling t, lk_real *c, size_t c_row, lk_tile a,
                            const lk_real *b, size_t b_row, size_t inner, size_t columns,
                            int accumulate) {
  if (t == LK_TILE_64) wide_rows(c, c_row, a, b, b_row, inner, columns, accumulate);
  if (t == LK_TILE_32) middle_rows(c, c_row, a, b, b_row, inner, columns, accumulate);
  if (t == LK_TILE_16) narrow_rows(c, c_row, a, b, b_row, inner, columns, accumulate);
#ifdef LK_ATTENTION_PAIRS
  if (t == LK_TILE_PAIRS) pairs_rows(c, c_row, a, b, b_row, inner, columns, accumulate);
#endif
}

#endif
