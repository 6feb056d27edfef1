#include "attention/attention.h"
#include "base/vector.h"
#include "lockstep/kernels.h"
#include "lockstep/profile.h"
#include <assert.h>

/* Hands out the next `count` numbers of the scratch memory, each piece on a cache line. */
static lk_real *take(lk_real **next, size_t count) {
  lk_real *piece = *next;
  *next += lk_round_up(count, LK_LANES);
  return piece;
}

lk_status lk_attention_create(lk_attention **out, int heads, int head_size, int max_keys) {
  lk_attention *a = NULL;
  *out = NULL;
  assert(heads > 0 && head_size > 0 && max_keys > 0);
  LK_TRY(LK_NEW(a, 1));
  a->heads = heads;
  a->head_size = head_size;
  a->max_keys = max_keys;
  a->Tp = lk_round_up((size_t)max_keys, KEY_ROWS);
  a->Dp = lk_round_up((size_t)head_size, LK_LANES);
  a->scores_row = a->Tp + LK_LANES;
  a->scale = (lk_real)(1.0 / sqrt(head_size));
  lk_status status =
      LK_NEW(a->memory, 6 * a->Tp * a->Dp + 3 * BACKWARD_ROWS * a->Dp +
                            FORWARD_ROWS * a->scores_row + 2 * BACKWARD_ROWS * KEY_ROWS);
  if (status != LK_OK) {
    lk_free(a);
    return status;
  }
  lk_real *next = a->memory;
  lk_real **tiles[] = {&a->k, &a->v, &a->k_panels, &a->v_panels, &a->dk, &a->dv};
  for (size_t i = 0; i < sizeof tiles / sizeof *tiles; i++)
    *tiles[i] = take(&next, a->Tp * a->Dp);
  lk_real **rows[] = {&a->q, &a->d_out, &a->out};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    *rows[i] = take(&next, BACKWARD_ROWS * a->Dp);
  a->scores = take(&next, FORWARD_ROWS * a->scores_row);
  a->weights = take(&next, BACKWARD_ROWS * KEY_ROWS);
  a->d_scores = take(&next, BACKWARD_ROWS * KEY_ROWS);
  *out = a;
  return LK_OK;
}

void lk_attention_free(lk_attention *attention) {
  if (!attention) return;
  lk_free(attention->memory);
  lk_free(attention);
}

size_t lk_attention_keep_size(const lk_span *spans, int count, int heads) {
  size_t bytes = 0;
  for (int s = 0; s < count; s++)
    for (int i = 0; i < spans[s].queries; i++)
      bytes += lk_keep_row(lk_span_visible(&spans[s], i)) * (size_t)heads;
  return bytes;
}

/* What callers promise of spans and rows. */
static void check_input(const lk_attention *a, const lk_attention_input *in) {
  assert(in->q_stride >= (size_t)(a->heads * a->head_size));
  assert(in->kv_stride >= (size_t)(a->heads * a->head_size));
  assert(!in->keep || in->keep_scale >= 1);
  for (int s = 0; s < in->spans_count; s++) {
    const lk_span *span = &in->spans[s];
    assert(span->key_start >= 0 && span->query_start >= 0);
    assert(span->queries >= 0 && span->queries <= span->keys);
    assert(span->keys <= a->max_keys);
  }
}

void lk_attention_forward(lk_attention *attention, const lk_attention_input *input,
                          lk_real *out, lk_real *log_sum) {
  lk_profile_switch(LK_PART_ATTENTION);
  check_input(attention, input);
  if (lk_kernels_are_reference())
    lk_attention_forward_reference(attention, input, out, log_sum);
  else
    lk_attention_forward_fast(attention, input, out, log_sum, lk_vector_bytes());
}

void lk_attention_backward(lk_attention *attention, const lk_attention_input *input,
                           const lk_real *out, const lk_real *log_sum, const lk_real *d_out,
                           lk_real *dq, lk_real *dk, lk_real *dv) {
  lk_profile_switch(LK_PART_ATTENTION);
  check_input(attention, input);
  if (lk_kernels_are_reference())
    lk_attention_backward_reference(attention, input, log_sum, d_out, dq, dk, dv);
  else
    lk_attention_backward_fast(attention, input, out, log_sum, d_out, dq, dk, dv,
                               lk_vector_bytes());
}
