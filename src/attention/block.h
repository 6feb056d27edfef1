/* Blocks of queries, and the scores of one. */
#ifndef LOCKSTEP_ATTENTION_BLOCK_H
#define LOCKSTEP_ATTENTION_BLOCK_H

#include "attention/exponential.h"
#include "attention/rows.h"
#include <assert.h>

/* Some queries of a span that are worked on together. */
typedef struct {
  int rows;
  int visible;  /* keys that the first of them sees; each sees one more than the one before
                 */
  size_t query; /* the first's row of the query matrix */
} query_block;

LK_INLINE query_block block_of(const lk_span *span, int first, int most) {
  int left = span->queries - first;
  assert(first >= 0 && left > 0 && most > 0);
  return (query_block){left < most ? left : most, lk_span_visible(span, first),
                       (size_t)(span->query_start + first)};
}

/* Keys that the block's last query sees. */
LK_INLINE int seen(const query_block *block) {
  return block->visible + block->rows - 1;
}

/* The first row of the block that sees this key, or one before it at which R rows begin. */
LK_INLINE int first_row(const query_block *block, int key, int R) {
  int row = key - block->visible + 1;
  return row > 0 ? row / R * R : 0;
}

/* scores (row `row` apart) = the block's rows · panels of `keys` keys from `key` on, but
 * for rows that see none of a panel. */
LK_INLINE void score_rows(lk_tiling t, const lk_attention *a, const query_block *block,
                          lk_real *scores, size_t row, const lk_real *queries,
                          const lk_real *panels, int key, int keys) {
  const int R = lk_tile_height(t);
  size_t words = lk_tile_words(t, a->Dp);
  for (int p = 0; p < keys; p += PANEL)
    for (int i = first_row(block, key + p, R); i < block->rows; i += R)
      lk_tile_rows(t, scores + (size_t)i * row + (size_t)p, row,
                   (lk_tile){queries + (size_t)i * words, words, 1},
                   panels + (size_t)(key + p) * words, PANEL,
                   lk_tile_words(t, (size_t)a->head_size), PANEL, 0);
}

#endif
