/* Objectives: what examples training makes of its data. An example is a string s of n
 * tokens: the inputs are s[0 … n-2], the targets s[1 … n-1]; rows first_target … n-2 carry
 * loss, the rows before them none. An objective is one file, src/data/objective_NAME.c, and
 * one row of the list in lockstep/objective_list.h. */
#ifndef LOCKSTEP_OBJECTIVE_H
#define LOCKSTEP_OBJECTIVE_H

#include "lockstep/config.h"
#include "lockstep/corpus.h"
#include "lockstep/linkage.h"
#include "lockstep/mixture.h"
#include "lockstep/random.h"

LK_C_BEGIN

typedef struct {
  lk_token *tokens;    /* room for block + 1, the caller's */
  lk_token mask;       /* the tokenizer's; lk_objective_draw sets it */
  size_t length;       /* n */
  size_t first_target; /* the first row with loss */
} lk_example;

/* The command that trains. */
typedef enum { LK_PRETRAIN, LK_FINETUNE } lk_task;

/* "pretrain", "finetune". */
const char *lk_task_name(lk_task task);

/* The command that a config is for, where none is given: finetuning when it has questions
 * that are not there for pretraining. */
lk_task lk_task_guess(const lk_config *config);

/* Values of config->objective_kind. */
#define LK_OBJECTIVE_ENUM(name, help) LK_OBJECTIVE_##name,
typedef enum {
  LK_OBJECTIVE_auto,
  LK_OBJECTIVES(LK_OBJECTIVE_ENUM) LK_OBJECTIVE_COUNT
} lk_objective_kind;

/* The key objective.spans. */
typedef enum { LK_SPANS_RANDOM, LK_SPANS_SALIENT } lk_spans;

/* What the command trains by: objective.kind, or what fits the config's other keys; never
 * auto. */
lk_objective_kind lk_objective_choose(const lk_config *config, lk_task task);

/* Nonzero when its examples are made of the corpus' documents. */
int lk_objective_reads_corpus(lk_objective_kind kind);

/* LK_USAGE when the config lacks a file that the objective needs, or sets keys that are
 * another one's. has_vocabulary: a checkpoint brings it. */
lk_status lk_objective_check(const lk_config *config, lk_objective_kind kind,
                             int has_vocabulary);

typedef struct lk_objective lk_objective;

/* Reads what it needs beside the corpora, and cuts them as config->objective_window says.
 * corpora: NULL where it reads none; these and the vocabulary must outlive it. Errors as
 * lk_questions_read and lk_mixture_cut, and LK_BAD_DATA (file, line) for a question that is
 * too long for the block or has a character outside the vocabulary. Not collective. The
 * caller owns *out: lk_objective_close. */
lk_status lk_objective_open(lk_objective **out, const lk_config *config,
                            lk_objective_kind kind, lk_mixture *corpora,
                            const lk_tokenizer *tokenizer);
void lk_objective_close(lk_objective *objective);

/* What it makes examples of: documents of the corpora, or questions. */
typedef struct {
  const char *path;      /* of the files that they are in; the objective's, as the next */
  uint64_t count;        /* in the whole of them */
  uint64_t characters;   /* of the whole file */
  lk_sha256 sha256;      /* of its bytes */
  lk_sha256 answers;     /* of the file whose answers are preferred; empty: there is none */
  size_t longest_answer; /* in tokens; 0 where there are none */
} lk_items;

const lk_items *lk_objective_items(const lk_objective *objective);

/* Nonzero when an epoch visits each item once, and a shard has those of lk_shard_range. */
int lk_objective_is_plain(const lk_objective *objective);

/* How many visits an epoch makes to a shard, which is held. */
uint64_t lk_objective_visits(const lk_objective *objective, int shard);

/* Makes the example of one visit. Draws from `stream` only, whose site is the example's
 * number in its micro-batch, and for where a window lies from what lockstep/window.h says.
 */
void lk_objective_draw(const lk_objective *objective, const lk_visit *visit,
                       const lk_stream *stream, lk_example *out);

/* Nonzero when an example may show several documents that attention keeps apart. */
int lk_objective_is_apart(const lk_objective *objective);

/* Inputs of the sequence that begins with input `at` of an example: all others of it, or
 * where it is so up to the next document's, which begins with the end of the one before. */
size_t lk_objective_sequence(const lk_objective *objective, const lk_example *example,
                             size_t at);

/* What that costs to compute, beside other examples of the same config: a whole number,
 * alike on all machines. Of an example whose length is drawn, it is what one of the mean
 * length costs. A failure to read lengths is told by lk_mixture_status. */
uint64_t lk_objective_cost(const lk_objective *objective, const lk_visit *visit);

/* Which part of which document that shows; 0 where there are none to tell apart: whole
 * documents of one corpus, or questions. */
int lk_objective_find(const lk_objective *objective, const lk_visit *visit,
                      lk_place *place);

/* As lk_mixture_ahead; nothing for items that are no windows. */
void lk_objective_ahead(const lk_objective *objective, const lk_visit *visit, int stage);

/* As lk_mixture_coverage; zeros for questions. */
lk_coverage lk_objective_coverage(const lk_objective *objective);

/* Says on standard error what was left out of its own files, if anything was: one rank. */
void lk_objective_say_left_out(const lk_objective *objective);

LK_C_END

#endif
