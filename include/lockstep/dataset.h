/* What a run trains on: a corpus by span corruption, or questions with their answers. */
#ifndef LOCKSTEP_DATASET_H
#define LOCKSTEP_DATASET_H

#include "lockstep/config.h"
#include "lockstep/corpus.h"
#include "lockstep/linkage.h"
#include "lockstep/objective.h"
#include "lockstep/pack.h"
#include "lockstep/plan.h"

LK_C_BEGIN

typedef enum { LK_TASK_CORRUPTION, LK_TASK_QUESTIONS } lk_task;

/* The command that trains so: "pretrain", "finetune". */
const char *lk_task_name(lk_task task);

/* The key objective.spans. */
typedef enum { LK_SPANS_RANDOM, LK_SPANS_SALIENT } lk_spans;

typedef struct lk_dataset lk_dataset;

/* LK_USAGE when config does not name a file that the task needs: questions, a corpus
 * (unless a checkpoint brings a vocabulary for questions), answers to prefer. */
lk_status lk_dataset_check(const lk_config *config, lk_task task, int has_vocabulary);

/* Opens config->corpus (text or HDF5) and, for questions, config->questions, holding the
 * slice's part only. `tokenizer`: of the checkpoint to start from, which the corpus' must
 * equal; NULL takes the corpus' own. Errors as lk_corpus_read_text and lk_questions_read,
 * and a question that is too long for the block or has a character outside the vocabulary
 * (file, line). Not collective. The caller owns *out: lk_dataset_close. */
lk_status lk_dataset_open(lk_dataset **out, const lk_config *config, lk_task task,
                          const lk_tokenizer *tokenizer, lk_slice slice);
void lk_dataset_close(lk_dataset *dataset);

/* All owned by the dataset. */
const lk_tokenizer *lk_dataset_tokenizer(const lk_dataset *dataset);
const lk_plan *lk_dataset_plan(const lk_dataset *dataset);
const char *lk_dataset_path(const lk_dataset *dataset);        /* of the file trained on */
const lk_sha256 *lk_dataset_sha256(const lk_dataset *dataset); /* of its bytes */
/* Of the file whose answers the objective prefers; empty when there is none. */
const lk_sha256 *lk_dataset_answers_sha256(const lk_dataset *dataset);
/* "lines 3 8 of wiki.txt", or documents where the file has no lines: where in their file
 * the documents are (numbers in the whole of it, from 0; they are changed), for a message
 * with room for as many as fit into size bytes. A text is read again. */
void lk_dataset_name_documents(const lk_dataset *dataset, uint64_t *documents, size_t count,
                               char *text, size_t size);
/* Of the documents that are held: how many are longer than what the objective can ever show
 * of one, their characters, and those that it can show. */
typedef struct {
  double longer, characters, shown;
} lk_coverage;
lk_coverage lk_dataset_coverage(const lk_dataset *dataset);
uint64_t lk_dataset_characters(const lk_dataset *dataset);       /* in it */
uint64_t lk_dataset_corpus_documents(const lk_dataset *dataset); /* for the schedule */
/* Says on standard error what was left out of its files, if anything was: one rank. */
void lk_dataset_say_left_out(const lk_dataset *dataset, const lk_config *config);
/* Characters of the longest answer trained on; 0 when questions are not. */
size_t lk_dataset_longest_answer(const lk_dataset *dataset);

/* Example i of the micro-batch that lk_dataset_select chose last. tokens need room for
 * block + 1. */
void lk_dataset_example(lk_dataset *dataset, int i, lk_example *example);

/* Chooses the micro-batch of one shard (held) in one step; returns its number of examples.
 */
int lk_dataset_select(lk_dataset *dataset, uint64_t step, int shard);

/* The pack of one shard's micro-batch in one step. */
void lk_dataset_pack(lk_dataset *dataset, uint64_t step, int shard, lk_pack *pack);

LK_C_END

#endif
