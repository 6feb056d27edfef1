#include "train/trainer.h"
#include "lockstep/evaluate.h"
#include "lockstep/machine.h"
#include "lockstep/memory.h"
#include "lockstep/share.h"
#include "train/balance.h"
#include "train/sites.h"
#include <assert.h>
#include <limits.h>

int lk_trainer_deals(const lk_config *config) {
  if (config->shard != LK_SHARD_AUTO) return config->shard == LK_SHARD_OPTIMIZER;
  return config->replicas == LK_REPLICAS_NODE;
}

int lk_trainer_shares_values(const lk_config *config, double bytes) {
  if (config->replicas != LK_REPLICAS_AUTO) return config->replicas == LK_REPLICAS_NODE;
  return lk_trainer_deals(config) && bytes > lk_machine_memory();
}

lk_status lk_trainer_open_data(lk_trainer *trainer, lk_world *readers, lk_task task,
                               const lk_tokenizer *tokenizer) {
  lk_trainer *t = trainer;
  const lk_config *c = t->config;
  LK_TRY(lk_world_shards(t->world, (int)c->shards, &t->first_shard, &t->shard_count));
  lk_slice slice = {(int)c->shards, t->first_shard, t->shard_count};
  LK_TRY(lk_dataset_open(&t->dataset, readers, c, lk_objective_choose(c, task), tokenizer,
                         slice));
  lk_shape shape = lk_config_shape(c, lk_tokenizer_size(lk_dataset_tokenizer(t->dataset)));
  return lk_parameters_create(&t->table, &shape);
}

/* The last two shards together leave twice the time to send gradients in. */
static int computes_pairs(const lk_trainer *t) {
  return t->config->overlap && lk_world_size(t->home) > 1 && lk_tree_ends_in_pair(t->tree);
}

static lk_status make_optimizer(lk_trainer *t) {
  const lk_config *c = t->config;
  const lk_optimizer_settings settings = {.name = (lk_optimizer_name)c->optimizer,
                                          .beta1 = c->beta1,
                                          .beta2 = c->beta2,
                                          .epsilon = c->epsilon,
                                          .momentum = c->momentum,
                                          .precision = (lk_precision)c->muon_precision,
                                          .weight_decay = c->weight_decay};
  LK_TRY(lk_optimizer_create(&t->optimizer, &settings, t->table, t->home,
                             t->is_dealt ? t->tree : NULL));
  t->m = lk_optimizer_state(t->optimizer, 0);
  t->v = lk_optimizer_state(t->optimizer, 1);
  if (c->ema <= 0) return LK_OK;
  return LK_NEW(t->average, lk_optimizer_holding(t->optimizer)->count);
}

/* All of a micro-batch, or as many rows of a block as micro_tokens allows. */
static int sequences_a_pack(const lk_trainer *t) {
  const lk_config *c = t->config;
  uint64_t all = c->batch_size / c->shards, fit = c->micro_tokens / c->model_block;
  assert(c->batch_size % c->shards == 0 && all > 0);
  if (c->micro_tokens == 0 || fit > all) return (int)all;
  return fit > 0 ? (int)fit : 1;
}

/* Rows of a pack are counted in int. The block may be a checkpoint's. */
static lk_status check_pack(const lk_trainer *t) {
  const lk_config *c = t->config;
  uint64_t rows = (uint64_t)sequences_a_pack(t) * (uint64_t)t->table->shape.block;
  if (rows <= INT_MAX) return LK_OK;
  return lk_fail(
      LK_USAGE,
      "%s: a shard's part of a batch, batch_size / shards of model.block tokens, "
      "is %llu tokens, and at most %d are computed at a time; set "
      "micro_tokens=65536, or raise shards",
      lk_config_origin(c, "batch_size"), (unsigned long long)rows, INT_MAX);
}

/* Dropout has random numbers of its own for so many. */
static lk_status check_packs(const lk_trainer *t) {
  const lk_config *c = t->config;
  uint64_t sequences = (uint64_t)sequences_a_pack(t);
  uint64_t packs = (c->batch_size / c->shards + sequences - 1) / sequences;
  assert(packs > 0);
  if (c->dropout == 0 || packs <= LK_PACKS_MOST) return LK_OK;
  return lk_fail(LK_USAGE,
                 "%s: micro_tokens makes %llu packs of a shard's part of a batch, and with "
                 "dropout there may be %d; raise it, or raise shards",
                 lk_config_origin(c, "micro_tokens"), (unsigned long long)packs,
                 LK_PACKS_MOST);
}

/* Nonzero: what is measured, asked or shown is of the running mean, put together from what
 * the ranks have of it. */
static int gathers_mean(const lk_config *c) {
  return c->ema > 0 &&
         (lk_config_validates(c) || *c->samples || *c->dev || *c->report_heads);
}

