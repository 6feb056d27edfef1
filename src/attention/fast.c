/* Attention one head of one sequence at a time, QUERY_ROWS queries against all keys they
 * see. Keys and values are copied into padded tiles first, so that every inner loop is
 * whole vectors. */
#include "attention/attention.h"
#include "attention/tile.h"
#include <string.h>

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

/* The same, transposed; columns beyond `rows` are cleared up to the next vector. Row after
 * row, because one number of each row would use few sets of the cache. */
LK_INLINE void load_columns(const lk_attention *a, lk_real *tile, const lk_real *from,
                            size_t stride, int rows) {
  fetch_next_head(a, from, stride, rows);
  size_t padded = lk_round_up((size_t)rows, LK_LANES);
  for (int i = 0; i < rows; i++)
    for (int d = 0; d < a->head_size; d++)
      tile[(size_t)d * a->Tp + (size_t)i] = from[(size_t)i * stride + (size_t)d];
  for (int d = 0; d < a->head_size; d++)
    for (size_t i = (size_t)rows; i < padded; i++)
      tile[(size_t)d * a->Tp + i] = 0;
}

LK_INLINE void store_rows(const lk_attention *a, lk_real *to, size_t stride,
                          const lk_real *tile, int rows, lk_real factor) {
  fetch_next_head(a, to, stride, rows);
  for (int i = 0; i < rows; i++)
    for (int d = 0; d < a->head_size; d++)
      to[(size_t)i * stride + (size_t)d] = factor * tile[(size_t)i * a->Dp + (size_t)d];
}

/* Scores of `rows` queries against the keys that the last of them sees. */
LK_INLINE size_t score_block(const lk_attention *a, const lk_span *span, int first,
                             int rows) {
  size_t columns = lk_round_up((size_t)lk_span_visible(span, first + rows - 1), LK_LANES);
  lk_tile queries = {a->q, a->Dp, 1};
  lk_tile_multiply(a->scores, a->Tp, queries, a->k_columns, a->Tp, rows, a->head_size,
                   columns, 0);
  return columns;
}

/* row[j] = exp(row[j] - shift) for visible keys, 0 for the others. Later keys' scores may
 * be larger than the maximum: they are held at 0 so that exp cannot overflow before they
 * are cleared. */
LK_INLINE void row_exponentials(lk_real *row, int visible, size_t columns, lk_real shift) {
  for (size_t j = 0; j < columns; j++) {
    lk_real x = row[j] - shift;
    row[j] = LK_EXP(x < 0 ? x : 0);
  }
  for (size_t j = (size_t)visible; j < columns; j++)
    row[j] = 0;
}

/* Softmax of one row; weights that are dropped become 0, the division by the sum is left to
 * the row's factor, which is returned. */
LK_INLINE lk_real forward_row(const lk_attention_input *in, lk_real *row, int visible,
                              size_t columns, const uint8_t *keep, lk_real *log_sum) {
  lk_real largest = lk_row_maximum(row, (size_t)visible);
  row_exponentials(row, visible, columns, largest);
  lk_real sum = lk_row_sum(row, columns);
  *log_sum = largest + LK_LOG(sum);
  if (!keep) return 1 / sum;
  for (int j = 0; j < visible; j++)
    row[j] *= (lk_real)keep[j];
  return in->keep_scale / sum;
}

LK_CLONES static const uint8_t *forward_head(lk_attention *a, const lk_attention_input *in,
                                             const lk_span *span, int head,
                                             const uint8_t *keep, lk_real *out,
                                             lk_real *log_sum) {
  size_t column = (size_t)head * (size_t)a->head_size;
  size_t channels = (size_t)(a->heads * a->head_size);
  size_t key_row = (size_t)span->key_start * in->kv_stride + column;
  load_columns(a, a->k_columns, in->k + key_row, in->kv_stride, span->keys);
  load_rows(a, a->v, in->v + key_row, in->kv_stride, span->keys, 1);
  for (int first = 0; first < span->queries; first += QUERY_ROWS) {
    int rows = span->queries - first < QUERY_ROWS ? span->queries - first : QUERY_ROWS;
    size_t query = (size_t)(span->query_start + first);
    lk_real factor[QUERY_ROWS];
    load_rows(a, a->q, in->q + query * in->q_stride + column, in->q_stride, rows, a->scale);
    size_t columns = score_block(a, span, first, rows);
    for (int i = 0; i < rows; i++) {
      int visible = lk_span_visible(span, first + i);
      factor[i] =
          forward_row(in, a->scores + (size_t)i * a->Tp, visible, columns, keep,
                      &log_sum[(query + (size_t)i) * (size_t)a->heads + (size_t)head]);
      if (keep) keep += lk_keep_row(visible);
    }
    lk_tile weights = {a->scores, a->Tp, 1};
    int seen = lk_span_visible(span, first + rows - 1);
    lk_tile_multiply(a->out, a->Dp, weights, a->v, a->Dp, rows, seen, a->Dp, 0);
    for (int i = 0; i < rows; i++)
      store_rows(a, out + (query + (size_t)i) * channels + column, channels,
                 a->out + (size_t)i * a->Dp, 1, factor[i]);
  }
  return keep;
}

void lk_attention_forward_fast(lk_attention *attention, const lk_attention_input *input,
                               lk_real *out, lk_real *log_sum) {
  const uint8_t *keep = input->keep;
  for (int s = 0; s < input->spans_count; s++)
    for (int h = 0; h < attention->heads; h++)
      keep = forward_head(attention, input, &input->spans[s], h, keep, out, log_sum);
}

