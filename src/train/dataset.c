#include "lockstep/dataset.h"
#include "lockstep/file.h"
#include "lockstep/profile.h"
#include "lockstep/share.h"
#include "lockstep/store.h"
#include "train/by_shard.h"
#include "train/rows.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

struct lk_dataset {
  lk_mixture *corpora;     /* NULL when a checkpoint's vocabulary is enough */
  lk_config_corpus *files; /* that they are read from */
  lk_tokenizer *tokenizer;
  lk_objective_kind kind;
  lk_objective *objective;
  lk_slice slice;
  size_t block;
  lk_plan plan;
  int is_even;         /* steps are dealt documents by their cost */
  uint64_t *borders;   /* (V + 1) the plan's, or NULL */
  lk_order *order;     /* of the slice's shards */
  uint64_t *documents; /* (batch_size / V) of the chosen micro-batch */
  uint64_t step;       /* chosen */
  int shard, count;
  lk_token *example; /* (block + 1) scratch */
};

static const char *form_of(const lk_tokenizer *tokenizer) {
  return lk_tokenizer_composes(tokenizer) ? ", NFC" : "";
}

/* What texts are encoded with; NULL: with characters of their own. */
static lk_status choose_tokenizer(const lk_config *config, const lk_tokenizer *of_init,
                                  lk_tokenizer **out) {
  *out = NULL;
  if (strcmp(config->tokenizer, "characters"))
    return lk_tokenizer_read_any(out, config->tokenizer, 0);
  return of_init && strcmp(lk_tokenizer_name(of_init), "characters")
             ? lk_tokenizer_copy(out, of_init)
             : LK_OK;
}

/* All ranks: reads the first `count` files; on failure none is left. */
static lk_status read_files(const lk_dataset *d, lk_world *world,
                            const lk_tokenizer *tokenizer, lk_ingredient *list,
                            size_t count) {
  lk_status status = LK_OK;
  size_t i = 0;
  for (; i < count && status == LK_OK; i++) {
    list[i] = (lk_ingredient){.path = lk_file_name(d->files[i].file),
                              .weight = d->files[i].weight};
    status = lk_corpus_share(&list[i].corpus, world, d->files[i].file, tokenizer, d->slice);
  }
  while (status != LK_OK && i > 0)
    lk_corpus_free(list[--i].corpus);
  return status;
}

static lk_status agree(lk_world *world, lk_status mine) {
  return world ? lk_world_agree(world, mine) : mine;
}

/* All ranks. */
static lk_status open_corpora(lk_dataset *d, lk_world *world, const lk_config *config,
                              const lk_tokenizer *of_init) {
  lk_ingredient *list = NULL;
  lk_tokenizer *tokenizer = NULL;
  size_t count = 0;
  lk_status status = lk_config_corpora(config, &d->files, &count);
  if (status == LK_OK) status = LK_NEW(list, count);
  if (status == LK_OK) status = choose_tokenizer(config, of_init, &tokenizer);
  status = agree(world, status);
  if (status == LK_OK) status = read_files(d, world, tokenizer, list, count);
  lk_tokenizer_free(tokenizer);
  if (status == LK_OK) status = lk_mixture_create(&d->corpora, list, (int)count, d->slice);
  lk_free(list);
  return status;
}

static lk_status read_corpora(lk_dataset *d, lk_world *world, const lk_config *config,
                              const lk_tokenizer *tokenizer) {
  LK_TRY(open_corpora(d, world, config, tokenizer));
  const lk_mixture_facts all = lk_mixture_about(d->corpora);
  if (tokenizer && !lk_tokenizer_reads(tokenizer, all.tokenizer))
    return lk_fail(
        LK_BAD_DATA,
        "%s: its vocabulary (%d ids%s) is not that of the checkpoint %s (%d ids%s); train "
        "on the corpus that the checkpoint was made from",
        all.path, lk_tokenizer_size(all.tokenizer), form_of(all.tokenizer), config->init,
        lk_tokenizer_size(tokenizer), form_of(tokenizer));
  return lk_tokenizer_copy(&d->tokenizer, all.tokenizer);
}

static lk_status read_data(lk_dataset *d, lk_world *world, const lk_config *config,
                           lk_objective_kind objective, const lk_tokenizer *tokenizer) {
  if (lk_config_has_corpus(config))
    LK_TRY(read_corpora(d, world, config, tokenizer));
  else
    LK_TRY(lk_tokenizer_copy(&d->tokenizer, tokenizer));
  return lk_objective_open(&d->objective, config, objective, d->corpora, d->tokenizer);
}

