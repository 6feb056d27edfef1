#include "attention/attention.h"
#include "base/chunks.h"
#include "base/vector.h"
#include "lockstep/attention.h"
#include "lockstep/kernels.h"
#include "lockstep/profile.h"
#include <assert.h>

/* The scratch in one piece of memory, each array on a cache line. */
static lk_status allocate(lk_attention *a) {
  const size_t keys = a->Tp * a->Dp, rows = BACKWARD_ROWS * a->Dp;
  const size_t weights = BACKWARD_ROWS * KEY_ROWS;
  const struct {
    lk_real **array;
    size_t count;
  } arrays[] = {{&a->k, keys},
                {&a->v, keys},
                {&a->k_panels, keys},
                {&a->v_panels, keys},
                {&a->dk, keys},
                {&a->dv, keys},
                {&a->q, rows},
                {&a->d_out, rows},
                {&a->out, rows},
                {&a->scores, FORWARD_ROWS * a->scores_row},
                {&a->weights, weights},
                {&a->d_scores, weights},
                {&a->q_words, rows / 2},
                {&a->d_out_words, rows / 2},
                {&a->q_pairs, rows / 2},
                {&a->d_out_pairs, rows / 2},
                {&a->weight_pairs, weights / 2},
                {&a->d_score_pairs, weights / 2}};
  enum { ARRAYS = sizeof arrays / sizeof *arrays };
  size_t total = 0;
  for (int i = 0; i < ARRAYS; i++)
    total += lk_round_up(arrays[i].count, LK_LANES);
  LK_TRY(LK_NEW(a->memory, total));
  lk_real *next = a->memory;
  for (int i = 0; i < ARRAYS; next += lk_round_up(arrays[i].count, LK_LANES), i++)
    *arrays[i].array = next;
  return LK_OK;
}

static lk_attention *scratch_of(lk_attention *a, int thread) {
  assert(thread < a->threads);
  return thread == 0 ? a : &a->others[thread - 1];
}

/* Each thread but the first has scratch of its own. */
static lk_status allocate_others(lk_attention *a) {
  a->threads = 1;
  if (lk_kernels_threads() == 1) return LK_OK;
  LK_TRY(LK_NEW(a->others, (size_t)lk_kernels_threads() - 1));
  for (; a->threads < lk_kernels_threads(); a->threads++) {
    lk_attention *other = &a->others[a->threads - 1];
    *other = *a;
    other->memory = NULL;
    LK_TRY(allocate(other));
  }
  return LK_OK;
}

lk_status lk_attention_create(lk_attention **out, int heads, int head_size, int max_keys) {
  lk_attention *a = NULL;
  *out = NULL;
  assert(heads > 0 && head_size > 0 && max_keys > 0);
  LK_TRY(LK_NEW(a, 1));
  a->heads = heads;
  a->group = 1;
  a->head_size = head_size;
  a->max_keys = max_keys;
  a->Tp = lk_round_up((size_t)max_keys, KEY_ROWS);
  a->Dp = lk_round_up((size_t)head_size, LK_LANES);
  a->scores_row = a->Tp + LK_LANES;
  a->scale = (lk_real)(1.0 / sqrt(head_size));
  a->head = lk_attention_head_of(lk_vector_bytes());
  lk_status status = allocate(a);
  if (status == LK_OK) status = allocate_others(a);
  if (status == LK_OK)
    *out = a;
  else
    lk_attention_free(a);
  return status;
}

void lk_attention_free(lk_attention *attention) {
  if (!attention) return;
  for (int i = 0; i < attention->threads; i++)
    lk_free(scratch_of(attention, i)->memory);
  lk_free(attention->others);
  lk_free(attention);
}

void lk_attention_share_keys(lk_attention *attention, int group) {
  assert(group > 0 && attention->heads % group == 0);
  for (int i = 0; i < attention->threads; i++)
    scratch_of(attention, i)->group = group;
}

/* Of queries that see 1, 2, … keys, `most` at most: 16 rows of 16 elements, 16 of 32, … */
static size_t keep_up_to(int most) {
  size_t whole = (size_t)most / 16, rest = (size_t)most % 16;
  return 16 * (16 * (whole * (whole + 1) / 2) + rest * (whole + 1));
}

