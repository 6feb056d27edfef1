/* Private to the attention core. */
#ifndef LOCKSTEP_ATTENTION_PRIVATE_H
#define LOCKSTEP_ATTENTION_PRIVATE_H

#include "lockstep/attention_input.h"
#include "lockstep/random.h"

/* Queries and keys that are worked on together, so that their tiles stay in the first two
 * levels of cache. Keys that lie in columns do so PANEL at a time. */
enum { FORWARD_ROWS = 48, BACKWARD_ROWS = 48, KEY_ROWS = 96, PANEL = 32 };

/* Scratch of one head of one sequence, of one thread. Dp is D, rounded up to LK_LANES, and
 * Tp is max_keys, rounded up to KEY_ROWS. scores_row is more than Tp, lest all rows meet in
 * the same sets of a cache. */
struct lk_attention {
  int heads, head_size, max_keys;
  int group; /* heads that share keys and values */
  size_t Tp, Dp, scores_row;
  lk_real scale;
  lk_real *k, *v;                 /* (Tp, Dp) */
  lk_real *k_panels, *v_panels;   /* (Tp/PANEL, Dp, PANEL): transposed */
  lk_real *q, *d_out, *out;       /* (BACKWARD_ROWS, Dp) */
  lk_real *scores;                /* (FORWARD_ROWS, scores_row) */
  lk_real *weights, *d_scores;    /* (BACKWARD_ROWS, KEY_ROWS) */
  lk_real *dk, *dv;               /* (Tp, Dp) */
  lk_real *q_words, *d_out_words; /* (BACKWARD_ROWS, Dp / 2) in pairs, as all below */
  lk_real *q_pairs, *d_out_pairs; /* (BACKWARD_ROWS / 2, Dp) */
  lk_real *weight_pairs, *d_score_pairs; /* (BACKWARD_ROWS / 2, KEY_ROWS) */
  const struct lk_attention_head *head;
  lk_real *memory;             /* owns all of the above */
  int threads;                 /* that there is scratch for */
  struct lk_attention *others; /* (threads - 1) that of the threads beside the first */
};

/* What the backward pass reads and writes beside its input. */
typedef struct {
  const lk_real *out, *log_sum, *d_out;
  lk_real *dq, *dk, *dv;
} lk_attention_gradients;

/* Keys that query i of a span sees. */
static inline int lk_span_visible(const lk_span *span, int query) {
  return span->keys - span->queries + query + 1;
}

/* The first column of a head's keys and values. */
static inline size_t lk_key_column(const lk_attention *a, int head) {
  return (size_t)(head / a->group) * (size_t)a->head_size;
}

/* Nonzero for the first, and for the last, of the heads that share them. */
static inline int lk_begins_group(const lk_attention *a, int head) {
  return head % a->group == 0;
}
static inline int lk_ends_group(const lk_attention *a, int head) {
  return head % a->group == a->group - 1;
}

/* Elements of one row of the keep mask. */
static inline size_t lk_keep_row(int visible) {
  return ((size_t)visible + LK_KEEP_WORDS - 1) / LK_KEEP_WORDS * LK_KEEP_WORDS;
}

/* Elements of one head's keep mask of a span. */
size_t lk_keep_head(const lk_span *span);

/* The two passes over one head of one span; keep is where the head's part of the mask
 * begins, and where the next head's does is returned. Heads that share keys come one after
 * the other: the first one loads these, and the last one stores what all have added to
 * their gradients. */
typedef struct lk_attention_head {
  size_t (*forward)(lk_attention *a, const lk_attention_input *in, const lk_span *span,
                    int head, size_t keep, lk_real *out, lk_real *log_sum);
  size_t (*backward)(lk_attention *a, const lk_attention_input *in, const lk_span *span,
                     int head, size_t keep, const lk_attention_gradients *g);
} lk_attention_head;

/* With vectors of so many bytes: 16, 32 or 64, at most lk_vector_bytes(). */
const lk_attention_head *lk_attention_head_of(int bytes);
/* With operands in bf16; NULL where this program or processor has no such products. */
const lk_attention_head *lk_attention_head_in_bf16(void);

void lk_attention_forward_reference(const lk_attention *attention,
                                    const lk_attention_input *input, lk_real *out,
                                    lk_real *log_sum);
void lk_attention_backward_reference(const lk_attention *attention,
                                     const lk_attention_input *input,
                                     const lk_real *log_sum, const lk_real *d_out,
                                     lk_real *dq, lk_real *dk, lk_real *dv);

#endif
