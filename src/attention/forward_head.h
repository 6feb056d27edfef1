/* The forward pass of one head of one sequence, t is a literal. */
#ifndef LOCKSTEP_ATTENTION_FORWARD_HEAD_H
#define LOCKSTEP_ATTENTION_FORWARD_HEAD_H

#include "attention/block.h"
#include "base/keep.h"

/* Rows are padded to whole groups of a mask's bits; what is behind visible keys is 0. */
LK_INLINE void drop_weights(const uint32_t *mask, size_t keep, lk_real *row, int visible) {
  for (size_t j = 0; j < (size_t)visible; j += LK_KEEP_WORDS) {
    lk_kept kept = lk_kept_from(mask, keep + j);
#pragma GCC unroll 1 /* see lk_row_maximum */
    for (size_t i = 0; i < LK_KEEP_WORDS; i++)
      row[j + i] *= kept.words[i] & kept.bit ? 1 : 0;
  }
}

/* Softmax of one row; weights that are dropped become 0, the division by the sum is left to
 * the row's factor, which is returned. */
LK_INLINE lk_real forward_row(lk_tiling t, const lk_attention_input *in, lk_real *row,
                              int visible, size_t columns, size_t keep, lk_real *log_sum) {
  lk_real largest = lk_row_maximum(row, (size_t)visible);
  row_exponentials(t, row, visible, largest);
  for (size_t j = (size_t)visible; j < columns; j++)
    row[j] = 0;
  lk_real sum = lk_row_sum(row, lk_round_up((size_t)visible, LK_LANES));
  *log_sum = largest + LK_LOG(sum);
  if (!in->keep) return 1 / sum;
  drop_weights(in->keep, keep, row, visible);
  return in->keep_scale / sum;
}

/* a->out = weights · v of the keys that the block sees, KEY_ROWS after KEY_ROWS. */
LK_INLINE void sum_values(lk_tiling t, const lk_attention *a, const query_block *block) {
  const int R = lk_tile_height(t);
  for (int key = 0; key < seen(block); key += KEY_ROWS)
    for (int i = first_row(block, key, R); i < block->rows; i += R) {
      int last = block->visible + i + R - 1;
      int keys = (last < seen(block) ? last : seen(block)) - key;
      lk_tile weights = {a->scores + (size_t)i * a->scores_row +
                             lk_tile_words(t, (size_t)key),
                         a->scores_row, 1};
      lk_tile_rows(t, a->out + (size_t)i * a->Dp, a->Dp, weights,
                   a->v + lk_tile_words(t, (size_t)key) * a->Dp, a->Dp,
                   lk_tile_words(t, (size_t)(keys < KEY_ROWS ? keys : KEY_ROWS)), a->Dp,
                   key > 0);
    }
}

/* Scores, softmax and sum of one block; factor: what each row of a->out is multiplied by.
 */
LK_INLINE size_t forward_block(lk_tiling t, const lk_attention *a,
                               const lk_attention_input *in, const query_block *block,
                               size_t keep, lk_real *log_sum,
                               lk_real factor[FORWARD_ROWS]) {
  const lk_real *q = t == LK_TILE_PAIRS ? a->q_words : a->q;
  size_t columns = lk_round_up((size_t)seen(block), PANEL);
  score_rows(t, a, block, a->scores, a->scores_row, q, a->k_panels, 0, (int)columns);
  for (int i = 0; i < block->rows; i++) {
    lk_real *row = a->scores + (size_t)i * a->scores_row;
    factor[i] = forward_row(t, in, row, block->visible + i, columns, keep,
                            log_sum + (size_t)i * (size_t)a->heads);
    keep += lk_keep_row(block->visible + i);
    if (t == LK_TILE_PAIRS) lk_pairs.along(row, row, (int)columns);
  }
  sum_values(t, a, block);
  return keep;
}

LK_INLINE size_t forward_sized(lk_tiling t, int size, const lk_attention *scratch,
                               const lk_attention_input *in, const lk_span *span, int head,
                               size_t keep, lk_real *out, lk_real *log_sum) {
  const lk_attention sized = of_size(scratch, size), *a = &sized;
  size_t column = (size_t)head * (size_t)a->head_size;
  size_t channels = (size_t)(a->heads * a->head_size);
  size_t key_row = (size_t)span->key_start * in->kv_stride + lk_key_column(a, head);
  if (lk_begins_group(a, head)) {
    load_panels(t, a, a->k_panels, in->k + key_row, in->kv_stride, span->keys);
    load_sum_rows(t, a, a->v, in->v + key_row, in->kv_stride, span->keys);
  }
  for (int first = 0; first < span->queries; first += FORWARD_ROWS) {
    lk_real factor[FORWARD_ROWS];
    query_block block = block_of(span, first, FORWARD_ROWS);
    load_rows(a, a->q, in->q + block.query * in->q_stride + column, in->q_stride,
              block.rows, a->scale);
    if (t == LK_TILE_PAIRS) pair_columns(a, a->q_words, a->q, block.rows);
    keep = forward_block(t, a, in, &block, keep,
                         log_sum + block.query * (size_t)a->heads + head, factor);
    for (int i = 0; i < block.rows; i++)
      store_rows(a, out + (block.query + (size_t)i) * channels + column, channels,
                 a->out + (size_t)i * a->Dp, 1, factor[i]);
  }
  return keep;
}

LK_INLINE size_t forward_head(lk_tiling t, const lk_attention *a,
                              const lk_attention_input *in, const lk_span *span, int head,
                              size_t keep, lk_real *out, lk_real *log_sum) {
  if (a->head_size == 64 && t != LK_TILE_16)
    return forward_sized(t, 64, a, in, span, head, keep, out, log_sum);
  if (a->head_size == 32 && t != LK_TILE_16)
    return forward_sized(t, 32, a, in, span, head, keep, out, log_sum);
  return forward_sized(t, a->head_size, a, in, span, head, keep, out, log_sum);
}

#endif
