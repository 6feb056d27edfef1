/* What is asked for: a word of a document, or any span. */
#include "data/recall.h"

/* How often a salient word counts: as one, if answers alone count, or as an answer. */
static size_t count_word(const lk_corruption *how, const lk_token *tokens, size_t size,
                         int answers) {
  size_t questions = answers ? lk_lexicon_count(how->lexicon, tokens, size) : 1;
  return questions > 1 && !how->weigh ? 1 : questions;
}

/* The salient word that is the chosen-th, of those that are answers if so asked; returns
 * how many there are before it, or in all. */
static size_t find_word(const lk_corruption *how, const lk_token *document, size_t title,
                        size_t length, int answers, size_t chosen, lk_token_span *found) {
  size_t count = 0;
  lk_token_span word = lk_recall_next_word(how, document, title, length);
  for (; word.first < length; word = lk_recall_next_word(how, document, word.end, length)) {
    const lk_token *tokens = document + word.first;
    if (!lk_recall_is_salient(how, document, title, word)) continue;
    size_t more = count_word(how, tokens, word.end - word.first, answers);
    if (more > 0) *found = word;
    if (more > chosen - count) break;
    count += more;
  }
  return count;
}

/* Of the numbers below `count` that are drawn the least. */
static size_t draw_first(const lk_corruption *how, const lk_stream *stream, size_t count) {
  size_t first = lk_recall_draw(stream, LK_DRAW_WORD, count);
  for (int i = 1; i < how->first_of; i++) {
    size_t other = lk_recall_draw(stream, LK_DRAW_OTHER + i, count);
    if (other < first) first = other;
  }
  return first;
}

/* Nonzero when there is such a word. */
static int draw_word(const lk_corruption *how, const lk_token *document, size_t title,
                     size_t length, int answers, const lk_stream *stream,
                     lk_token_span *word) {
  size_t count = find_word(how, document, title, length, answers, SIZE_MAX, word);
  if (count == 0) return 0;
  find_word(how, document, title, length, answers, draw_first(how, stream, count), word);
  return 1;
}

/* A span of any length is about a quarter of a document that an example can show, and of
 * `room`, so that its context has a place, where the document is longer. */
lk_token_span lk_recall_span(const lk_corruption *how, const lk_token *document,
                             size_t title, size_t length, size_t room,
                             const lk_stream *stream) {
  lk_token_span span = {0, 0};
  size_t most = (room + 1) / 2;
  int answers = lk_recall_happens(stream, LK_DRAW_KIND, how->answers);
  if (answers && draw_word(how, document, title, length, 1, stream, &span)) return span;
  if (how->salient && draw_word(how, document, title, length, 0, stream, &span))
    return span;
  size_t count = 1 + lk_recall_draw(stream, LK_DRAW_LENGTH, (length - title + 1) / 2);
  if (count > most) count = 1 + lk_recall_draw(stream, LK_DRAW_SHORTER, most);
  span.first = title + lk_recall_draw(stream, LK_DRAW_START, length - title - count + 1);
  span.end = span.first + count;
  return span;
}