size_t lk_keep_head(const lk_span *span) {
  return keep_up_to(span->keys) - keep_up_to(span->keys - span->queries);
}

size_t lk_attention_keep_size(const lk_span *spans, int count, int heads) {
  size_t elements = 0;
  for (int s = 0; s < count; s++)
    elements += lk_keep_head(&spans[s]) * (size_t)heads;
  return elements;
}

/* What callers promise of spans and rows. */
static void check_input(const lk_attention *a, const lk_attention_input *in) {
  assert(in->q_stride >= (size_t)(a->heads * a->head_size));
  assert(in->kv_stride >= (size_t)(a->heads / a->group * a->head_size));
  assert(!in->keep || in->keep_scale >= 1);
  for (int s = 0; s < in->spans_count; s++) {
    const lk_span *span = &in->spans[s];
    assert(span->key_start >= 0 && span->query_start >= 0);
    assert(span->queries >= 0 && span->queries <= span->keys);
    assert(span->keys <= a->max_keys);
  }
}

lk_status lk_attention_check_bf16(const char *origin) {
  if (lk_attention_head_in_bf16()) return LK_OK;
  return lk_fail(
      LK_USAGE,
      "%s: precision is bf16_attention, which takes a processor with AVX512_BF16 "
      "and a program built by GCC; set precision=bf16, whose attention is fp32",
      origin);
}

void lk_attention_use_bf16(lk_attention *attention) {
  assert(lk_attention_head_in_bf16());
  for (int i = 0; i < attention->threads; i++)
    scratch_of(attention, i)->head = lk_attention_head_in_bf16();
}

/* Heads that share keys, of one span: the work of one thread. */
typedef struct {
  lk_attention *a; /* the thread's */
  const lk_span *span;
  int first;   /* head */
  size_t keep; /* its place in the mask */
} head_group;

static int groups(const lk_attention *a, const lk_attention_input *in) {
  return in->spans_count * (a->heads / a->group);
}

static head_group group_at(lk_attention *a, const lk_attention_input *in, int i) {
  int of_span = a->heads / a->group, s = i / of_span;
  head_group g = {scratch_of(a, lk_this_thread()), &in->spans[s], i % of_span * a->group,
                  0};
  if (in->keep)
    g.keep = lk_attention_keep_size(in->spans, s, a->heads) +
             (size_t)g.first * lk_keep_head(g.span);
  return g;
}

void lk_attention_forward(lk_attention *attention, const lk_attention_input *input,
                          lk_real *out, lk_real *log_sum) {
  const int count = groups(attention, input);
  lk_profile_switch(LK_PART_ATTENTION);
  check_input(attention, input);
  if (lk_kernels_are_reference()) {
    lk_attention_forward_reference(attention, input, out, log_sum);
    return;
  }
  LK_PARALLEL(count)
  for (int i = 0; i < count; i++) {
    head_group g = group_at(attention, input, i);
    for (int h = g.first; h < g.first + attention->group; h++)
      g.keep = g.a->head->forward(g.a, input, g.span, h, g.keep, out, log_sum);
  }
}

void lk_attention_backward(lk_attention *attention, const lk_attention_input *input,
                           const lk_real *out, const lk_real *log_sum, const lk_real *d_out,
                           lk_real *dq, lk_real *dk, lk_real *dv) {
  const lk_attention_gradients gradients = {out, log_sum, d_out, dq, dk, dv};
  const int count = groups(attention, input);
  lk_profile_switch(LK_PART_ATTENTION);
  check_input(attention, input);
  assert(dq != input->q && dk != input->k && dv != input->v && dk != dv);
  if (lk_kernels_are_reference()) {
    lk_attention_backward_reference(attention, input, log_sum, d_out, dq, dk, dv);
    return;
  }
  LK_PARALLEL(count)
  for (int i = 0; i < count; i++) {
    head_group g = group_at(attention, input, i);
    for (int h = g.first; h < g.first + attention->group; h++)
      g.keep = g.a->head->backward(g.a, input, g.span, h, g.keep, &gradients);
  }
}
