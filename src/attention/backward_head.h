/* The backward pass of one head of one sequence, t is a literal. */
#ifndef LOCKSTEP_ATTENTION_BACKWARD_HEAD_H
#define LOCKSTEP_ATTENTION_BACKWARD_HEAD_H

#include "attention/block.h"
#include "base/keep.h"
#include <assert.h>
#include <string.h>

/* Clears what is behind the visible keys of a row. The numbers are chosen, since for those
 * that are set to 0 the compiler stores words by `rep stos`, which is slow to start. */
LK_INLINE void clear_behind(lk_real *row, int visible) {
  for (int j = visible / LK_LANES * LK_LANES; j < KEY_ROWS; j++)
    row[j] = j < visible ? row[j] : 0;
}

/* Where weights become the dropped weights, d_row the scores' gradient. */
LK_INLINE void drop_row(const lk_attention_input *in, lk_real *restrict row,
                        lk_real *restrict d_row, int visible, size_t keep, lk_real mean) {
  const lk_real scale = in->keep_scale;
  for (size_t j = 0; j < (size_t)visible; j += LK_KEEP_WORDS) {
    lk_kept kept = lk_kept_from(in->keep, keep + j);
#pragma GCC unroll 1 /* see lk_row_maximum */
    for (size_t i = 0; i < LK_KEEP_WORDS; i++) {
      lk_real factor = kept.words[i] & kept.bit ? scale : 0;
      lk_real weight = row[j + i];
      row[j + i] = weight * factor;
      d_row[j + i] = weight * (d_row[j + i] * factor - mean);
    }
  }
}

/* From scores and d(dropped P): scores become the dropped weights, d_scores the scores'
 * gradient. mean is the sum over keys of P·dP, which equals d_out·out. */
LK_INLINE void backward_row(lk_tiling t, const lk_attention_input *in, lk_real *row,
                            lk_real *d_row, int visible, size_t keep, lk_real log_sum,
                            lk_real mean) {
  size_t columns = lk_round_up((size_t)visible, LK_LANES);
  row_exponentials(t, row, visible, log_sum);
  clear_behind(row, visible);
  if (in->keep)
    drop_row(in, row, d_row, visible, keep, mean);
  else
    for (size_t j = 0; j < columns; j++)
      d_row[j] = row[j] * (d_row[j] - mean);
  clear_behind(d_row, visible);
}

/* What it needs of each query of a block. */
typedef struct {
  lk_real mean, log_sum;
  size_t keep;
} query_facts;

/* a->weights and a->d_scores of the block's rows from `first` on and KEY_ROWS keys. */
LK_INLINE void weigh_keys(lk_tiling t, const lk_attention *a, const lk_attention_input *in,
                          const query_block *block, int key, int first,
                          const query_facts *facts) {
  int left = (int)lk_round_up((size_t)(seen(block) - key), PANEL);
  int keys = left < KEY_ROWS ? left : KEY_ROWS;
  const lk_real *q = t == LK_TILE_PAIRS ? a->q_words : a->q;
  const lk_real *d_out = t == LK_TILE_PAIRS ? a->d_out_words : a->d_out;
  score_rows(t, a, block, a->weights, KEY_ROWS, q, a->k_panels, key, keys);
  score_rows(t, a, block, a->d_scores, KEY_ROWS, d_out, a->v_panels, key, keys);
  for (int i = first; i < block->rows; i++) {
    int visible = block->visible + i - key;
    visible = visible < 0 ? 0 : visible < KEY_ROWS ? visible : KEY_ROWS;
    size_t row = (size_t)i * KEY_ROWS;
    backward_row(t, in, a->weights + row, a->d_scores + row, visible,
                 facts[i].keep + (size_t)key, facts[i].log_sum, facts[i].mean);
  }
}

/* What is summed over queries: rows, or pairs of rows. */
typedef struct {
  const lk_real *q, *d_out, *weights, *d_scores;
} query_sums;

/* In bf16: q and d_out of a block, before it meets any key. */
LK_INLINE void pair_queries(const lk_attention *a, int rows) {
  lk_pairs.across(a->q_pairs, a->Dp, a->q, a->Dp, rows, (int)a->Dp);
  lk_pairs.across(a->d_out_pairs, a->Dp, a->d_out, a->Dp, rows, (int)a->Dp);
  pair_columns(a, a->q_words, a->q, rows);
  pair_columns(a, a->d_out_words, a->d_out, rows);
}

/* In bf16: the weights and gradients of scores, from row `first` on. */
LK_INLINE void pair_weights(const lk_attention *a, int first, int rows) {
  size_t row = (size_t)first * KEY_ROWS;
  lk_pairs.across(a->weight_pairs + row / 2, KEY_ROWS, a->weights + row, KEY_ROWS,
                  rows - first, KEY_ROWS);
  lk_pairs.across(a->d_score_pairs + row / 2, KEY_ROWS, a->d_scores + row, KEY_ROWS,
                  rows - first, KEY_ROWS);
  for (int i = first; i < rows; i++, row += KEY_ROWS)
    lk_pairs.along(a->d_scores + row, a->d_scores + row, KEY_ROWS);
}

/* dq of the block's rows from `first` on, in a->out, from a->d_scores. */
LK_INLINE void add_query_gradients(lk_tiling t, const lk_attention *a,
                                   const query_block *block, int key, int first) {
  const int R = lk_tile_height(t);
  for (int i = first; i < block->rows; i += R) {
    int last = block->visible + i + R - 1;
    int keys = (last < seen(block) ? last : seen(block)) - key;
    lk_tile_rows(t, a->out + (size_t)i * a->Dp, a->Dp,
                 (lk_tile){a->d_scores + (size_t)i * KEY_ROWS, KEY_ROWS, 1},
                 a->k + lk_tile_words(t, (size_t)key) * a->Dp, a->Dp,
                 lk_tile_words(t, (size_t)(keys < KEY_ROWS ? keys : KEY_ROWS)), a->Dp,
                 key > 0);
  }
}