/* From scores and d(dropped P): scores become the dropped weights, d_scores the scores'
 * gradient. mean is the sum over keys of P·dP, which equals d_out·out. */
LK_INLINE void backward_row(const lk_attention_input *in, lk_real *row, lk_real *d_row,
                            int visible, size_t columns, const uint8_t *keep,
                            lk_real log_sum, lk_real mean) {
  row_exponentials(row, visible, columns, log_sum);
  if (keep) {
    for (int j = 0; j < visible; j++) {
      lk_real kept = (lk_real)keep[j] * in->keep_scale;
      lk_real weight = row[j];
      row[j] = weight * kept;
      d_row[j] = weight * (d_row[j] * kept - mean);
    }
    for (size_t j = (size_t)visible; j < columns; j++)
      d_row[j] = 0;
  } else {
    for (size_t j = 0; j < columns; j++)
      d_row[j] = row[j] * (d_row[j] - mean);
  }
}

/* One block of queries: adds to a->dk and a->dv, leaves dq in a->out. */
LK_INLINE const uint8_t *backward_block(lk_attention *a, const lk_attention_input *in,
                                        const lk_span *span, int first, int rows,
                                        const uint8_t *keep, const lk_real *log_sum) {
  size_t columns = score_block(a, span, first, rows);
  int seen = lk_span_visible(span, first + rows - 1);
  lk_tile d_out = {a->d_out, a->Dp, 1};
  lk_tile_multiply(a->d_scores, a->Tp, d_out, a->v_columns, a->Tp, rows, a->head_size,
                   columns, 0);
  for (int i = 0; i < rows; i++) {
    int visible = lk_span_visible(span, first + i);
    lk_real mean =
        lk_row_dot(a->d_out + (size_t)i * a->Dp, a->out + (size_t)i * a->Dp, a->Dp);
    backward_row(in, a->scores + (size_t)i * a->Tp, a->d_scores + (size_t)i * a->Tp,
                 visible, columns, keep, log_sum[(size_t)i * (size_t)a->heads], mean);
    if (keep) keep += lk_keep_row(visible);
  }
  lk_tile d_scores = {a->d_scores, a->Tp, 1};
  lk_tile d_scores_columns = {a->d_scores, 1, a->Tp},
          weight_columns = {a->scores, 1, a->Tp};
  lk_tile_multiply(a->out, a->Dp, d_scores, a->k, a->Dp, rows, seen, a->Dp, 0);
  lk_tile_multiply(a->dk, a->Dp, d_scores_columns, a->q, a->Dp, seen, rows, a->Dp, 1);
  lk_tile_multiply(a->dv, a->Dp, weight_columns, a->d_out, a->Dp, seen, rows, a->Dp, 1);
  return keep;
}

/* What the backward pass reads and writes beside its input. */
typedef struct {
  const lk_real *out, *log_sum, *d_out;
  lk_real *dq, *dk, *dv;
} gradients;

LK_CLONES static const uint8_t *backward_head(lk_attention *a, const lk_attention_input *in,
                                              const lk_span *span, int head,
                                              const uint8_t *keep, const gradients *g) {
  size_t column = (size_t)head * (size_t)a->head_size;
  size_t channels = (size_t)(a->heads * a->head_size);
  size_t key_row = (size_t)span->key_start * in->kv_stride + column;
  load_columns(a, a->k_columns, in->k + key_row, in->kv_stride, span->keys);
  load_columns(a, a->v_columns, in->v + key_row, in->kv_stride, span->keys);
  load_rows(a, a->k, in->k + key_row, in->kv_stride, span->keys, 1);
  memset(a->dk, 0, (size_t)span->keys * a->Dp * sizeof *a->dk);
  memset(a->dv, 0, (size_t)span->keys * a->Dp * sizeof *a->dv);
  for (int first = 0; first < span->queries; first += QUERY_ROWS) {
    int rows = span->queries - first < QUERY_ROWS ? span->queries - first : QUERY_ROWS;
    size_t query = (size_t)(span->query_start + first);
    size_t q_row = query * in->q_stride + column, out_row = query * channels + column;
    load_rows(a, a->q, in->q + q_row, in->q_stride, rows, a->scale);
    load_rows(a, a->d_out, g->d_out + out_row, channels, rows, 1);
    load_rows(a, a->out, g->out + out_row, channels, rows, 1);
    keep = backward_block(a, in, span, first, rows, keep,
                          g->log_sum + query * (size_t)a->heads + head);
    store_rows(a, g->dq + q_row, in->q_stride, a->out, rows, a->scale);
  }
  store_rows(a, g->dk + key_row, in->kv_stride, a->dk, span->keys, 1);
  store_rows(a, g->dv + key_row, in->kv_stride, a->dv, span->keys, 1);
  return keep;
}

void lk_attention_backward_fast(lk_attention *attention, const lk_attention_input *input,
                                const lk_real *out, const lk_real *log_sum,
                                const lk_real *d_out, lk_real *dq, lk_real *dk,
                                lk_real *dv) {
  gradients g = {out, log_sum, d_out, dq, dk, dv};
  const uint8_t *keep = input->keep;
  for (int s = 0; s < input->spans_count; s++)
    for (int h = 0; h < attention->heads; h++)
      keep = backward_head(attention, input, &input->spans[s], h, keep, &g);
}
