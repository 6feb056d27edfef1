/* Copies between the packed matrices and the tiles of one head. */
#ifndef LOCKSTEP_ATTENTION_ROWS_H
#define LOCKSTEP_ATTENTION_ROWS_H

#include "attention/attention.h"
#include "attention/tile.h"
#include "base/vector.h"

/* The same scratch, with a head size that the compiler knows where it is a literal: copies
 * of rows need no loop then. */
LK_INLINE lk_attention of_size(const lk_attention *a, int head_size) {
  lk_attention sized = *a;
  sized.head_size = head_size;
  sized.Dp = lk_round_up((size_t)head_size, LK_LANES);
  return sized;
}

/* Asks for the next head's columns of these rows, which lie too far apart for the processor
 * to guess: they arrive while this head is computed. */
LK_INLINE void fetch_next_head(const lk_attention *a, const lk_real *from, size_t stride,
                               int rows) {
  for (int i = 0; i < rows; i++)
    for (int d = 0; d < a->head_size; d += LK_LANES)
      __builtin_prefetch(from + (size_t)i * stride + (size_t)(a->head_size + d));
}

/* Copies `rows` rows of D numbers into rows of Dp. What is added is cleared each time: what
 * earlier work left there may be no number. */
LK_INLINE void load_rows(const lk_attention *a, lk_real *tile, const lk_real *from,
                         size_t stride, int rows, lk_real factor) {
  size_t D = (size_t)a->head_size;
  fetch_next_head(a, from, stride, rows);
  for (size_t i = 0; i < (size_t)rows; i++) {
    for (size_t d = 0; d < D; d++)
      tile[i * a->Dp + d] = factor * from[i * stride + d];
    for (size_t d = D; d < a->Dp; d++)
      tile[i * a->Dp + d] = 0;
  }
}

/* Rows that products sum over: in bf16, pairs of them. Pairs of no row are zero. */
LK_INLINE void load_sum_rows(lk_tiling t, const lk_attention *a, lk_real *tile,
                             const lk_real *from, size_t stride, int rows) {
  if (t != LK_TILE_PAIRS) {
    load_rows(a, tile, from, stride, rows, 1);
    return;
  }
  fetch_next_head(a, from, stride, rows);
  lk_pairs.across(tile, a->Dp, from, stride, rows, a->head_size);
}

/* Rows transposed, PANEL after PANEL; the last panel is filled up with zeros. */
LK_INLINE void load_panels(lk_tiling t, const lk_attention *a, lk_real *panels,
                           const lk_real *from, size_t stride, int rows) {
  size_t words = lk_tile_words(t, a->Dp);
  int padded = (int)lk_round_up((size_t)rows, PANEL);
  fetch_next_head(a, from, stride, rows);
  for (int i = 0; i < padded; i += lk_tile_lanes(t))
    lk_tile_columns(t, panels + (size_t)(i - i % PANEL) * words + i % PANEL, PANEL,
                    from + (size_t)i * stride, stride, rows - i, a->head_size);
}

/* Rows of a tile with their numbers in pairs. */
LK_INLINE void pair_columns(const lk_attention *a, lk_real *to, const lk_real *tile,
                            int rows) {
  for (size_t i = 0; i < (size_t)rows; i++)
    lk_pairs.along(to + i * a->Dp / 2, tile + i * a->Dp, (int)a->Dp);
}

LK_INLINE void store_rows(const lk_attention *a, lk_real *to, size_t stride,
                          const lk_real *tile, int rows, lk_real factor) {
  fetch_next_head(a, to, stride, rows);
  for (int i = 0; i < rows; i++)
    for (int d = 0; d < a->head_size; d++)
      to[(size_t)i * stride + (size_t)d] = factor * tile[(size_t)i * a->Dp + (size_t)d];
}

#endif
