#include "lockstep/sample.h"
#include "lockstep/memory.h"
#include "lockstep/random.h"
#include <assert.h>
#include <math.h>

const lk_sampling lk_greedy = {.top_p = 1, .repetition_penalty = 1};

struct lk_sampler {
  lk_sampling sampling;
  int vocabulary;
  lk_choice *all; /* (vocabulary) weight: first the score, then its exponential */
};

static lk_status refuse(const char *name, double value, const char *limits) {
  return lk_fail(LK_USAGE, "--%s must be %s, not %g", name, limits, value);
}

lk_status lk_sampling_check(const lk_sampling *s) {
  if (!(s->temperature >= 0))
    return refuse("temperature", s->temperature, "0, for the most probable token, or more");
  if (!(s->top_p > 0 && s->top_p <= 1))
    return refuse("top-p", s->top_p, "more than 0 and at most 1");
  if (!(s->min_p >= 0 && s->min_p <= 1)) return refuse("min-p", s->min_p, "from 0 to 1");
  if (!(s->repetition_penalty > 0))
    return refuse("repetition-penalty", s->repetition_penalty, "more than 0");
  return LK_OK;
}

lk_status lk_sampler_create(lk_sampler **out, const lk_sampling *sampling, int vocabulary) {
  lk_sampler *s = NULL;
  *out = NULL;
  assert(vocabulary > 0);
  assert(sampling->top_p > 0 && sampling->repetition_penalty > 0);
  LK_TRY(LK_NEW(s, 1));
  s->sampling = *sampling;
  s->vocabulary = vocabulary;
  lk_status status = LK_NEW(s->all, (size_t)vocabulary);
  if (status == LK_OK)
    *out = s;
  else
    lk_free(s);
  return status;
}

void lk_sampler_free(lk_sampler *sampler) {
  if (!sampler) return;
  lk_free(sampler->all);
  lk_free(sampler);
}

int lk_sampler_vocabulary(const lk_sampler *sampler) {
  return sampler->vocabulary;
}

/* Each token's score by its id, with the penalty for those that the text has. */
static void take_scores(lk_sampler *s, const lk_real *logits, const lk_token *tokens,
                        int length) {
  double penalty = s->sampling.repetition_penalty;
  for (int i = 0; i < s->vocabulary; i++)
    s->all[i] = (lk_choice){(lk_token)i, (double)logits[i]};
  for (int i = 0; i < length && penalty != 1; i++) {
    assert(tokens[i] < (lk_token)s->vocabulary);
    double score = (double)logits[tokens[i]];
    s->all[tokens[i]].weight = score > 0 ? score / penalty : score * penalty;
  }
}

static size_t largest(const lk_choice *all, size_t count) {
  size_t best = 0;
  for (size_t i = 1; i < count; i++)
    if (all[i].weight > all[best].weight) best = i;
  return best;
}

/* Nonzero when a is to be above b: the lower id of equals. */
static int is_above(const lk_choice *a, const lk_choice *b) {
  return a->weight > b->weight || (a->weight == b->weight && a->id < b->id);
}

static void sink(lk_choice *heap, size_t count, size_t at) {
  lk_choice moved = heap[at];
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && is_above(&heap[child + 1], &heap[child])) child++;
    if (!is_above(&heap[child], &moved)) break;
    heap[at] = heap[child];
  }
  heap[at] = moved;
}

static void make_heap(lk_choice *heap, size_t count) {
  for (size_t at = count / 2; at-- > 0;)
    sink(heap, count, at);
}

/* Moves the top behind the rest, and returns it. */
static const lk_choice *take_top(lk_choice *heap, size_t *count) {
  lk_choice top = heap[0];
  assert(*count > 0);
  heap[0] = heap[--*count];
  heap[*count] = top;
  if (*count) sink(heap, *count, 0);
  return &heap[*count];
}

/* The candidates from *first on are those with the largest scores. */
static void keep_top_k(lk_choice *all, size_t count, size_t k, size_t *first) {
  size_t left = count;
  if (!k || k >= count) return;
  make_heap(all, left);
  while (left > count - k)
    take_top(all, &left);
  while (left && all[0].weight == all[left].weight)
    take_top(all, &left);
  *first = left;
}

/* Of those from *first on: the most probable ones until their sum is p of the whole. */
static void keep_top_p(lk_choice *all, size_t count, double p, size_t *first) {
  double total = 0, sum = 0;
  size_t left = count - *first;
  if (p >= 1) return;
  all += *first;
  for (size_t i = 0; i < left; i++)
    total += all[i].weight;
  make_heap(all, left);
  while (left && sum < p * total)
    sum += take_top(all, &left)->weight;
  *first += left;
}

/* Moves those from first on with at least this weight to the front; returns their number.
 */
static size_t keep_min(lk_choice *all, size_t count, double least, size_t first) {
  size_t kept = 0;
  for (size_t i = first; i < count; i++)
    if (all[i].weight >= least) all[kept++] = all[i];
  return kept ? kept : 1; /* logits that are no numbers leave none */
}

size_t lk_sampler_filter(lk_sampler *sampler, const lk_real *logits, const lk_token *tokens,
                         int length, const lk_choice **candidates) {
  const lk_sampling *how = &sampler->sampling;
  lk_choice *all = sampler->all;
  size_t count = (size_t)sampler->vocabulary, first = 0;
  *candidates = all;
  take_scores(sampler, logits, tokens, length);
  size_t best = largest(all, count);
  double most = all[best].weight;
  if (how->temperature == 0) {
    all[0] = (lk_choice){(lk_token)best, 1};
    return 1;
  }
  keep_top_k(all, count, (size_t)how->top_k, &first);
  for (size_t i = first; i < count; i++)
    all[i].weight = exp((all[i].weight - most) / how->temperature);
  keep_top_p(all, count, how->top_p, &first);
  return keep_min(all, count, how->min_p, first);
}

/* Uniform in [0, 1). */
static double uniform(const lk_stream *stream, uint64_t element) {
  return (double)(lk_random_u64(stream, element) >> 11) * 0x1p-53;
}

lk_token lk_sampler_draw(lk_sampler *sampler, const lk_real *logits, const lk_token *tokens,
                         int length, uint64_t text, uint32_t attempt) {
  const lk_choice *of;
  size_t count = lk_sampler_filter(sampler, logits, tokens, length, &of), i = 0;
  const lk_stream stream = {.seed = sampler->sampling.seed,
                            .purpose = LK_RANDOM_SAMPLE,
                            .step = text,
                            .shard = attempt};
  double total = 0, left;
  for (size_t j = 0; j < count; j++)
    total += of[j].weight;
  left = uniform(&stream, (uint64_t)length) * total;
  while (i + 1 < count && left >= of[i].weight)
    left -= of[i++].weight;
  return of[i].id;
}