/* How a step's gradients come to be, with packs of so many sequences. */
static lk_leaf_filling filling_of(const lk_trainer *t, int sequences) {
  const lk_config *c = t->config;
  const lk_growth growth = lk_model_growth(t->table);
  int is_one_pack = (uint64_t)sequences == c->batch_size / c->shards && !c->batch_doublings;
  return (lk_leaf_filling){.early = growth.early,
                           .start = growth.start,
                           .part = growth.part,
                           .whole = !c->overlap || !is_one_pack,
                           .pair = computes_pairs(t),
                           .between = gathers_mean(c)};
}

/* What a step is summed over: all shards, or those of a site. */
static int shards_of_a_step(const lk_trainer *t) {
  int sites = t->sites ? t->sites->count : 1;
  assert(t->config->shards % (uint64_t)sites == 0);
  return (int)t->config->shards / sites;
}

/* Sites of this rank, which take turns. */
static int sites_here(const lk_trainer *t) {
  return t->sites ? t->sites->here : 1;
}

/* Of documents that attention keeps apart a row may have any number. */
static lk_status make_pack(const lk_trainer *t, lk_pack **pack, int sequences) {
  int block = t->table->shape.block;
  return lk_objective_is_apart(lk_dataset_objective(t->dataset))
             ? lk_pack_create(pack, sequences * block, 1)
             : lk_pack_create(pack, sequences, block);
}

/* To give back the memory of fewer parameters' gradients, 32 MB, spares little, and to have
 * it anew can take a third of a small model's step. */
enum { WORTH_GIVING_BACK = 8 << 20 };

lk_status lk_trainer_make_buffers(lk_trainer *trainer) {
  lk_trainer *t = trainer;
  int sequences = sequences_a_pack(t);
  assert(t->shard_count > 0);
  LK_TRY(check_pack(t));
  LK_TRY(check_packs(t));
  LK_TRY(lk_world_most_shards(t->world, (int)t->config->shards, &t->shards_a_rank));
  LK_TRY(LK_NEW(t->mine, 2 * (size_t)t->shards_a_rank));
  t->step_first = t->first_shard;
  t->step_count = t->shard_count / sites_here(t);
  t->step_most = t->shards_a_rank / sites_here(t);
  t->is_dealt = lk_trainer_deals(t->config) && lk_world_size(t->world) > 1;
  LK_TRY(lk_tree_create(&t->tree, t->home, t->table->count, shards_of_a_step(t),
                        t->is_dealt
                            ? lk_optimizer_sum((lk_optimizer_name)t->config->optimizer)
                            : LK_SUM_EVERYWHERE));
  if (t->config->wire) LK_TRY(lk_tree_round(t->tree));
  const lk_leaf_filling filling = filling_of(t, sequences);
  if (t->is_dealt && t->table->count >= WORTH_GIVING_BACK)
    lk_tree_economise(t->tree, &filling);
  for (int i = 0; i < (computes_pairs(t) ? 2 : 1); i++) {
    LK_TRY(make_pack(t, &t->packs[i], sequences));
    LK_TRY(lk_model_create(&t->models[i], t->table, sequences,
                           (lk_keep)(LK_KEEP_ALL + t->config->recompute),
                           t->config->dropout > 0, (lk_precision)t->config->precision));
    lk_model_learn_from(t->models[i],
                        (lk_loss){t->config->label_smoothing, t->config->focus});
  }
  LK_TRY(lk_trainer_make_histograms(t));
  LK_TRY(lk_sites_make_room(t));
  return make_optimizer(t);
}

static void set_recipe(lk_trainer *t) {
  const lk_config *c = t->config;
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  uint64_t all = c->epochs * lk_plan_steps_per_epoch(plan);
  t->steps = c->steps ? c->steps : lk_trainer_steps_for(t, all);
  double documents =
      c->schedule_decay_epochs
          ? (double)(c->schedule_decay_epochs * lk_dataset_corpus_documents(t->dataset))
          : (double)lk_plan_documents_before(plan, lk_trainer_batches(t, t->steps));
  t->schedule = (lk_schedule){.kind = (lk_schedule_kind)c->schedule_kind,
                              .warmup_tokens = (double)c->schedule_warmup_tokens,
                              .final_tokens = documents * (double)c->model_block,
                              .minimum = c->schedule_minimum,
                              .cooldown = c->schedule_cooldown};
}

/* Room for the longest answer and its end, and at least what there is where no answers are
 * known. */
static uint64_t most_answer(const lk_trainer *t) {
  uint64_t longest = lk_dataset_items(t->dataset)->longest_answer;
  if (t->config->evaluate_most) return t->config->evaluate_most;
  return longest < LK_MOST_ANSWER ? LK_MOST_ANSWER : longest + 1;
}

