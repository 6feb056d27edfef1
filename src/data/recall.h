/* The parts of lk_example_recall. Private to src/data. */
#ifndef LOCKSTEP_DATA_RECALL_H
#define LOCKSTEP_DATA_RECALL_H

#include "data/example.h"
#include <string.h>

/* Elements of the stream. */
enum {
  LK_DRAW_KIND,
  LK_DRAW_WORD,
  LK_DRAW_LENGTH,
  LK_DRAW_START,
  LK_DRAW_CROP,
  LK_DRAW_LEFT,
  LK_DRAW_RIGHT = LK_DRAW_LEFT + 2,
  LK_DRAW_FORM = LK_DRAW_RIGHT + 2,
  LK_DRAW_PLACE,
  LK_DRAW_SHARE,
  LK_DRAW_KEPT, /* + the word's place in the document */
  LK_DRAW_SHORTER = 1 << 30,
  LK_DRAW_OTHER /* + how many were drawn before */
};

/* Tokens first … end-1 of a document. */
typedef struct {
  size_t first, end;
} lk_token_span;

typedef struct {
  size_t length; /* with its stop and, where it is a token, its space; 0: there is none, or
                    nothing behind it */
  size_t name;   /* without them */
  size_t gap;    /* tokens between it and what does not follow it in the document */
} lk_title_form;

static inline size_t lk_recall_draw(const lk_stream *stream, int element, size_t below) {
  return (size_t)lk_random_below(stream, (uint64_t)element, below);
}

static inline double lk_recall_uniform(const lk_stream *stream, int element) {
  return (double)lk_random_u64(stream, (uint64_t)element) * 0x1p-64;
}

static inline int lk_recall_happens(const lk_stream *stream, int element,
                                    double probability) {
  return lk_recall_uniform(stream, element) < probability;
}

static inline lk_token *lk_recall_append(lk_token *to, const lk_token *document,
                                         size_t first, size_t end) {
  memcpy(to, document + first, (end - first) * sizeof *document);
  return to + (end - first);
}

/* recall_words.c. A word ends in front of the token; one begins with the token at > 0; the
 * title of what is shown, of at most so many tokens; the next word from `first` on, empty
 * at the end; nonzero: a word that may be asked for. */
int lk_recall_ends_word(const lk_corruption *how, lk_token token);
int lk_recall_begins_word(const lk_corruption *how, const lk_token *document, size_t at);
lk_title_form lk_recall_title(const lk_corruption *how, const lk_excerpt *of, size_t most);
lk_token_span lk_recall_next_word(const lk_corruption *how, const lk_token *document,
                                  size_t first, size_t length);
int lk_recall_is_salient(const lk_corruption *how, const lk_token *document, size_t title,
                         lk_token_span word);

/* recall_span.c. What is asked for, behind the title. */
lk_token_span lk_recall_span(const lk_corruption *how, const lk_token *document,
                             size_t title, size_t length, size_t room,
                             const lk_stream *stream);

/* recall_context.c. Where the word in front of the span begins; what is shown around
 * `core`, in at most `room` tokens; an example of either form, at `to`: its end. */
size_t lk_recall_word_before(const lk_corruption *how, const lk_token *document,
                             lk_token_span span, size_t least);
lk_token_span lk_recall_window(const lk_corruption *how, const lk_excerpt *of,
                               lk_token_span core, size_t title, size_t room,
                               const lk_stream *stream);
lk_token *lk_recall_write_gap(lk_token *to, lk_token mask, const lk_token *document,
                              size_t title, lk_token between, lk_token_span window,
                              lk_token_span span);
lk_token *lk_recall_write_question(lk_token *to, const lk_corruption *how,
                                   const lk_token *document, size_t name,
                                   lk_token_span window, lk_token_span span,
                                   const lk_stream *stream);

#endif
