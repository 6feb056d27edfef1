/* The definition of attention, written as it is read; sums in double. */
#include "attention/attention.h"
#include <math.h>

static double dot(const lk_real *a, const lk_real *b, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += (double)a[i] * (double)b[i];
  return sum;
}

/* What one query of one head works on. */
typedef struct {
  const lk_real *q, *k, *v; /* this head's columns, first key's row */
  size_t keep;              /* place in the mask */
  int visible;
  size_t row; /* of the query matrix */
  size_t head_column, key_column;
} query_view;

typedef void (*query_work)(const lk_attention *a, const lk_attention_input *in,
                           const lk_span *span, const query_view *view, int head,
                           void *context);

/* Calls `work` for every query of every head of every span, in the order of the keep mask.
 */
static void for_each_query(const lk_attention *a, const lk_attention_input *in,
                           query_work work, void *context) {
  size_t keep = 0;
  for (int s = 0; s < in->spans_count; s++) {
    const lk_span *span = &in->spans[s];
    for (int h = 0; h < a->heads; h++)
      for (int i = 0; i < span->queries; i++) {
        size_t column = (size_t)h * (size_t)a->head_size;
        size_t row = (size_t)(span->query_start + i);
        size_t key_column = lk_key_column(a, h);
        size_t key_row = (size_t)span->key_start * in->kv_stride + key_column;
        query_view view = {in->q + row * in->q_stride + column,
                           in->k + key_row,
                           in->v + key_row,
                           keep,
                           lk_span_visible(span, i),
                           row,
                           column,
                           key_column};
        work(a, in, span, &view, h, context);
        keep += lk_keep_row(view.visible);
      }
  }
}

static double score(const lk_attention *a, const lk_attention_input *in,
                    const query_view *view, int j) {
  return (double)a->scale * dot(view->q, view->k + (size_t)j * in->kv_stride, a->head_size);
}

static double kept(const lk_attention_input *in, const query_view *view, int j) {
  if (!in->keep) return 1;
  return lk_keep_bit(in->keep, view->keep + (size_t)j) * (double)in->keep_scale;
}

typedef struct {
  lk_real *out, *log_sum;
} forward_context;

static void forward_query(const lk_attention *a, const lk_attention_input *in,
                          const lk_span *span, const query_view *view, int head,
                          void *context) {
  forward_context *to = context;
  (void)span;
  size_t channels = (size_t)(a->heads * a->head_size);
  double largest = -INFINITY, sum = 0;
  for (int j = 0; j < view->visible; j++)
    largest = fmax(largest, score(a, in, view, j));
  for (int j = 0; j < view->visible; j++)
    sum += exp(score(a, in, view, j) - largest);
  double log_sum = largest + log(sum);
  to->log_sum[view->row * (size_t)a->heads + (size_t)head] = (lk_real)log_sum;
  for (int d = 0; d < a->head_size; d++) {
    double value = 0;
    for (int j = 0; j < view->visible; j++)
      value += exp(score(a, in, view, j) - log_sum) * kept(in, view, j) *
               (double)view->v[(size_t)j * in->kv_stride + (size_t)d];
    to->out[view->row * channels + view->head_column + (size_t)d] = (lk_real)value;
  }
}

void lk_attention_forward_reference(const lk_attention *attention,
                                    const lk_attention_input *input, lk_real *out,
                                    lk_real *log_sum) {
  forward_context context = {out, log_sum};
  for_each_query(attention, input, forward_query, &context);
}

typedef struct {
  const lk_real *log_sum, *d_out;
  lk_real *dq, *dk, *dv;
} backward_context;

static void backward_query(const lk_attention *a, const lk_attention_input *in,
                           const lk_span *span, const query_view *view, int head,
                           void *context) {
  backward_context *g = context;
  size_t channels = (size_t)(a->heads * a->head_size);
  const lk_real *d_out = g->d_out + view->row * channels + view->head_column;
  double log_sum = (double)g->log_sum[view->row * (size_t)a->heads + (size_t)head];
  double mean = 0;
  for (int j = 0; j < view->visible; j++)
    mean += exp(score(a, in, view, j) - log_sum) * kept(in, view, j) *
            dot(d_out, view->v + (size_t)j * in->kv_stride, a->head_size);
  for (int j = 0; j < view->visible; j++) {
    size_t key = (size_t)j * in->kv_stride;
    size_t to = (size_t)span->key_start * in->kv_stride + view->key_column + key;
    double p = exp(score(a, in, view, j) - log_sum);
    double d_score =
        p * (kept(in, view, j) * dot(d_out, view->v + key, a->head_size) - mean);
    for (int d = 0; d < a->head_size; d++) {
      g->dv[to + (size_t)d] += (lk_real)(p * kept(in, view, j) * (double)d_out[d]);
      g->dk[to + (size_t)d] += (lk_real)((double)a->scale * d_score * (double)view->q[d]);
      g->dq[view->row * in->q_stride + view->head_column + (size_t)d] +=
          (lk_real)((double)a->scale * d_score * (double)view->k[key + (size_t)d]);
    }
  }
}

static void clear_rows(lk_real *rows, size_t stride, int first, int count, size_t columns) {
  for (int i = 0; i < count; i++)
    for (size_t c = 0; c < columns; c++)
      rows[(size_t)(first + i) * stride + c] = 0;
}

void lk_attention_backward_reference(const lk_attention *attention,
                                     const lk_attention_input *input,
                                     const lk_real *log_sum, const lk_real *d_out,
                                     lk_real *dq, lk_real *dk, lk_real *dv) {
  size_t channels = (size_t)(attention->heads * attention->head_size);
  size_t kv_channels = channels / (size_t)attention->group;
  for (int s = 0; s < input->spans_count; s++) {
    const lk_span *span = &input->spans[s];
    clear_rows(dq, input->q_stride, span->query_start, span->queries, channels);
    clear_rows(dk, input->kv_stride, span->key_start, span->keys, kv_channels);
    clear_rows(dv, input->kv_stride, span->key_start, span->keys, kv_channels);
  }
  backward_context context = {log_sum, d_out, dq, dk, dv};
  for_each_query(attention, input, backward_query, &context);
}
