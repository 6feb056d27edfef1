/* The backward pass of one head of one sequence, for vectors of `bytes`, a literal. */
#ifndef LOCKSTEP_ATTENTION_BACKWARD_HEAD_H
#define LOCKSTEP_ATTENTION_BACKWARD_HEAD_H

#include "attention/block.h"
#include <string.h>

/* From scores and d(dropped P): scores become the dropped weights, d_scores the scores'
 * gradient. mean is the sum over keys of P·dP, which equals d_out·out. */
LK_INLINE void backward_row(const lk_attention_input *in, lk_real *row, lk_real *d_row,
                            int visible, const uint8_t *keep, lk_real log_sum,
                            lk_real mean) {
  size_t columns = lk_round_up((size_t)visible, LK_LANES);
  row_exponentials(row, visible, KEY_ROWS, log_sum);
  if (keep)
    for (int j = 0; j < visible; j++) {
      lk_real kept = (lk_real)keep[j] * in->keep_scale;
      lk_real weight = row[j];
      row[j] = weight * kept;
      d_row[j] = weight * (d_row[j] * kept - mean);
    }
  else
    for (size_t j = 0; j < columns; j++)
      d_row[j] = row[j] * (d_row[j] - mean);
  for (size_t j = (size_t)visible; j < KEY_ROWS; j++)
    d_row[j] = 0;
}

/* What the backward pass reads and writes beside its input. */
typedef struct {
  const lk_real *out, *log_sum, *d_out;
  lk_real *dq, *dk, *dv;
} gradients;

/* What it needs of each query of a block. */
typedef struct {
  lk_real mean, log_sum;
  const uint8_t *keep;
} query_facts;

/* a->weights and a->d_scores of the block's rows from `first` on and KEY_ROWS keys. */
LK_INLINE void weigh_keys(int bytes, const lk_attention *a, const lk_attention_input *in,
                          const query_block *block, int key, int first,
                          const query_facts *facts) {
  int left = (int)lk_round_up((size_t)(seen(block) - key), PANEL);
  int keys = left < KEY_ROWS ? left : KEY_ROWS;
  score_rows(bytes, a, a->weights, KEY_ROWS, a->q, a->k_panels + (size_t)key * a->Dp, first,
             block->rows, keys);
  score_rows(bytes, a, a->d_scores, KEY_ROWS, a->d_out, a->v_panels + (size_t)key * a->Dp,
             first, block->rows, keys);
  for (int i = first; i < block->rows; i++) {
    int visible = block->visible + i - key;
    visible = visible < 0 ? 0 : visible < KEY_ROWS ? visible : KEY_ROWS;
    size_t row = (size_t)i * KEY_ROWS;
    backward_row(in, a->weights + row, a->d_scores + row, visible,
                 facts[i].keep ? facts[i].keep + key : NULL, facts[i].log_sum,
                 facts[i].mean);
  }
}

/* dq of the block's rows from `first` on, in a->out, from a->d_scores. */
LK_INLINE void add_query_gradients(int bytes, const lk_attention *a,
                                   const query_block *block, int key, int first) {
  const int R = lk_tile_height(bytes);
  for (int i = first; i < block->rows; i += R) {
    int last = block->visible + i + R - 1;
    int keys = (last < seen(block) ? last : seen(block)) - key;
    lk_tile_rows(bytes, a->out + (size_t)i * a->Dp, a->Dp,
                 (lk_tile){a->d_scores + (size_t)i * KEY_ROWS, KEY_ROWS, 1},
                 a->k + (size_t)key * a->Dp, a->Dp, keys < KEY_ROWS ? keys : KEY_ROWS,
                 a->Dp, key > 0);
  }
}

/* to += columnsᵀ · rows of the block's queries, for keys `key` to key + KEY_ROWS. */
LK_INLINE void add_key_gradients(int bytes, const lk_attention *a, const query_block *block,
                                 int key, lk_real *to, const lk_real *columns,
                                 const lk_real *rows) {
  const int R = lk_tile_height(bytes);
  for (int j = 0; j < KEY_ROWS && key + j < seen(block); j += R) {
    int first = first_row(block, key + j, 1);
    lk_tile weights = {columns + (size_t)first * KEY_ROWS + j, 1, KEY_ROWS};
    lk_tile_rows(bytes, to + (size_t)(key + j) * a->Dp, a->Dp, weights,
                 rows + (size_t)first * a->Dp, a->Dp, block->rows - first, a->Dp, 1);
  }
}

/* One block of queries: adds to a->dk and a->dv, leaves dq in a->out. */
LK_INLINE const uint8_t *backward_block(int bytes, lk_attention *a,
                                        const lk_attention_input *in,
                                        const query_block *block, const uint8_t *keep,
                                        const lk_real *log_sum) {
  const int R = lk_tile_height(bytes);
  query_facts facts[BACKWARD_ROWS];
  for (int i = 0; i < block->rows; i++) {
    size_t row = (size_t)i * a->Dp;
    facts[i] = (query_facts){lk_row_dot(a->d_out + row, a->out + row, a->Dp),
                             log_sum[(size_t)i * (size_t)a->heads], keep};
    if (keep) keep += lk_keep_row(block->visible + i);
  }
  for (int key = 0; key < seen(block); key += KEY_ROWS) {
    int first = first_row(block, key, R);
    weigh_keys(bytes, a, in, block, key, first, facts);
    add_query_gradients(bytes, a, block, key, first);
    add_key_gradients(bytes, a, block, key, a->dk, a->d_scores, a->q);
    add_key_gradients(bytes, a, block, key, a->dv, a->weights, a->d_out);
  }
  return keep;
}

LK_INLINE const uint8_t *backward_head(int bytes, lk_attention *a,
                                       const lk_attention_input *in, const lk_span *span,
                                       int head, const uint8_t *keep, const gradients *g) {
  size_t column = (size_t)head * (size_t)a->head_size;
  size_t channels = (size_t)(a->heads * a->head_size);
  size_t key_row = (size_t)span->key_start * in->kv_stride + column;
  size_t padded = lk_round_up((size_t)span->keys, KEY_ROWS);
  load_panels(a, a->k_panels, in->k + key_row, in->kv_stride, span->keys);
  load_panels(a, a->v_panels, in->v + key_row, in->kv_stride, span->keys);
  load_rows(a, a->k, in->k + key_row, in->kv_stride, span->keys, 1);
  memset(a->dk, 0, padded * a->Dp * sizeof *a->dk);
  memset(a->dv, 0, padded * a->Dp * sizeof *a->dv);
  for (int first = 0; first < span->queries; first += BACKWARD_ROWS) {
    query_block block = block_of(span, first, BACKWARD_ROWS);
    size_t q_row = block.query * in->q_stride + column;
    size_t out_row = block.query * channels + column;
    load_rows(a, a->q, in->q + q_row, in->q_stride, block.rows, a->scale);
    load_rows(a, a->d_out, g->d_out + out_row, channels, block.rows, 1);
    load_rows(a, a->out, g->out + out_row, channels, block.rows, 1);
    keep = backward_block(bytes, a, in, &block, keep,
                          g->log_sum + block.query * (size_t)a->heads + head);
    store_rows(a, g->dq + q_row, in->q_stride, a->out, block.rows, a->scale);
  }
  store_rows(a, g->dk + key_row, in->kv_stride, a->dk, span->keys, 1);
  store_rows(a, g->dv + key_row, in->kv_stride, a->dv, span->keys, 1);
  return keep;
}

#endif
