/* Private to the attention core. */
#ifndef LOCKSTEP_ATTENTION_PRIVATE_H
#define LOCKSTEP_ATTENTION_PRIVATE_H

#include "lockstep/attention.h"

/* Queries that are worked on together: their scores against all keys fit the first-level
 * cache. */
enum { QUERY_ROWS = 16 };

/* Scratch of one head of one sequence. Tp is max_keys and Dp is D, rounded up to LK_LANES;
 * what is added is zero. */
struct lk_attention {
  int heads, head_size, max_keys;
  size_t Tp, Dp;
  lk_real scale;
  lk_real *k, *v;                 /* (T, Dp) */
  lk_real *k_columns, *v_columns; /* (Dp, Tp) transposed */
  lk_real *q, *d_out, *out;       /* (QUERY_ROWS, Dp) */
  lk_real *scores, *d_scores;     /* (QUERY_ROWS, Tp) */
  lk_real *dk, *dv;               /* (T, Dp) */
  lk_real *memory;                /* owns all of the above */
};

/* Keys that query i of a span sees. */
static inline int lk_span_visible(const lk_span *span, int query) {
  return span->keys - span->queries + query + 1;
}

/* Bytes of one row of the keep mask. */
static inline size_t lk_keep_row(int visible) {
  return ((size_t)visible + 15) / 16 * 16;
}

void lk_attention_forward_fast(lk_attention *attention, const lk_attention_input *input,
                               lk_real *out, lk_real *log_sum);
void lk_attention_backward_fast(lk_attention *attention, const lk_attention_input *input,
                                const lk_real *out, const lk_real *log_sum,
                                const lk_real *d_out, lk_real *dq, lk_real *dk,
                                lk_real *dv);
void lk_attention_forward_reference(const lk_attention *attention,
                                    const lk_attention_input *input, lk_real *out,
                                    lk_real *log_sum);
void lk_attention_backward_reference(const lk_attention *attention,
                                     const lk_attention_input *input,
                                     const lk_real *log_sum, const lk_real *d_out,
                                     lk_real *dq, lk_real *dk, lk_real *dv);

#endif
