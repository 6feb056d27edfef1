/* The table of objectives, and what they share. */
#include "lockstep/objective.h"
#include "data/objective_kind.h"
#include "lockstep/memory.h"
#include "lockstep/plan.h"
#include <assert.h>

#define LK_OBJECTIVE_ROW(name, help) [LK_OBJECTIVE_##name] = &lk_objective_##name,
static const lk_objective_row *const rows[] = {LK_OBJECTIVES(LK_OBJECTIVE_ROW)};

static const lk_objective_row *row_of(lk_objective_kind kind) {
  assert(kind > LK_OBJECTIVE_auto && kind < LK_OBJECTIVE_COUNT);
  return rows[kind];
}

const char *lk_task_name(lk_task task) {
  return task == LK_FINETUNE ? "finetune" : "pretrain";
}

lk_task lk_task_guess(const lk_config *config) {
  int pretrains =
      !*config->questions || config->objective_answers > 0 || *config->probe_config;
  if (config->objective_kind != LK_OBJECTIVE_auto)
    pretrains = lk_objective_reads_corpus((lk_objective_kind)config->objective_kind);
  return pretrains ? LK_PRETRAIN : LK_FINETUNE;
}

lk_objective_kind lk_objective_choose(const lk_config *config, lk_task task) {
  const lk_config *c = config;
  if (c->objective_kind != LK_OBJECTIVE_auto) return (lk_objective_kind)c->objective_kind;
  if (task == LK_FINETUNE) return LK_OBJECTIVE_questions;
  int recalls = c->objective_spans == LK_SPANS_SALIENT || c->objective_answers > 0 ||
                c->objective_keep_name || c->objective_crop > 0 || c->objective_ask > 0;
  return recalls ? LK_OBJECTIVE_recall : LK_OBJECTIVE_corruption;
}

int lk_objective_reads_corpus(lk_objective_kind kind) {
  return row_of(kind)->reads_corpus;
}

lk_status lk_objective_check(const lk_config *config, lk_objective_kind kind,
                             int has_vocabulary) {
  const lk_objective_row *row = row_of(kind);
  if (row->check) LK_TRY(row->check(config));
  if (!lk_config_has_corpus(config) && (row->reads_corpus || !has_vocabulary))
    return lk_fail(LK_USAGE, "no corpus%s: set corpus=FILE (text or HDF5)",
                   row->reads_corpus ? " to train on" : ", and so no vocabulary");
  return LK_OK;
}

