/* Copies between the packed matrices and the tiles of one head. */
#ifndef LOCKSTEP_ATTENTION_ROWS_H
#define LOCKSTEP_ATTENTION_ROWS_H

#include "attention/attention.h"
#include "base/vector.h"

/* Asks for the next head's columns of these rows, which lie too far apart for the processor
 * to guess: they arrive while this head is computed. */
LK_INLINE void fetch_next_head(const lk_attention *a, const lk_real *from, size_t stride,
                               int rows) {
  for (int i = 0; i < rows; i++)
    for (int d = 0; d < a->head_size; d += LK_LANES)
      __builtin_prefetch(from + (size_t)i * stride + (size_t)(a->head_size + d));
}

/* Copies `rows` rows of D numbers into rows of Dp; the padding is zero already and stays
 * so. */
LK_INLINE void load_rows(const lk_attention *a, lk_real *tile, const lk_real *from,
                         size_t stride, int rows, lk_real factor) {
  fetch_next_head(a, from, stride, rows);
  for (int i = 0; i < rows; i++)
    for (int d = 0; d < a->head_size; d++)
      tile[(size_t)i * a->Dp + (size_t)d] = factor * from[(size_t)i * stride + (size_t)d];
}

/* The same, transposed, PANEL rows after PANEL rows; the last panel is filled up with
 * zeros. Row after row, because one number of each row would use few sets of the cache. */
LK_INLINE void load_panels(const lk_attention *a, lk_real *panels, const lk_real *from,
                           size_t stride, int rows) {
  fetch_next_head(a, from, stride, rows);
  int padded = (int)lk_round_up((size_t)rows, PANEL);
  for (int i = 0; i < padded; i++) {
    lk_real *column = panels + (size_t)(i / PANEL) * PANEL * a->Dp + i % PANEL;
    for (int d = 0; d < a->head_size; d++)
      column[(size_t)d * PANEL] = i < rows ? from[(size_t)i * stride + (size_t)d] : 0;
  }
}

LK_INLINE void store_rows(const lk_attention *a, lk_real *to, size_t stride,
                          const lk_real *tile, int rows, lk_real factor) {
  fetch_next_head(a, to, stride, rows);
  for (int i = 0; i < rows; i++)
    for (int d = 0; d < a->head_size; d++)
      to[(size_t)i * stride + (size_t)d] = factor * tile[(size_t)i * a->Dp + (size_t)d];
}

#endif
