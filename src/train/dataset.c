#include "lockstep/dataset.h"
#include "lockstep/file.h"
#include "lockstep/profile.h"
#include "lockstep/questions.h"
#include "lockstep/store.h"
#include <stdio.h>
#include <string.h>

struct lk_dataset {
  lk_task task;
  const char *path; /* into the config, not owned */
  lk_corpus
      *corpus; /* NULL when questions come with a checkpoint's vocabulary and no corpus */
  lk_tokenizer *tokenizer;
  lk_plan plan;
  lk_sha256 sha256;
  uint64_t characters;
  size_t block;
  lk_token *tokens;    /* of all questions and answers */
  size_t *offsets;     /* (2 · questions + 1): question i, answer i, question i+1 … */
  lk_order *order;     /* of the slice's shards */
  uint64_t *documents; /* (batch_size / V) of the chosen micro-batch */
  int recall;          /* the objective is not the plain form */
  lk_corruption how;
  uint8_t *classes; /* a token id */
  lk_sha256 answers_sha256;
  lk_left_out questions_left_out;
  lk_lexicon *lexicon; /* NULL: objective.answers is 0 */
  uint64_t step;       /* chosen */
  int shard;
  lk_token *example; /* (block + 1) scratch */
};

static const char *form_of(const lk_tokenizer *tokenizer) {
  return lk_tokenizer_composes(tokenizer) ? ", NFC" : "";
}

static lk_status read_corpus(lk_dataset *d, const lk_config *config,
                             const lk_tokenizer *tokenizer, lk_slice slice) {
  LK_TRY(lk_corpus_read(&d->corpus, config->corpus, NULL, slice));
  if (tokenizer && !lk_tokenizer_equal(tokenizer, d->corpus->tokenizer))
    return lk_fail(
        LK_BAD_DATA,
        "%s: its vocabulary (%d ids%s) is not that of the checkpoint %s (%d ids%s); train "
        "on the corpus that the checkpoint was made from",
        config->corpus, lk_tokenizer_size(d->corpus->tokenizer),
        form_of(d->corpus->tokenizer), config->init, lk_tokenizer_size(tokenizer),
        form_of(tokenizer));
  return lk_tokenizer_copy(&d->tokenizer, d->corpus->tokenizer);
}

/* Question and answer i as tokens behind those before; the block bounds both together. */
static lk_status encode_question(lk_dataset *d, const lk_question *item, size_t i) {
  size_t question, answer, start = d->offsets[2 * i], room = d->block + 1;
  LK_TRY(lk_tokenizer_encode(d->tokenizer, item->question, d->path, item->line,
                             d->tokens + start, room, &question));
  LK_TRY(lk_tokenizer_encode(d->tokenizer, item->answer, d->path, item->line,
                             d->tokens + start + question, room, &answer));
  if (question + answer + 1 > d->block)
    return lk_fail(
        LK_BAD_DATA,
        "%s, line %llu: question, answer and a separator are %zu characters, the block "
        "is %zu; shorten the line or raise model.block",
        d->path, (unsigned long long)item->line, question + answer + 1, d->block);
  d->offsets[2 * i + 1] = start + question;
  d->offsets[2 * i + 2] = start + question + answer;
  return LK_OK;
}

static lk_status encode_questions(lk_dataset *d, const lk_questions *list) {
  LK_TRY(LK_NEW(d->tokens, list->count * d->block + 2 * (d->block + 1)));
  LK_TRY(LK_NEW(d->offsets, 2 * list->count + 1));
  for (size_t i = 0; i < list->count; i++)
    LK_TRY(encode_question(d, &list->items[i], i));
  return LK_OK;
}

static lk_status read_questions(lk_dataset *d) {
  lk_questions *list = NULL;
  LK_TRY(lk_questions_read(&list, d->path, 1));
  d->plan.documents = list->count;
  d->sha256 = list->sha256;
  d->characters = list->characters;
  d->questions_left_out = list->left_out;
  lk_status status = encode_questions(d, list);
  lk_questions_free(list);
  if (status != LK_OK) return status;
  return lk_corpus_check_count(d->path, "questions", d->plan.documents, d->plan.shards);
}

const char *lk_task_name(lk_task task) {
  return task == LK_TASK_QUESTIONS ? "finetune" : "pretrain";
}

lk_status lk_dataset_check(const lk_config *config, lk_task task, int has_vocabulary) {
  if (task == LK_TASK_QUESTIONS && !*config->questions)
    return lk_fail(LK_USAGE, "no questions to train on: set questions=FILE.tsv");
  if (!*config->corpus && (task == LK_TASK_CORRUPTION || !has_vocabulary))
    return lk_fail(LK_USAGE, "no corpus%s: set corpus=FILE (text or HDF5)",
                   task == LK_TASK_CORRUPTION ? " to train on" : ", and so no vocabulary");
  if (task == LK_TASK_CORRUPTION && config->objective_answers > 0 && !*config->questions)
    return lk_fail(
        LK_USAGE,
        "%s: objective.answers needs questions, whose answers are preferred: set "
        "questions=FILE.tsv",
        lk_config_origin(config, "objective.answers"));
  return LK_OK;
}