lk_status lk_objective_refuse_recall(const lk_config *config, const char *kind) {
  static const char *const keys[] = {
      "objective.spans",     "objective.answers", "objective.weigh", "objective.first_of",
      "objective.keep_name", "objective.crop",    "objective.ask"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (lk_config_is_set(config, keys[i]))
      return lk_fail(LK_USAGE,
                     "%s: %s is a setting of objective.kind=recall; leave it out, or "
                     "objective.kind=%s",
                     lk_config_origin(config, keys[i]), keys[i], kind);
  return LK_OK;
}

/* What objectives of documents have in common; the others replace it. */
static void take_documents(lk_objective *o) {
  lk_mixture_facts all = lk_mixture_about(o->corpora);
  o->items.path = all.path;
  o->items.count = all.documents;
  o->items.characters = all.characters;
  o->items.sha256 = all.sha256;
}

static lk_status cut_documents(lk_objective *o, const lk_config *config) {
  const lk_window_rule rule = {.kind = o->window,
                               .reach = o->moves && o->window == LK_WINDOW_START ? SIZE_MAX
                                                                                 : o->reach,
                               .keep_title = o->keep_title,
                               .seed = config->seed,
                               .cut = o->cut,
                               .end = lk_tokenizer_end(o->tokenizer),
                               .held_out = config->validation_share};
  return o->corpora ? lk_mixture_cut(o->corpora, &rule) : LK_OK;
}

/* Multiplications of a row and, by attention, of two rows: those of C channels' width are
 * counted as one. A layer's products have 2·C² weights, 2·C for each number of a key
 * and those of the MLP, the head C for each id; each row meets half of all, once as a key
 * and once as a value. */
static void weigh(lk_objective *o, const lk_config *c) {
  uint64_t mlp = c->model_mlp ? c->model_mlp : 4 * c->model_channels;
  uint64_t shared = c->model_kv_heads ? c->model_heads / c->model_kv_heads : 1;
  o->row_cost =
      c->model_layers * (2 * c->model_channels + 2 * c->model_channels / shared + 2 * mlp) +
      (uint64_t)lk_tokenizer_size(o->tokenizer);
  o->pair_cost = c->model_layers;
}

lk_status lk_objective_open(lk_objective **out, const lk_config *config,
                            lk_objective_kind kind, lk_mixture *corpora,
                            const lk_tokenizer *tokenizer) {
  lk_objective *o = NULL;
  *out = NULL;
  LK_TRY(LK_NEW(o, 1));
  o->row = row_of(kind);
  o->corpora = o->row->reads_corpus ? corpora : NULL;
  o->tokenizer = tokenizer;
  o->block = (size_t)config->model_block;
  o->micro_batch = (uint32_t)(config->batch_size / config->shards);
  o->shards = (int)config->shards;
  o->window = (lk_window_kind)config->objective_window;
  o->is_alike = config->deal == LK_DEAL_ALIKE;
  weigh(o, config);
  if (o->corpora) take_documents(o);
  lk_status status = o->row->open(o, config);
  if (status == LK_OK) status = cut_documents(o, config);
  if (status == LK_OK)
    *out = o;
  else
    lk_objective_close(o);
  return status;
}

void lk_objective_close(lk_objective *objective) {
  if (!objective) return;
  if (objective->row->release) objective->row->release(objective);
  lk_free(objective);
}

const lk_items *lk_objective_items(const lk_objective *objective) {
  return &objective->items;
}

int lk_objective_is_plain(const lk_objective *objective) {
  return !objective->corpora || lk_mixture_is_plain(objective->corpora);
}

uint64_t lk_objective_visits(const lk_objective *objective, int shard) {
  const lk_objective *o = objective;
  if (o->corpora) return lk_mixture_count(o->corpora, shard);
  return lk_shard_range(o->items.count, o->shards, shard).count;
}

void lk_objective_draw(const lk_objective *objective, const lk_visit *visit,
                       const lk_stream *stream, lk_example *out) {
  assert(visit->place < lk_objective_visits(objective, visit->shard));
  out->mask = lk_tokenizer_mask(objective->tokenizer);
  objective->row->draw(objective, visit, stream, out);
  assert(out->length > 1 && out->length <= objective->block + 1);
  assert(out->first_target + 1 < out->length);
}

int lk_objective_is_apart(const lk_objective *objective) {
  return objective->is_apart;
}

size_t lk_objective_sequence(const lk_objective *objective, const lk_example *example,
                             size_t at) {
  size_t inputs = example->length - 1, next = at + 1;
  lk_token end = lk_tokenizer_end(objective->tokenizer);
  assert(at < inputs);
  if (!objective->is_apart) return inputs - at;
  while (next < inputs && example->tokens[next] != end)
    next++;
  return next - at;
}

uint64_t lk_objective_cost(const lk_objective *objective, const lk_visit *visit) {
  const lk_objective *o = objective;
  uint64_t inputs = o->row->rows(o, visit);
  uint64_t pairs = o->row->pairs ? o->row->pairs(o, visit) : inputs * inputs;
  assert(inputs > 0 && inputs <= o->block && pairs <= inputs * inputs);
  return inputs * o->row_cost + pairs * o->pair_cost;
}

int lk_objective_find(const lk_objective *objective, const lk_visit *visit,
                      lk_place *place) {
  if (lk_objective_is_plain(objective)) return 0;
  *place = lk_mixture_find(objective->corpora, visit);
  return 1;
}

void lk_objective_ahead(const lk_objective *objective, const lk_visit *visit, int stage) {
  if (objective->corpora) lk_mixture_ahead(objective->corpora, visit, stage);
}

lk_coverage lk_objective_coverage(const lk_objective *objective) {
  const lk_objective *o = objective;
  int shows_all = o->moves || o->window != LK_WINDOW_START;
  if (!o->corpora) return (lk_coverage){0, 0, 0};
  return lk_mixture_coverage(o->corpora, o->reach, shows_all);
}

void lk_objective_say_left_out(const lk_objective *objective) {
  if (objective->left_out_path)
    lk_clean_say(objective->left_out_path, &objective->left_out);
}