/* What asks for so much memory may be no setting: a corpus brings its vocabulary along. */
static lk_status say_size(const lk_trainer *t, lk_status status) {
  return lk_fail(status, "a model of %llu parameters, with a vocabulary of %d: %s",
                 (unsigned long long)t->table->count, t->table->shape.vocabulary,
                 lk_message());
}

/* Everything that needs no other rank, once it is known what to start from. */
static lk_status prepare(lk_trainer *t, lk_task task, const lk_tokenizer *tokenizer) {
  lk_watchdog_phase(t->watchdog, 0, "reading data", LK_USES_FILES);
  LK_TRY(lk_trainer_open_data(t, t->world, task, tokenizer));
  lk_status status = lk_trainer_make_buffers(t);
  if (status != LK_OK) return say_size(t, status);
  t->most_answer = most_answer(t);
  return LK_OK;
}

uint64_t lk_trainer_value_bytes(const lk_trainer *trainer) {
  int rounds = trainer->config->precision != LK_FP32;
  return trainer->table->count *
         (sizeof *trainer->values + (rounds ? sizeof *trainer->rounded : 0));
}

/* All ranks, with all buffers but for the parameters: one copy of these a host, or a copy
 * each, besides what the program took before. */
static lk_status choose_replicas(lk_trainer *t, double program) {
  int ranks = lk_world_local_size(t->world),
      is_auto = t->config->replicas == LK_REPLICAS_AUTO;
  double rank = program + (double)(lk_bytes_alive() - lk_tree_spared(t->tree) +
                                   lk_trainer_value_bytes(t));
  if (lk_world_size(t->world) == 1) return LK_OK;
  LK_TRY(lk_world_any(t->world, lk_trainer_shares_values(t->config, ranks * rank),
                      &t->shares_values));
  if (is_auto && lk_world_rank(t->world) == 0)
    lk_say("replicas=auto: %s; here %d ranks with a copy of the parameters each would "
           "take up to %.1f GB of %.1f",
           t->shares_values ? "node" : "rank", ranks, ranks * rank / 1e9,
           lk_machine_memory() / 1e9);
  return LK_OK;
}

/* All ranks. A probe's ranks share as the run's do. */
static lk_status deal_shards(const lk_trainer *t, lk_trainer_purpose purpose) {
  return purpose == LK_TO_PROBE ? LK_OK : lk_balance_world(t->world, t->config);
}

/* All ranks: bytes for all of them, where the ranks of a host are to have one copy. */
static lk_status make_array(lk_trainer *t, size_t size, lk_shared **shared, void **array) {
  uint64_t count = t->table->count;
  if (t->shares_values) return lk_shared_create(shared, t->world, count * size, array);
  return lk_world_agree(t->world, lk_allocate(array, count, size, "parameters"));
}

/* All ranks. */
static lk_status make_values(lk_trainer *t) {
  LK_TRY(make_array(t, sizeof *t->values, &t->shared, (void **)&t->values));
  if (t->config->precision == LK_FP32) return LK_OK;
  return make_array(t, sizeof *t->rounded, &t->shared_rounded, (void **)&t->rounded);
}

static void free_array(lk_shared *shared, void *array) {
  if (shared)
    lk_shared_free(shared);
  else
    lk_free(array);
}

/* All ranks. Within a host messages cost too little to be timed. */
static lk_status time_links(const lk_trainer *t) {
  if (lk_world_local_size(t->home) == lk_world_size(t->home) ||
      lk_world_links(t->home)->byte > 0)
    return LK_OK;
  lk_watchdog_phase(t->watchdog, 0, "timing messages", LK_COMPUTES);
  return lk_world_time_links(t->home);
}

static void say_links(const lk_trainer *t) {
  const lk_links *links = lk_world_links(t->home);
  if (links->byte <= 0 || lk_world_rank(t->world) != 0) return;
  lk_say("links: a message takes %.3g ms, behind others %.3g ms, %.3g GB/s; sums travel in "
         "pieces of %zu kB",
         1e3 * links->latency, 1e3 * links->gap, 1e-9 / links->byte,
         lk_tree_piece(t->tree) * sizeof(float) / 1024);
}