static lk_status read_data(lk_dataset *d, const lk_config *config,
                           const lk_tokenizer *tokenizer, lk_slice slice) {
  if (*config->corpus)
    LK_TRY(read_corpus(d, config, tokenizer, slice));
  else
    LK_TRY(lk_tokenizer_copy(&d->tokenizer, tokenizer));
  if (d->task == LK_TASK_QUESTIONS) return read_questions(d);
  d->plan.documents = d->corpus->documents;
  d->sha256 = d->corpus->sha256;
  d->characters = d->corpus->characters;
  return LK_OK;
}

/* Id of an ASCII character; 0 where the corpus has none. */
static lk_token id_of(const lk_tokenizer *tokenizer, char character) {
  int id = lk_characters_id(tokenizer, (uint32_t)character);
  return id > 0 ? (lk_token)id : 0;
}

static lk_status read_answers(lk_dataset *d, const lk_config *config) {
  lk_questions *list;
  LK_TRY(lk_questions_read(&list, config->questions, 1));
  d->answers_sha256 = list->sha256;
  d->questions_left_out = list->left_out;
  lk_status status = lk_lexicon_create(&d->lexicon, list, config->questions, d->tokenizer);
  lk_questions_free(list);
  return status;
}

static lk_status set_objective(lk_dataset *d, const lk_config *config) {
  int prefers = config->objective_answers > 0;
  LK_TRY(LK_NEW(d->classes, (size_t)lk_tokenizer_size(d->tokenizer)));
  lk_tokenizer_classes(d->tokenizer, d->classes);
  if (prefers) LK_TRY(read_answers(d, config));
  d->how = (lk_corruption){.classes = d->classes,
                           .salient = config->objective_spans == LK_SPANS_SALIENT,
                           .answers = config->objective_answers,
                           .lexicon = d->lexicon,
                           .stop = id_of(d->tokenizer, '.'),
                           .space = id_of(d->tokenizer, ' '),
                           .keep_title = config->objective_keep_name,
                           .crop = config->objective_crop,
                           .ask = config->objective_ask};
  d->recall =
      d->how.salient || prefers || d->how.keep_title || d->how.crop > 0 || d->how.ask > 0;
  return LK_OK;
}

lk_status lk_dataset_open(lk_dataset **out, const lk_config *config, lk_task task,
                          const lk_tokenizer *tokenizer, lk_slice slice) {
  lk_dataset *d = NULL;
  lk_status status;
  *out = NULL;
  LK_TRY(lk_dataset_check(config, task, tokenizer != NULL));
  LK_TRY(LK_NEW(d, 1));
  d->task = task;
  d->path = lk_file_name(task == LK_TASK_QUESTIONS ? config->questions : config->corpus);
  d->block = (size_t)config->model_block;
  d->plan = (lk_plan){0, slice.shards, (int)config->batch_size, config->seed};
  LK_TRY_OR(failed, read_data(d, config, tokenizer, slice));
  if (task == LK_TASK_CORRUPTION) LK_TRY_OR(failed, set_objective(d, config));
  LK_TRY_OR(failed,
            lk_order_create(&d->order, &d->plan, slice.first_shard, slice.shard_count));
  LK_TRY_OR(failed, LK_NEW(d->documents, (size_t)(d->plan.batch_size / d->plan.shards)));
  LK_TRY_OR(failed, LK_NEW(d->example, d->block + 1));
  *out = d;
  return LK_OK;
failed:
  lk_dataset_close(d);
  return status;
}

void lk_dataset_close(lk_dataset *dataset) {
  if (!dataset) return;
  lk_corpus_free(dataset->corpus);
  lk_tokenizer_free(dataset->tokenizer);
  lk_free(dataset->tokens);
  lk_free(dataset->offsets);
  lk_order_free(dataset->order);
  lk_free(dataset->documents);
  lk_free(dataset->example);
  lk_free(dataset->classes);
  lk_lexicon_free(dataset->lexicon);
  lk_free(dataset);
}

const lk_tokenizer *lk_dataset_tokenizer(const lk_dataset *dataset) {
  return dataset->tokenizer;
}

const lk_plan *lk_dataset_plan(const lk_dataset *dataset) {
  return &dataset->plan;
}

const char *lk_dataset_path(const lk_dataset *dataset) {
  return dataset->path;
}

const lk_sha256 *lk_dataset_sha256(const lk_dataset *dataset) {
  return &dataset->sha256;
}

