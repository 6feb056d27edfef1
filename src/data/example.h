/* The examples of the objectives, each from what it needs alone. Private to src/data. */
#ifndef LOCKSTEP_DATA_EXAMPLE_H
#define LOCKSTEP_DATA_EXAMPLE_H

#include "lockstep/lexicon.h"
#include "lockstep/objective.h"

/* What lk_example_recall asks for. */
typedef struct {
  const uint8_t *classes; /* lk_tokenizer_classes */
  const uint8_t *behind;  /* lk_tokenizer_blanks, as the next */
  const lk_token *bare;
  int joins;                 /* lk_tokenizer_joins */
  int salient;               /* nonzero: the span is a word that starts with a capital or a
                                digit, where there is one; 0: any span */
  double answers;            /* probability that the span is a word of the lexicon, where
                                there is one */
  const lk_lexicon *lexicon; /* NULL if answers is 0 */
  int weigh;                 /* nonzero: as often as it is one; 0: all are alike */
  int first_of;              /* words that are drawn, of which the first is the span */
  lk_token stop, space;      /* lk_tokenizer_first_of "." and " " */
  int keep_title;            /* nonzero: the title stays */
  double crop;               /* probability of a context cut off at random, between words */
  double ask;                /* probability of the form of a question */
} lk_corruption;

/* What an example of lk_example_recall is made of: a document, or a part of it behind its
 * title. */
typedef struct {
  const lk_token *tokens;
  size_t length;
  size_t title; /* tokens of a title that is known */
  int is_part;  /* windows are cut, of which it is one */
  int begins;   /* it is the document's beginning, where a title that is not known may be */
} lk_excerpt;

/* Span corruption that asks for what a document says of its subject (salient spans: Guu et
 * al. 2020): `title prefix ⁇ suffix ⁇ span ⁇`. The title, unless it is known, is the
 * document's text up to the first stop with a space behind it; nothing of it is cut out,
 * and it stays in front whatever is cut off. Context is cut off on both sides of the span
 * where the document is longer than the block, and, with probability `crop`, to a random
 * part of each side, mostly a short one, so that the span has to be remembered. Every row
 * carries loss. With probability `ask` it has the form of lk_example_answer instead: `words
 * ⁇ span ⁇`, the word in front of the span and others of the context, each with a
 * probability that is drawn for the example, and the title between two of them or at an
 * end. Draws from `stream` only. */
void lk_example_recall(lk_example *out, const lk_corruption *how, const lk_excerpt *of,
                       size_t block, const lk_stream *stream);

/* Span corruption: truncates the document to a length uniform in [4, 7/8·block] (a shorter
 * document stays whole), cuts out one span whose length has mean a quarter of that, and
 * writes `prefix ⁇ suffix ⁇ span`. Every row carries loss. Draws from `stream` only, whose
 * site is the example's number in a micro-batch of `count`: their lengths to truncate to
 * are evenly spread, so that all micro-batches are nearly equal work. */
void lk_example_corrupt(lk_example *out, const lk_token *document, size_t length,
                        size_t block, uint32_t count, const lk_stream *stream);

/* The same without truncation, of the length and two more; the stream's site is any. */
void lk_example_corrupt_whole(lk_example *out, const lk_token *document, size_t length,
                              const lk_stream *stream);

/* Characters from a document's start that lk_example_corrupt can ever show: 7/8·block. */
size_t lk_example_reach(size_t block);

/* `question ⁇ answer ⁇`, loss from the row that predicts the first ⁇ on. The caller has
 * checked that question + answer + 1 <= block. */
void lk_example_answer(lk_example *out, const lk_token *question, size_t question_length,
                       const lk_token *answer, size_t answer_length);

#endif
