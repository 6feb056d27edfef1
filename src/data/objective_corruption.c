#include "data/example.h"
#include "data/objective_kind.h"
#include <assert.h>
#include <string.h>

/* Elements of the stream. */
enum { DRAW_LIMIT, DRAW_ROUNDING, DRAW_SPAN, DRAW_START };

enum { MIN_LIMIT = 4, MIN_BLOCK = 8 };

enum { ALL_EXAMPLES = (1 << 24) - 1 }; /* a site beyond every example's */

size_t lk_example_reach(size_t block) {
  return 7 * block / 8;
}

/* Uniform in [4, 7/8·block] for each example, and evenly spread over those of a
 * micro-batch: one random start, equal strides. Ranks would wait for each other if their
 * shares differed in length, as those of few examples do, by the start. */
static size_t draw_limit(size_t block, uint32_t count, const lk_stream *stream) {
  size_t values = lk_example_reach(block) - MIN_LIMIT + 1;
  lk_stream all = *stream;
  all.site = ALL_EXAMPLES;
  size_t start = (size_t)lk_random_below(&all, DRAW_LIMIT, values);
  return MIN_LIMIT + (start + stream->site % count * values / count) % values;
}

/* Uniform in [1, 2q-1], so of mean q; q is length/4 rounded up or down at random such that
 * its mean is exactly length/4. Documents of 1 to 3 characters give a span of 1. The span
 * is at most (length+1)/2, so about half of the document is always left as its context. */
static size_t draw_span(size_t length, const lk_stream *stream) {
  size_t quarter = (length + (size_t)lk_random_below(stream, DRAW_ROUNDING, 4)) / 4;
  if (quarter < 2) return 1;
  return 1 + (size_t)lk_random_below(stream, DRAW_SPAN, 2 * quarter - 1);
}

static lk_token *append(lk_token *to, const lk_token *tokens, size_t count) {
  memcpy(to, tokens, count * sizeof *tokens);
  return to + count;
}

void lk_example_corrupt(lk_example *out, const lk_token *document, size_t length,
                        size_t block, uint32_t count, const lk_stream *stream) {
  assert(length > 0 && block >= MIN_BLOCK && count > 0);
  size_t limit = draw_limit(block, count, stream);
  lk_example_corrupt_whole(out, document, length < limit ? length : limit, stream);
  assert(out->length <= block + 1);
}

void lk_example_corrupt_whole(lk_example *out, const lk_token *document, size_t length,
                              const lk_stream *stream) {
  size_t span = draw_span(length, stream);
  size_t start = (size_t)lk_random_below(stream, DRAW_START, length - span + 1);
  lk_token *end = append(out->tokens, document, start);
  *end++ = out->mask;
  end = append(end, document + start + span, length - start - span);
  *end++ = out->mask;
  end = append(end, document + start, span);
  out->length = (size_t)(end - out->tokens);
  out->first_target = 0;
  assert(out->length == length + 2);
}

/* The default objective has no settings: those of recall would do nothing. */
static lk_status check(const lk_config *config) {
  lk_config plain = *config;
  plain.objective_kind = LK_OBJECTIVE_auto;
  if (lk_objective_choose(&plain, LK_PRETRAIN) == LK_OBJECTIVE_corruption) return LK_OK;
  return lk_objective_refuse_recall(config, "corruption");
}

static lk_status prepare(lk_objective *objective, const lk_config *config) {
  (void)config;
  objective->reach = lk_example_reach(objective->block);
  return LK_OK;
}

/* As lk_example_corrupt, to the length that the same example of the first shard has. */
static void corrupt_alike(const lk_objective *o, const lk_token *text, size_t length,
                          const lk_stream *stream, lk_example *out) {
  lk_stream first = *stream;
  first.shard = 0;
  size_t limit = draw_limit(o->block, o->micro_batch, &first);
  lk_example_corrupt_whole(out, text, length < limit ? length : limit, stream);
}

/* A window is what an epoch is to show: nothing of it is truncated. */
static void draw(const lk_objective *o, const lk_visit *visit, const lk_stream *stream,
                 lk_example *out) {
  size_t length;
  const lk_place place = lk_mixture_find(o->corpora, visit);
  const lk_token *text = lk_mixture_text(o->corpora, &place, &length);
  if (o->window == LK_WINDOW_START && o->is_alike)
    corrupt_alike(o, text, length, stream, out);
  else if (o->window == LK_WINDOW_START)
    lk_example_corrupt(out, text, length, o->block, o->micro_batch, stream);
  else
    lk_example_corrupt_whole(out, text, length, stream);
}

/* What is left of so many tokens by a limit that is uniform in [4, reach]. */
static size_t mean_kept(size_t length, size_t reach) {
  if (length <= MIN_LIMIT) return length;
  if (length > reach) length = reach;
  size_t limits = reach - MIN_LIMIT + 1, below = length - MIN_LIMIT;
  size_t sum = below * (MIN_LIMIT + length - 1) / 2 + (limits - below) * length;
  return sum / limits;
}

static size_t rows(const lk_objective *o, const lk_visit *visit) {
  const lk_place place = lk_mixture_find(o->corpora, visit);
  size_t length = place.window.count;
  assert(!place.window.title);
  return 1 + (o->window == LK_WINDOW_START ? mean_kept(length, o->reach) : length);
}

const lk_objective_row lk_objective_corruption = {
    .reads_corpus = 1, .check = check, .open = prepare, .draw = draw, .rows = rows};