const lk_sha256 *lk_dataset_answers_sha256(const lk_dataset *dataset) {
  return &dataset->answers_sha256;
}

/* The text as it was when it was read, or not at all. */
static lk_status read_lines(const lk_dataset *d, uint64_t *documents, size_t count) {
  char *bytes = NULL;
  size_t size;
  lk_sha256 sha256;
  LK_TRY(lk_file_read(d->path, &bytes, &size));
  lk_status status = lk_sha256_bytes(&sha256, bytes, size);
  if (status == LK_OK && strcmp(sha256.hex, d->sha256.hex)) status = LK_BAD_DATA;
  if (status == LK_OK) status = lk_corpus_find_lines(bytes, size, documents, count);
  lk_free(bytes);
  return status;
}

void lk_dataset_name_documents(const lk_dataset *dataset, uint64_t *documents, size_t count,
                               char *text, size_t size) {
  int lines = read_lines(dataset, documents, count) == LK_OK;
  size_t used = (size_t)snprintf(text, size, "%s", lines ? "lines" : "documents");
  for (size_t i = 0; i < count; i++) {
    if (used + strlen(dataset->path) + 40 > size) {
      used += (size_t)snprintf(text + used, size - used, " …");
      break;
    }
    used += (size_t)snprintf(text + used, size - used, " %llu",
                             (unsigned long long)(documents[i] + !lines));
  }
  snprintf(text + used, size - used, " of %s", dataset->path);
}

lk_coverage lk_dataset_coverage(const lk_dataset *dataset) {
  lk_coverage all = {0, 0, 0};
  const lk_corpus *corpus = dataset->corpus;
  size_t length, most = dataset->block - 2, reach = lk_example_reach(dataset->block);
  if (!corpus) return all;
  for (uint64_t i = 0; i < corpus->held.count; i++) {
    lk_corpus_document(corpus, corpus->held.first + i, &length);
    int moves = dataset->recall; /* the span may be anywhere, with what is around it */
    all.longer += length > (moves ? most : reach);
    all.characters += (double)length;
    all.shown += (double)(moves || length < reach ? length : reach);
  }
  return all;
}

uint64_t lk_dataset_characters(const lk_dataset *dataset) {
  return dataset->characters;
}

uint64_t lk_dataset_corpus_documents(const lk_dataset *dataset) {
  return dataset->corpus ? dataset->corpus->documents : dataset->plan.documents;
}

void lk_dataset_say_left_out(const lk_dataset *dataset, const lk_config *config) {
  if (dataset->corpus)
    lk_clean_say(lk_file_name(config->corpus), &dataset->corpus->left_out);
  lk_clean_say(lk_file_name(config->questions), &dataset->questions_left_out);
}

size_t lk_dataset_longest_answer(const lk_dataset *dataset) {
  size_t longest = 0;
  for (uint64_t i = 0; dataset->offsets && i < dataset->plan.documents; i++) {
    size_t length = dataset->offsets[2 * i + 2] - dataset->offsets[2 * i + 1];
    longest = length > longest ? length : longest;
  }
  return longest;
}

int lk_dataset_select(lk_dataset *dataset, uint64_t step, int shard) {
  dataset->step = step;
  dataset->shard = shard;
  return lk_order_micro_batch(dataset->order, step, shard, dataset->documents);
}

void lk_dataset_example(lk_dataset *dataset, int i, lk_example *example) {
  uint64_t document = dataset->documents[i];
  if (dataset->task == LK_TASK_QUESTIONS) {
    const size_t *at = &dataset->offsets[2 * document];
    lk_example_answer(example, dataset->tokens + at[0], at[1] - at[0],
                      dataset->tokens + at[1], at[2] - at[1]);
    return;
  }
  size_t length;
  const lk_token *text = lk_corpus_document(dataset->corpus, document, &length);
  lk_stream stream = {dataset->plan.seed, LK_RANDOM_OBJECTIVE, dataset->step,
                      (uint32_t)dataset->shard, (uint32_t)i};
  if (dataset->recall) {
    lk_example_recall(example, &dataset->how, text, length, dataset->block, &stream);
    return;
  }
  uint32_t count = (uint32_t)(dataset->plan.batch_size / dataset->plan.shards);
  lk_example_corrupt(example, text, length, dataset->block, count, &stream);
}

void lk_dataset_pack(lk_dataset *dataset, uint64_t step, int shard, lk_pack *pack) {
  lk_profile_switch(LK_PART_DATA);
  int count = lk_dataset_select(dataset, step, shard);
  lk_example example = {.tokens = dataset->example};
  lk_pack_clear(pack);
  for (int i = 0; i < count; i++) {
    lk_dataset_example(dataset, i, &example);
    lk_pack_append(pack, example.tokens, example.length, example.first_target);
  }
}
