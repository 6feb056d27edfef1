/* What is shown of a document beside the span that is asked for. */
#include "data/recall.h"
#include <string.h>

enum { MOST_WORD = 32 }; /* characters in a row without a space are a word */

/* Mostly short: uniform below a uniform number. */
static size_t draw_side(const lk_stream *stream, int element, size_t most) {
  return lk_recall_draw(stream, element, lk_recall_draw(stream, element + 1, most + 1) + 1);
}

/* Nonzero where the tokens around `at` are a word. In writings without spaces they are
 * none: all context would go with it. */
static int is_in_word(const lk_corruption *how, const lk_token *document, size_t at,
                      size_t length) {
  size_t first = at, end = at;
  while (first > 0 && at - first <= MOST_WORD &&
         !lk_recall_begins_word(how, document, first))
    first--;
  while (end < length && end - at <= MOST_WORD && !lk_recall_ends_word(how, document[end]))
    end++;
  return end - first <= MOST_WORD;
}

/* The window without the words that its edges cut through. */
static lk_token_span whole_words(const lk_corruption *how, const lk_token *document,
                                 lk_token_span core, lk_token_span window, size_t title,
                                 size_t length) {
  if (window.first > title && is_in_word(how, document, window.first, length))
    while (window.first < core.first && !lk_recall_begins_word(how, document, window.first))
      window.first++;
  if (window.end < length && is_in_word(how, document, window.end, length))
    while (window.end > core.end && !lk_recall_ends_word(how, document[window.end]))
      window.end--;
  return window;
}

/* Where the word in front of the span begins. */
size_t lk_recall_word_before(const lk_corruption *how, const lk_token *document,
                             lk_token_span span, size_t least) {
  size_t first = span.first;
  while (first > least && document[first - 1] == how->space)
    first--;
  int begins = 0;
  while (first > least && document[first - 1] != how->space && !begins)
    begins = how->behind[document[--first]];
  return first;
}

/* The core with up to so many tokens on its sides, `room` in all, between words. */
static lk_token_span fit_window(const lk_corruption *how, const lk_token *document,
                                lk_token_span core, size_t left, size_t right, size_t room,
                                size_t title, size_t length) {
  size_t spare = room - (core.end - core.first);
  if (left > spare) left = spare;
  if (right > spare - left) right = spare - left;
  return whole_words(how, document, core,
                     (lk_token_span){core.first - left, core.end + right}, title, length);
}

/* What is shown of the excerpt, `core` included, in at most `room` tokens. What is long, or
 * a part, is not cropped where nothing would be left to remember the span by. */
lk_token_span lk_recall_window(const lk_corruption *how, const lk_excerpt *of,
                               lk_token_span core, size_t title, size_t room,
                               const lk_stream *stream) {
  const lk_token *document = of->tokens;
  size_t length = of->length, left = core.first - title, right = length - core.end;
  lk_token_span whole = fit_window(how, document, core, left, right, room, title, length);
  if (!lk_recall_happens(stream, LK_DRAW_CROP, how->crop)) return whole;
  left = draw_side(stream, LK_DRAW_LEFT, left);
  right = draw_side(stream, LK_DRAW_RIGHT, right);
  lk_token_span cropped = fit_window(how, document, core, left, right, room, title, length);
  int bare = cropped.first == core.first && cropped.end == core.end;
  return bare && !title && (of->is_part || length > room) ? whole : cropped;
}

/* `prefix ⁇ suffix` behind the title and the token `between`, if it is not the mask. */
lk_token *lk_recall_write_gap(lk_token *to, lk_token mask, const lk_token *document,
                              size_t title, lk_token between, lk_token_span window,
                              lk_token_span span) {
  to = lk_recall_append(to, document, 0, title);
  if (between != mask) *to++ = between;
  to = lk_recall_append(to, document, window.first, span.first);
  *to++ = mask;
  return lk_recall_append(to, document, span.end, window.end);
}

/* Nonzero where a word of the context begins, or could behind the last one. */
static int is_place(const lk_corruption *how, const lk_token *context, size_t at,
                    size_t size) {
  return context[at - 1] == how->space ||
         (at < size ? how->behind[context[at]] : how->joins);
}

/* Tokens of the context in front of its n-th word, n drawn. */
static size_t draw_place(const lk_corruption *how, const lk_token *context, size_t size,
                         const lk_stream *stream) {
  size_t words = 1, place = 0;
  for (size_t i = 1; i <= size; i++)
    words += is_place(how, context, i, size);
  for (size_t left = lk_recall_draw(stream, LK_DRAW_PLACE, words); left > 0;)
    left -= is_place(how, context, ++place, size);
  return place;
}

/* Each word of the part with the probability `share`, and a space behind it, unless words
 * have their blank before them. */
static lk_token *append_some(lk_token *to, const lk_corruption *how,
                             const lk_token *document, lk_token_span from, double share,
                             const lk_stream *stream) {
  for (size_t next, end, first = from.first; first < from.end; first = next) {
    for (end = first; end < from.end && document[end] != how->space &&
                      (end == first || !how->behind[document[end]]);)
      end++;
    next = end + (end < from.end && document[end] == how->space);
    if (end == first || !lk_recall_happens(stream, LK_DRAW_KEPT + (int)first, share))
      continue;
    to = lk_recall_append(to, document, first, end);
    if (!how->joins) *to++ = how->space;
  }
  return to;
}

/* The name between the words in front of `place` and those behind it, one token for the
 * blank: behind the name, or before it where words begin with theirs, unless it is the
 * first. The words are where the name and the blank leave them room; returns the end. */
static lk_token *put_name(lk_token *to, const lk_corruption *how, const lk_token *name,
                          size_t name_size, size_t place, lk_token *end) {
  lk_token *context = to + name_size + 1;
  if (how->joins && !place) {
    lk_recall_append(to, name, 0, name_size);
    memmove(context - 1, context, (size_t)(end - context) * sizeof *to);
    return end - 1;
  }
  memmove(to, context, place * sizeof *to);
  to[how->joins ? place : place + name_size] = how->space;
  lk_recall_append(to + place + (how->joins != 0), name, 0, name_size);
  return end;
}

/* Of the window the word in front of the span, which tells a city from its country, and
 * some others; no sign of the span; the name somewhere between the words. */
lk_token *lk_recall_write_question(lk_token *to, const lk_corruption *how,
                                   const lk_token *document, size_t name,
                                   lk_token_span window, lk_token_span span,
                                   const lk_stream *stream) {
  size_t near = lk_recall_word_before(how, document, span, window.first);
  double share = lk_recall_uniform(stream, LK_DRAW_SHARE);
  lk_token *context = to + name + 1, *end = context;
  end = append_some(end, how, document, (lk_token_span){window.first, near}, share, stream);
  end = append_some(end, how, document, (lk_token_span){near, span.first}, 1, stream);
  end =
      append_some(end, how, document, (lk_token_span){span.end, window.end}, share, stream);
  size_t place = draw_place(how, context, (size_t)(end - context), stream);
  end = put_name(to, how, document, name, place, end);
  while (end[-1] == how->space)
    end--;
  return end;
}
