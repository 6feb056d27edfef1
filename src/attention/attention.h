/* Private to the attention core. */
#ifndef LOCKSTEP_ATTENTION_PRIVATE_H
#define LOCKSTEP_ATTENTION_PRIVATE_H

#include "lockstep/attention.h"

/* Queries and keys that are worked on together, so that their tiles stay in the first two
 * levels of cache. Keys that lie in columns do so PANEL at a time. */
enum { FORWARD_ROWS = 48, BACKWARD_ROWS = 48, KEY_ROWS = 96, PANEL = 32 };

/* Scratch of one head of one sequence. Dp is D, rounded up to LK_LANES, and Tp is max_keys,
 * rounded up to KEY_ROWS; what is added is zero. scores_row is more than Tp, lest all rows
 * meet in the same sets of a cache. */
struct lk_attention {
  int heads, head_size, max_keys;
  size_t Tp, Dp, scores_row;
  lk_real scale;
  lk_real *k, *v;               /* (Tp, Dp) */
  lk_real *k_panels, *v_panels; /* (Tp/PANEL, Dp, PANEL): transposed */
  lk_real *q, *d_out, *out;     /* (BACKWARD_ROWS, Dp) */
  lk_real *scores;              /* (FORWARD_ROWS, scores_row) */
  lk_real *weights, *d_scores;  /* (BACKWARD_ROWS, KEY_ROWS) */
  lk_real *dk, *dv;             /* (Tp, Dp) */
  lk_real *memory;              /* owns all of the above */
};

/* Keys that query i of a span sees. */
static inline int lk_span_visible(const lk_span *span, int query) {
  return span->keys - span->queries + query + 1;
}

/* Bytes of one row of the keep mask. */
static inline size_t lk_keep_row(int visible) {
  return ((size_t)visible + 15) / 16 * 16;
}

/* `bytes` is that of the vectors used: 16, 32 or 64, at most lk_vector_bytes(). */
void lk_attention_forward_fast(lk_attention *attention, const lk_attention_input *input,
                               lk_real *out, lk_real *log_sum, int bytes);
void lk_attention_backward_fast(lk_attention *attention, const lk_attention_input *input,
                                const lk_real *out, const lk_real *log_sum,
                                const lk_real *d_out, lk_real *dq, lk_real *dk, lk_real *dv,
                                int bytes);
void lk_attention_forward_reference(const lk_attention *attention,
                                    const lk_attention_input *input, lk_real *out,
                                    lk_real *log_sum);
void lk_attention_backward_reference(const lk_attention *attention,
                                     const lk_attention_input *input,
                                     const lk_real *log_sum, const lk_real *d_out,
                                     lk_real *dq, lk_real *dk, lk_real *dv);

#endif