static lk_status begin(lk_dataset **out, const lk_config *config,
                       lk_objective_kind objective, const lk_tokenizer *tokenizer,
                       lk_slice slice) {
  lk_dataset *d = NULL;
  LK_TRY(lk_objective_check(config, objective, tokenizer != NULL));
  LK_TRY(LK_NEW(d, 1));
  d->kind = objective;
  d->slice = slice;
  d->block = (size_t)config->model_block;
  d->is_even = config->deal != LK_DEAL_SHUFFLED;
  d->plan = (lk_plan){
      .shards = slice.shards, .batch_size = (int)config->batch_size, .seed = config->seed};
  *out = d;
  return LK_OK;
}

lk_status lk_dataset_open(lk_dataset **out, lk_world *world, const lk_config *config,
                          lk_objective_kind objective, const lk_tokenizer *tokenizer,
                          lk_slice slice) {
  lk_dataset *d = NULL;
  *out = NULL;
  lk_status status = agree(world, begin(&d, config, objective, tokenizer, slice));
  if (status == LK_OK)
    status = agree(world, read_data(d, world, config, objective, tokenizer));
  if (status == LK_OK)
    *out = d;
  else
    lk_dataset_close(d);
  return status;
}

void lk_dataset_close(lk_dataset *dataset) {
  if (!dataset) return;
  lk_objective_close(dataset->objective);
  lk_mixture_free(dataset->corpora);
  lk_free(dataset->files);
  lk_tokenizer_free(dataset->tokenizer);
  lk_order_free(dataset->order);
  lk_free(dataset->borders);
  lk_free(dataset->documents);
  lk_free(dataset->example);
  lk_free(dataset);
}

static uint64_t visits_of(const void *context, int shard) {
  return lk_objective_visits(context, shard);
}

/* Documents that are held out may be all that a shard has. */
static lk_status refuse_empty_shard(const lk_dataset *d, int shard) {
  return lk_fail(LK_BAD_DATA,
                 "%s: shard %d of %d has no document that is not held out; lower "
                 "validation.share or shards",
                 lk_objective_items(d->objective)->path, shard + 1, d->plan.shards);
}

/* Shards that have other numbers than equal parts of the items. */
static lk_status set_borders(lk_dataset *d, lk_world *world) {
  lk_status status = LK_NEW(d->borders, (size_t)d->plan.shards + 1);
  if (world) status = lk_world_agree(world, status);
  if (status == LK_OK)
    status = lk_by_shard(world, d->slice, visits_of, d->objective, d->borders + 1);
  if (status != LK_OK) return status;
  for (int shard = 0; shard < d->plan.shards; shard++) {
    if (d->borders[shard + 1] == 0) return refuse_empty_shard(d, shard);
    d->borders[shard + 1] += d->borders[shard];
  }
  d->plan.borders = d->borders;
  d->plan.documents = d->borders[d->plan.shards];
  return LK_OK;
}

/* Shards that have equal parts of all visits, as a plan without borders says. */
static lk_status share_rows(lk_dataset *d, lk_world *world) {
  LK_TRY(lk_rows_share(world, d->corpora, d->files, d->slice));
  d->plan.documents = 0;
  for (int shard = 0; shard < d->plan.shards; shard++)
    d->plan.documents += lk_objective_visits(d->objective, shard);
  return LK_OK;
}

static uint64_t cost_of(const void *context, const lk_visit *visit) {
  return lk_objective_cost(context, visit);
}

static lk_status make_room(lk_dataset *d) {
  const lk_cost cost = {cost_of, d->objective};
  assert(d->plan.documents >= (uint64_t)d->plan.shards);
  LK_TRY(lk_order_create(&d->order, &d->plan, d->slice.first_shard, d->slice.shard_count));
  if (d->is_even) LK_TRY(lk_order_deal(d->order, &cost));
  LK_TRY(LK_NEW(d->documents, (size_t)(d->plan.batch_size / d->plan.shards)));
  return LK_NEW(d->example, d->block + 1);
}

lk_status lk_dataset_settle(lk_dataset *dataset, lk_world *world) {
  lk_dataset *d = dataset;
  assert(!d->order && (world || d->slice.shard_count == d->plan.shards));
  d->plan.documents = lk_objective_items(d->objective)->count;
  if (d->corpora && lk_mixture_shares(d->corpora))
    LK_TRY(share_rows(d, world));
  else if (!lk_objective_is_plain(d->objective))
    LK_TRY(set_borders(d, world));
  lk_status status = make_room(d);
  return world ? lk_world_agree(world, status) : status;
}

const lk_tokenizer *lk_dataset_tokenizer(const lk_dataset *dataset) {
  return dataset->tokenizer;
}

const lk_plan *lk_dataset_plan(const lk_dataset *dataset) {
  return &dataset->plan;
}