/* to += columnsᵀ · rows of the block's queries, for keys `key` to key + KEY_ROWS. */
LK_INLINE void add_key_gradients(lk_tiling t, const lk_attention *a,
                                 const query_block *block, int key, lk_real *to,
                                 const lk_real *columns, const lk_real *rows) {
  const int R = lk_tile_height(t);
  for (int j = 0; j < KEY_ROWS && key + j < seen(block); j += R) {
    int first = first_row(block, key + j, t == LK_TILE_PAIRS ? 2 : 1);
    size_t row = lk_tile_words(t, (size_t)first);
    lk_tile_rows(t, to + (size_t)(key + j) * a->Dp, a->Dp,
                 (lk_tile){columns + row * KEY_ROWS + j, 1, KEY_ROWS}, rows + row * a->Dp,
                 a->Dp, lk_tile_words(t, (size_t)(block->rows - first)), a->Dp, 1);
  }
}

/* One block of queries: adds to a->dk and a->dv, leaves dq in a->out. */
LK_INLINE size_t backward_block(lk_tiling t, const lk_attention *a,
                                const lk_attention_input *in, const query_block *block,
                                size_t keep, const lk_real *log_sum) {
  query_facts facts[BACKWARD_ROWS];
  for (int i = 0; i < block->rows; i++) {
    size_t row = (size_t)i * a->Dp;
    facts[i] = (query_facts){lk_row_dot(a->d_out + row, a->out + row, a->Dp),
                             log_sum[(size_t)i * (size_t)a->heads], keep};
    keep += lk_keep_row(block->visible + i);
  }
  query_sums sums = {a->q, a->d_out, a->weights, a->d_scores};
  if (t == LK_TILE_PAIRS) {
    sums = (query_sums){a->q_pairs, a->d_out_pairs, a->weight_pairs, a->d_score_pairs};
    pair_queries(a, block->rows);
  }
  for (int key = 0; key < seen(block); key += KEY_ROWS) {
    int first = first_row(block, key, lk_tile_height(t));
    weigh_keys(t, a, in, block, key, first, facts);
    if (t == LK_TILE_PAIRS) pair_weights(a, first, block->rows);
    add_query_gradients(t, a, block, key, first);
    add_key_gradients(t, a, block, key, a->dk, sums.d_scores, sums.q);
    add_key_gradients(t, a, block, key, a->dv, sums.weights, sums.d_out);
  }
  return keep;
}

/* Keys and values of a head, and no gradients of them yet. */
LK_INLINE void load_keys(lk_tiling t, const lk_attention *a, const lk_attention_input *in,
                         const lk_span *span, size_t key_row) {
  size_t padded = lk_round_up((size_t)span->keys, KEY_ROWS);
  load_panels(t, a, a->k_panels, in->k + key_row, in->kv_stride, span->keys);
  load_panels(t, a, a->v_panels, in->v + key_row, in->kv_stride, span->keys);
  load_sum_rows(t, a, a->k, in->k + key_row, in->kv_stride, span->keys);
  assert(padded <= a->Tp);
  memset(a->dk, 0, padded * a->Dp * sizeof *a->dk);
  memset(a->dv, 0, padded * a->Dp * sizeof *a->dv);
}

LK_INLINE size_t backward_sized(lk_tiling t, int size, const lk_attention *scratch,
                                const lk_attention_input *in, const lk_span *span, int head,
                                size_t keep, const lk_attention_gradients *g) {
  const lk_attention sized = of_size(scratch, size), *a = &sized;
  size_t column = (size_t)head * (size_t)a->head_size;
  size_t channels = (size_t)(a->heads * a->head_size);
  size_t key_row = (size_t)span->key_start * in->kv_stride + lk_key_column(a, head);
  if (lk_begins_group(a, head)) load_keys(t, a, in, span, key_row);
  for (int first = 0; first < span->queries; first += BACKWARD_ROWS) {
    query_block block = block_of(span, first, BACKWARD_ROWS);
    size_t q_row = block.query * in->q_stride + column;
    size_t out_row = block.query * channels + column;
    load_rows(a, a->q, in->q + q_row, in->q_stride, block.rows, a->scale);
    load_rows(a, a->d_out, g->d_out + out_row, channels, block.rows, 1);
    load_rows(a, a->out, g->out + out_row, channels, block.rows, 1);
    keep = backward_block(t, a, in, &block, keep,
                          g->log_sum + block.query * (size_t)a->heads + head);
    store_rows(a, g->dq + q_row, in->q_stride, a->out, block.rows, a->scale);
  }
  if (!lk_ends_group(a, head)) return keep;
  store_rows(a, g->dk + key_row, in->kv_stride, a->dk, span->keys, 1);
  store_rows(a, g->dv + key_row, in->kv_stride, a->dv, span->keys, 1);
  return keep;
}

LK_INLINE size_t backward_head(lk_tiling t, const lk_attention *a,
                               const lk_attention_input *in, const lk_span *span, int head,
                               size_t keep, const lk_attention_gradients *g) {
  if (a->head_size == 64 && t != LK_TILE_16)
    return backward_sized(t, 64, a, in, span, head, keep, g);
  if (a->head_size == 32 && t != LK_TILE_16)
    return backward_sized(t, 32, a, in, span, head, keep, g);
  return backward_sized(t, a->head_size, a, in, span, head, keep, g);
}

#endif
