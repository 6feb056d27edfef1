/* Answering questions with a trained model, and scoring text. Work is dealt out in fixed
 * groups, so that every answer has the same bits on any number of ranks. */
#ifndef LOCKSTEP_EVALUATE_H
#define LOCKSTEP_EVALUATE_H

#include "lockstep/corpus.h"
#include "lockstep/linkage.h"
#include "lockstep/questions.h"
#include "lockstep/sample.h"
#include "lockstep/trained.h"
#include "lockstep/world.h"

LK_C_BEGIN

/* Longest answer to decode, in tokens, where nothing else is said. */
enum { LK_MOST_ANSWER = 32 };

/* The longest answer that is decoded with this model, in tokens: most_answer,
 * which a caller may set, or LK_MOST_ANSWER, and never more than the block. */
size_t lk_most_answer(const lk_trained *trained);

typedef struct {
  char *text; /* UTF-8 up to the second ⁇; owned by the list's holder (lk_free) */
  double log_probability; /* of the answer and its end, in nats */
  int cut;                /* it did not come to its end: the longest was reached */
} lk_answer;

/* All ranks: greedy answers to all questions, in rank 0's `answers` (questions->count),
 * which is NULL on the others: these hold what they answer themselves. LK_BAD_DATA names
 * file and line of a question with an unknown character or without room for an answer in
 * the block. `path` is for messages. Fails on all ranks alike; frees: lk_answers_free. */
lk_status lk_evaluate_questions(lk_world *world, const lk_trained *trained,
                                const lk_questions *questions, const char *path,
                                lk_answer *answers);

enum { LK_MOST_BEAMS = 64 };

/* How each question is answered: greedily, then by chance, so often; or by a search along
 * several answers at a time. */
typedef struct {
  int attempts; /* at least 1, below 65536 */
  int beams;    /* at most LK_MOST_BEAMS; above 1: the search, and nothing by chance */
  int masks;    /* nonzero: ⁇ in a question stands for the mask */
  lk_sampling sampling;
} lk_trying;

/* The same; of the attempts that answer is taken which is the most probable one, of equals
 * the first. */
lk_status lk_evaluate_best(lk_world *world, const lk_trained *trained,
                           const lk_questions *questions, const char *path,
                           const lk_trying *trying, lk_answer *answers);

void lk_answers_free(lk_answer *answers, size_t count);

/* How many expected answers are longer than what can be decoded, so that they cannot be
 * given: than lk_most_answer, or than the block has room for behind the question. */
size_t lk_evaluate_too_long(const lk_trained *trained, const lk_questions *questions);

/* The same, if there are any, on standard error. */
void lk_evaluate_say_limit(const lk_trained *trained, const lk_questions *questions,
                           const char *path);

/* How many answers equal the expected ones, to the letter, but for blanks around them. */
size_t lk_evaluate_correct(const lk_questions *questions, const lk_answer *answers);

/* Loss of one document. */
typedef struct {
  double nats;   /* sum over the predicted tokens */
  double tokens; /* predicted: all but the first; 0 for a document of one token */
} lk_document_score;

/* All ranks: scores of every document of the corpus (all held), in rank 0's `scores`
 * (corpus->documents), which is NULL on the others. A document is read in windows of block
 * + 1 tokens. The first one scores all of its tokens but the first; each further one begins
 * block + 1 - stride tokens before the first token that it scores, and scores `stride`, 1 …
 * block. So every token but the first is scored once, with so many in front of it or all
 * that the document has. stride 0: half of what a window has. */
lk_status lk_score_documents(lk_world *world, const lk_trained *trained,
                             const lk_corpus *corpus, size_t stride,
                             lk_document_score *scores);

LK_C_END

#endif