lk_objective_kind lk_dataset_kind(const lk_dataset *dataset) {
  return dataset->kind;
}

const lk_objective *lk_dataset_objective(const lk_dataset *dataset) {
  return dataset->objective;
}

const lk_mixture *lk_dataset_corpora(const lk_dataset *dataset) {
  return dataset->corpora;
}

const lk_items *lk_dataset_items(const lk_dataset *dataset) {
  return lk_objective_items(dataset->objective);
}

void lk_dataset_name_items(const lk_dataset *dataset, uint64_t *items, size_t count,
                           char *text, size_t size) {
  const lk_items *of = lk_dataset_items(dataset);
  int plain = lk_objective_is_plain(dataset->objective);
  int lines = plain && lk_corpus_find_lines(of->path, &of->sha256, items, count) == LK_OK;
  size_t used = (size_t)snprintf(text, size, "%s",
                                 lines   ? "lines"
                                 : plain ? "documents"
                                         : "windows");
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
  const lk_dataset *d = dataset;
  int trains_on_corpora = !lk_objective_is_plain(d->objective);
  return d->corpora && !trains_on_corpora ? lk_mixture_about(d->corpora).documents
                                          : d->plan.documents;
}

void lk_dataset_say_left_out(const lk_dataset *dataset) {
  const lk_mixture *corpora = dataset->corpora;
  for (int i = 0; corpora && i < lk_mixture_about(corpora).count; i++)
    lk_clean_say(lk_mixture_list(corpora)[i].path,
                 &lk_mixture_list(corpora)[i].corpus->left_out);
  lk_objective_say_left_out(dataset->objective);
}

static lk_visit visit_of(const lk_dataset *d, int i) {
  lk_range shard = lk_plan_shard(&d->plan, d->shard);
  assert(i >= 0 && i < d->plan.batch_size / d->plan.shards);
  return (lk_visit){.epoch = d->step / lk_plan_steps_per_epoch(&d->plan),
                    .place = d->documents[i] - shard.first,
                    .shard = d->shard};
}

/* All that a micro-batch reads is asked for first: a disk is as fast for many as for one.
 */
static void look_ahead(const lk_dataset *d) {
  lk_profile_switch(LK_PART_DATA);
  for (int stage = 0; stage < 2; stage++)
    for (int i = 0; i < d->count; i++) {
      lk_visit visit = visit_of(d, i);
      lk_objective_ahead(d->objective, &visit, stage);
    }
}

int lk_dataset_select(lk_dataset *dataset, uint64_t step, int shard) {
  dataset->step = step;
  dataset->shard = shard;
  dataset->count = lk_order_micro_batch(dataset->order, step, shard, dataset->documents);
  look_ahead(dataset);
  return dataset->count;
}

const uint64_t *lk_dataset_chosen(const lk_dataset *dataset) {
  return dataset->documents;
}

int lk_dataset_find(const lk_dataset *dataset, int i, lk_place *place, const char **path) {
  lk_visit visit = visit_of(dataset, i);
  if (!lk_objective_find(dataset->objective, &visit, place)) return 0;
  *path = lk_mixture_list(dataset->corpora)[place->ingredient].path;
  return 1;
}

void lk_dataset_example(lk_dataset *dataset, int i, lk_example *example) {
  const lk_visit visit = visit_of(dataset, i);
  const lk_stream stream = {dataset->plan.seed, LK_RANDOM_OBJECTIVE, dataset->step,
                            (uint32_t)dataset->shard, (uint32_t)i};
  lk_objective_draw(dataset->objective, &visit, &stream, example);
}

/* Its sequences. */
static void append(const lk_dataset *d, const lk_example *example, lk_pack *pack) {
  size_t first_target = example->first_target, rows;
  for (size_t at = 0; at + 1 < example->length; at += rows, first_target = 0) {
    rows = lk_objective_sequence(d->objective, example, at);
    lk_pack_append(pack, example->tokens + at, rows + 1, first_target);
  }
}

int lk_dataset_pack(lk_dataset *dataset, int first, lk_pack *pack) {
  lk_profile_switch(LK_PART_DATA);
  lk_example example = {.tokens = dataset->example};
  int next = first;
  lk_pack_clear(pack);
  for (; next < dataset->count && lk_pack_fits(pack, dataset->block + 1); next++) {
    lk_dataset_example(dataset, next, &example);
    append(dataset, &example, pack);
  }
  assert(next > first || next == dataset->count);
  return next;
}

lk_status lk_dataset_status(const lk_dataset *dataset) {
  return dataset->corpora ? lk_mixture_status(dataset->corpora) : LK_OK;
}
