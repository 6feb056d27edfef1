#include "lockstep/dataset.h"
#include "lockstep/file.h"
#include "lockstep/profile.h"
#include "lockstep/store.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

struct lk_dataset {
  lk_corpus *corpus; /* NULL when a checkpoint's vocabulary is enough */
  lk_tokenizer *tokenizer;
  lk_objective *objective;
  lk_plan plan;
  lk_order *order;     /* of the slice's shards */
  uint64_t *documents; /* (batch_size / V) of the chosen micro-batch */
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

static lk_status read_data(lk_dataset *d, const lk_config *config,
                           lk_objective_kind objective, const lk_tokenizer *tokenizer,
                           lk_slice slice) {
  if (*config->corpus)
    LK_TRY(read_corpus(d, config, tokenizer, slice));
  else
    LK_TRY(lk_tokenizer_copy(&d->tokenizer, tokenizer));
  LK_TRY(lk_objective_open(&d->objective, config, objective, d->corpus, d->tokenizer));
  d->plan.documents = lk_objective_items(d->objective)->count;
  return LK_OK;
}

static lk_status make_room(lk_dataset *d, size_t block, lk_slice slice) {
  assert(d->plan.documents >= (uint64_t)d->plan.shards);
  LK_TRY(lk_order_create(&d->order, &d->plan, slice.first_shard, slice.shard_count));
  LK_TRY(LK_NEW(d->documents, (size_t)(d->plan.batch_size / d->plan.shards)));
  return LK_NEW(d->example, block + 1);
}

lk_status lk_dataset_open(lk_dataset **out, const lk_config *config,
                          lk_objective_kind objective, const lk_tokenizer *tokenizer,
                          lk_slice slice) {
  lk_dataset *d = NULL;
  *out = NULL;
  LK_TRY(lk_objective_check(config, objective, tokenizer != NULL));
  LK_TRY(LK_NEW(d, 1));
  d->plan = (lk_plan){
      .shards = slice.shards, .batch_size = (int)config->batch_size, .seed = config->seed};
  lk_status status = read_data(d, config, objective, tokenizer, slice);
  if (status == LK_OK) status = make_room(d, (size_t)config->model_block, slice);
  if (status == LK_OK)
    *out = d;
  else
    lk_dataset_close(d);
  return status;
}

void lk_dataset_close(lk_dataset *dataset) {
  if (!dataset) return;
  lk_objective_close(dataset->objective);
  lk_corpus_free(dataset->corpus);
  lk_tokenizer_free(dataset->tokenizer);
  lk_order_free(dataset->order);
  lk_free(dataset->documents);
  lk_free(dataset->example);
  lk_free(dataset);
}

const lk_tokenizer *lk_dataset_tokenizer(const lk_dataset *dataset) {
  return dataset->tokenizer;
}

const lk_plan *lk_dataset_plan(const lk_dataset *dataset) {
  return &dataset->plan;
}

const lk_objective *lk_dataset_objective(const lk_dataset *dataset) {
  return dataset->objective;
}

const lk_items *lk_dataset_items(const lk_dataset *dataset) {
  return lk_objective_items(dataset->objective);
}

/* The text as it was when it was read, or not at all. */
static lk_status find_lines(const lk_items *of, uint64_t *items, size_t count) {
  char *bytes = NULL;
  size_t size;
  lk_sha256 sha256;
  LK_TRY(lk_file_read(of->path, &bytes, &size));
  lk_status status = lk_sha256_bytes(&sha256, bytes, size);
  if (status == LK_OK && strcmp(sha256.hex, of->sha256.hex)) status = LK_BAD_DATA;
  if (status == LK_OK) status = lk_corpus_find_lines(bytes, size, items, count);
  lk_free(bytes);
  return status;
}

void lk_dataset_name_items(const lk_dataset *dataset, uint64_t *items, size_t count,
                           char *text, size_t size) {
  const lk_items *of = lk_dataset_items(dataset);
  int lines = find_lines(of, items, count) == LK_OK;
  size_t used = (size_t)snprintf(text, size, "%s", lines ? "lines" : "documents");
  for (size_t i = 0; i < count; i++) {
    if (used + strlen(of->path) + 40 > size) {
      used += (size_t)snprintf(text + used, size - used, " …");
      break;
    }
    used += (size_t)snprintf(text + used, size - used, " %llu",
                             (unsigned long long)(items[i] + !lines));
  }
  snprintf(text + used, size - used, " of %s", of->path);
}

uint64_t lk_dataset_corpus_documents(const lk_dataset *dataset) {
  return dataset->corpus ? dataset->corpus->documents : dataset->plan.documents;
}

void lk_dataset_say_left_out(const lk_dataset *dataset, const lk_config *config) {
  if (dataset->corpus)
    lk_clean_say(lk_file_name(config->corpus), &dataset->corpus->left_out);
  lk_objective_say_left_out(dataset->objective);
}

int lk_dataset_select(lk_dataset *dataset, uint64_t step, int shard) {
  dataset->step = step;
  dataset->shard = shard;
  return lk_order_micro_batch(dataset->order, step, shard, dataset->documents);
}

void lk_dataset_example(lk_dataset *dataset, int i, lk_example *example) {
  assert(i >= 0 && i < dataset->plan.batch_size / dataset->plan.shards);
  const lk_stream stream = {dataset->plan.seed, LK_RANDOM_OBJECTIVE, dataset->step,
                            (uint32_t)dataset->shard, (uint32_t)i};
  lk_objective_draw(dataset->objective, dataset->documents[i], &stream, example);
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
  assert(pack->B == count);
}

lk_status lk_dataset_status(const lk_dataset *dataset) {
  return dataset->corpus ? lk_corpus_status(dataset->corpus) : LK_OK;
}
