#include "lockstep/objective.h"
#include "lockstep/characters.h"
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
 * shares differed in length. */
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
  if (length > limit) length = limit;
  size_t span = draw_span(length, stream);
  size_t start = (size_t)lk_random_below(stream, DRAW_START, length - span + 1);
  lk_token *end = append(out->tokens, document, start);
  *end++ = LK_MASK;
  end = append(end, document + start + span, length - start - span);
  *end++ = LK_MASK;
  end = append(end, document + start, span);
  out->length = (size_t)(end - out->tokens);
  out->first_target = 0;
  assert(out->length == length + 2 && out->length <= block + 1);
}

void lk_example_answer(lk_example *out, const lk_token *question, size_t question_length,
                       const lk_token *answer, size_t answer_length) {
  assert(question_length > 0 && answer_length > 0);
  lk_token *end = append(out->tokens, question, question_length);
  *end++ = LK_MASK;
  end = append(end, answer, answer_length);
  *end++ = LK_MASK;
  out->length = (size_t)(end - out->tokens);
  out->first_target = question_length - 1;
}