lk_status lk_trainer_create(lk_trainer **out, lk_world *world, const lk_config *config,
                            lk_task task, lk_trainer_purpose purpose,
                            const lk_tokenizer *tokenizer) {
  lk_trainer *t = NULL;
  *out = NULL;
  LK_TRY(lk_world_agree(world, LK_NEW(t, 1)));
  t->world = t->home = world;
  t->config = config;
  if (purpose != LK_TO_PROBE) t->watchdog = lk_world_watchdog(world);
  double program = (double)lk_peak_memory();
  lk_status status = deal_shards(t, purpose);
  if (status == LK_OK) status = lk_sites_open(t);
  if (status == LK_OK) status = time_links(t);
  if (status == LK_OK) status = lk_world_agree(world, prepare(t, task, tokenizer));
  if (status == LK_OK) status = choose_replicas(t, program);
  if (status == LK_OK) status = make_values(t);
  if (status == LK_OK) status = lk_trainer_agree_on_data(t);
  if (status == LK_OK) status = lk_dataset_settle(t->dataset, world);
  if (status != LK_OK) {
    lk_trainer_free(t);
    return status;
  }
  set_recipe(t);
  if (purpose != LK_TO_PROBE) say_links(t);
  *out = t;
  return LK_OK;
}

static lk_status set_values(lk_trainer *t, const lk_checkpoint *init) {
  if (!init) {
    lk_parameters_initialise(t->table, t->config->seed, t->values);
    return LK_OK;
  }
  assert(init->trained.table->count == t->table->count);
  lk_watchdog_phase(t->watchdog, 0, "reading a checkpoint", LK_USES_FILES);
  assert(!t->config->init_weights || init->info.has_average);
  if (t->config->init_weights)
    return lk_checkpoint_distribute_average(t->world, init, t->values);
  return lk_checkpoint_distribute(t->world, init, t->values, NULL, NULL);
}

lk_status lk_trainer_initialise(lk_trainer *trainer, const lk_checkpoint *init) {
  lk_trainer *t = trainer;
  assert(t->step == 0);
  LK_TRY(set_values(t, init));
  lk_sites_begin(t);
  lk_trainer_begin_average(t);
  return LK_OK;
}

lk_status lk_trainer_open(lk_trainer **out, lk_world *world, lk_config *config,
                          lk_task task, lk_trainer_purpose purpose) {
  lk_checkpoint *init = NULL;
  *out = NULL;
  lk_status status = lk_trainer_begin(world, config, task, purpose, &init);
  if (status == LK_OK)
    status = lk_trainer_create(out, world, config, task, purpose,
                               init ? init->trained.tokenizer : NULL);
  if (status == LK_OK) status = lk_trainer_initialise(*out, init);
  if (status != LK_OK) {
    lk_trainer_free(*out);
    *out = NULL;
  }
  lk_checkpoint_free(init);
  return status;
}

void lk_trainer_free(lk_trainer *trainer) {
  if (!trainer) return;
  lk_tree_free(trainer->tree);
  lk_sites_free(trainer->sites);
  lk_trainer_free_histograms(trainer->histograms);
  lk_optimizer_free(trainer->optimizer);
  for (int i = 0; i < 2; i++) {
    lk_model_free(trainer->models[i]);
    lk_pack_free(trainer->packs[i]);
  }
  lk_free(trainer->mine);
  free_array(trainer->shared, trainer->values);
  free_array(trainer->shared_rounded, trainer->rounded);
  lk_free(trainer->average);
  lk_parameters_free(trainer->table);
  lk_dataset_close(trainer->dataset);
  lk_free(trainer);
}

lk_trained lk_trainer_model(const lk_trainer *trainer) {
  return (lk_trained){(lk_tokenizer *)lk_dataset_tokenizer(trainer->dataset),
                      trainer->table, trainer->values, trainer->most_answer};
}

int lk_trainer_is_spread(const lk_trainer *trainer) {
  return trainer->is_dealt || trainer->sites;
}

static void deal_sites(const lk_trainer *t, lk_dealt *dealt) {
  dealt->sites = t->sites->count;
  dealt->here = t->sites->here;
  dealt->ranks = t->sites->ranks;
  for (int group = LK_GROUP_M; group < LK_GROUPS * dealt->sites; group++)
    dealt->held[group] = lk_sites_held(t, (lk_group)group);
}

lk_dealt lk_trainer_dealt(const lk_trainer *trainer) {
  lk_dealt dealt = {.world = trainer->world,
                    .holding = lk_optimizer_holding(trainer->optimizer),
                    .held = {[LK_GROUP_M] = trainer->m,
                             [LK_GROUP_V] = trainer->v,
                             [LK_GROUP_AVERAGE] = trainer->average}};
  if (trainer->sites) deal_sites(trainer, &dealt);
  return dealt;
}

uint64_t lk_trainer_steps_done(const lk_trainer *trainer) {
  return trainer->step;
}

uint64_t lk_trainer_steps(const lk_trainer *trainer) {
  return trainer->steps;
}

const lk_parameters *lk_trainer_table(const lk_trainer *trainer) {
  return trainer->table;
}

lk_trainer_work lk_trainer_last_work(const lk_trainer *trainer) {
  return trainer->work;
}
