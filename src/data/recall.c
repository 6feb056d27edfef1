#include "lockstep/objective.h"
#include "lockstep/vocabulary.h"
#include <assert.h>
#include <string.h>

/* Elements of the stream. */
enum {
  DRAW_WORD,
  DRAW_LENGTH,
  DRAW_START,
  DRAW_CROP,
  DRAW_LEFT,
  DRAW_RIGHT = DRAW_LEFT + 2
};

typedef struct {
  size_t first, end;
} part;

static size_t draw(const lk_stream *stream, int element, size_t below) {
  return (size_t)lk_random_below(stream, (uint64_t)element, below);
}

/* The stop of an initial or of "Jr." ends no title. */
static int ends_title(const lk_corruption *how, const uint16_t *at) {
  if (at[0] != how->stop || at[1] != how->space) return 0;
  return at[-1] != how->space && at[-2] != how->space && at[-3] != how->space;
}

/* Length of the title with its stop and space; 0: there is none, or nothing behind it. */
static size_t title_length(const lk_corruption *how, const uint16_t *document,
                           size_t length, size_t most) {
  for (size_t i = 3; how->keep_title && i + 2 < length && i + 1 < most; i++)
    if (ends_title(how, document + i)) return i + 2;
  return 0;
}

static int is_word(const uint8_t *classes, uint16_t token) {
  return classes[token] != LK_CLASS_OTHER;
}

/* The next word from `first` on; empty at the end. */
static part next_word(const uint8_t *classes, const uint16_t *document, size_t first,
                      size_t length) {
  while (first < length && !is_word(classes, document[first]))
    first++;
  part word = {first, first};
  while (word.end < length && is_word(classes, document[word.end]))
    word.end++;
  return word;
}

static int is_in_title(const uint16_t *document, size_t title, part word) {
  size_t size = word.end - word.first;
  for (size_t i = 0; i + size <= title; i++)
    if (!memcmp(document + i, document + word.first, size * sizeof *document)) return 1;
  return 0;
}

/* The chosen-th word behind the title that starts with a capital or a digit and is not of
 * the title, which would give it away; returns how many there are before it, or in all. */
static size_t salient_word(const lk_corruption *how, const uint16_t *document, size_t title,
                           size_t length, size_t chosen, part *found) {
  size_t count = 0;
  part word = next_word(how->classes, document, title, length);
  for (; word.first < length; word = next_word(how->classes, document, word.end, length)) {
    if (how->classes[document[word.first]] < LK_CLASS_CAPITAL ||
        is_in_title(document, title, word))
      continue;
    *found = word;
    if (count++ == chosen) break;
  }
  return count;
}

static part draw_span(const lk_corruption *how, const uint16_t *document, size_t title,
                      size_t length, const lk_stream *stream) {
  part span = {0, 0};
  size_t words = 0, longest = (length - title + 1) / 2;
  if (how->classes) words = salient_word(how, document, title, length, SIZE_MAX, &span);
  if (words) {
    salient_word(how, document, title, length, draw(stream, DRAW_WORD, words), &span);
    return span;
  }
  size_t count = 1 + draw(stream, DRAW_LENGTH, longest);
  span.first = title + draw(stream, DRAW_START, length - title - count + 1);
  span.end = span.first + count;
  return span;
}

/* Mostly short: uniform below a uniform number. */
static size_t draw_side(const lk_stream *stream, int element, size_t most) {
  return draw(stream, element, draw(stream, element + 1, most + 1) + 1);
}

/* The window without the words that its edges cut through. */
static part whole_words(const lk_corruption *how, const uint16_t *document, part span,
                        part window, size_t title, size_t length) {
  if (window.first > title)
    while (window.first < span.first && document[window.first - 1] != how->space)
      window.first++;
  if (window.end < length)
    while (window.end > span.end && document[window.end] != how->space)
      window.end--;
  return window;
}

/* What is shown of the document, span included, in at most `room` tokens. */
static part draw_window(const lk_corruption *how, const uint16_t *document, part span,
                        size_t title, size_t length, size_t room, const lk_stream *stream) {
  size_t left = span.first - title, right = length - span.end;
  if ((double)lk_random_u64(stream, DRAW_CROP) * 0x1p-64 < how->crop) {
    left = draw_side(stream, DRAW_LEFT, left);
    right = draw_side(stream, DRAW_RIGHT, right);
  }
  size_t spare = room - (span.end - span.first);
  if (left > spare) left = spare;
  if (right > spare - left) right = spare - left;
  return whole_words(how, document, span, (part){span.first - left, span.end + right},
                     title, length);
}

static uint16_t *append(uint16_t *to, const uint16_t *document, size_t first, size_t end) {
  memcpy(to, document + first, (end - first) * sizeof *document);
  return to + (end - first);
}

void lk_example_recall(lk_example *out, const lk_corruption *how, const uint16_t *document,
                       size_t length, size_t block, const lk_stream *stream) {
  assert(length > 0 && block >= 8);
  size_t title = title_length(how, document, length, block / 2);
  size_t room = block - 2 - title; /* of block + 1 tokens three are masks */
  part span = draw_span(how, document, title, length, stream);
  if (span.end - span.first > room) span.end = span.first + room;
  part window = draw_window(how, document, span, title, length, room, stream);
  uint16_t *end = append(out->tokens, document, 0, title);
  end = append(end, document, window.first, span.first);
  *end++ = LK_MASK;
  end = append(end, document, span.end, window.end);
  *end++ = LK_MASK;
  end = append(end, document, span.first, span.end);
  *end++ = LK_MASK;
  out->length = (size_t)(end - out->tokens);
  out->first_target = 0;
  assert(out->length <= block + 1);
}
