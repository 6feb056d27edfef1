#include "train/trainer.h"
#include "lockstep/evaluate.h"
#include "lockstep/history.h"
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/share.h"
#include "train/probe.h"
#include <string.h>

/* Rank 0 locks the run directory and looks for a checkpoint; all ranks learn of it. */
static lk_status open_run(lk_trainer *t, lk_checkpoint **resumed) {
  lk_status status = LK_OK;
  lk_watchdog_phase(t->watchdog, 0, "reading a checkpoint", LK_USES_FILES);
  if (lk_world_rank(t->world) == 0) {
    status = lk_run_open(&t->run, t->config);
    if (status == LK_OK) lk_run_expect(t->run, lk_task_name(t->task));
    if (status == LK_OK) status = lk_run_find_checkpoint(t->run, resumed);
  }
  LK_TRY(lk_world_agree(t->world, status));
  return lk_checkpoint_share(t->world, resumed);
}

/* All ranks: before the run directory is opened, for its config has the model's shape. */
static lk_status load_init(lk_trainer *t, lk_checkpoint **init) {
  lk_config *c = t->config;
  lk_watchdog_phase(t->watchdog, 0, "reading a checkpoint", LK_USES_FILES);
  LK_TRY(lk_checkpoint_open_shared(t->world, c->init, init));
  return lk_world_agree(t->world, lk_config_adopt_shape(c, &(*init)->info.shape, c->init));
}

/* The slowest part of a start and the one with most ways to fail; not collective. */
static lk_status open_data(lk_trainer *t, lk_task task, const lk_tokenizer *tokenizer) {
  const lk_config *c = t->config;
  lk_slice slice = {(int)c->shards, t->first_shard, t->shard_count};
  LK_TRY(lk_dataset_open(&t->dataset, c, lk_objective_choose(c, task), tokenizer, slice));
  lk_shape shape = lk_config_shape(c, lk_tokenizer_size(lk_dataset_tokenizer(t->dataset)));
  return lk_parameters_create(&t->table, &shape);
}

/* The last two shards together leave twice the time to send gradients in. */
static int computes_pairs(const lk_trainer *t) {
  return t->config->overlap && lk_world_size(t->world) > 1 && lk_tree_ends_in_pair(t->tree);
}

static lk_status make_optimizer(lk_trainer *t) {
  const lk_config *c = t->config;
  const lk_optimizer_settings settings = {.name = (lk_optimizer_name)c->optimizer,
                                          .beta1 = c->beta1,
                                          .beta2 = c->beta2,
                                          .epsilon = c->epsilon,
                                          .momentum = c->momentum,
                                          .weight_decay = c->weight_decay};
  LK_TRY(lk_optimizer_create(&t->optimizer, &settings, t->table, t->world));
  t->m = lk_optimizer_state(t->optimizer, 0);
  t->v = lk_optimizer_state(t->optimizer, 1);
  return LK_OK;
}

static lk_status make_buffers(lk_trainer *t) {
  int sequences = (int)(t->config->batch_size / t->config->shards);
  int size = lk_world_size(t->world);
  t->shards_a_rank = ((int)t->config->shards + size - 1) / size;
  LK_TRY(LK_NEW(t->values, t->table->count));
  LK_TRY(LK_NEW(t->mine, 2 * (size_t)t->shards_a_rank));
  LK_TRY(LK_NEW(t->all, 2 * (size_t)t->shards_a_rank * (size_t)size));
  LK_TRY(LK_NEW(t->hashes, 4 * (size_t)size));
  LK_TRY(lk_tree_create(&t->tree, t->world, t->table->count, (int)t->config->shards,
                        LK_SUM_EVERYWHERE));
  for (int i = 0; i < (computes_pairs(t) ? 2 : 1); i++) {
    LK_TRY(lk_pack_create(&t->packs[i], sequences, t->table->shape.block));
    LK_TRY(lk_model_create(&t->models[i], t->table, sequences, 1,
                           (lk_precision)t->config->precision));
  }
  return make_optimizer(t);
}

static void set_recipe(lk_trainer *t) {
  const lk_config *c = t->config;
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  t->steps = c->steps ? c->steps : c->epochs * lk_plan_steps_per_epoch(plan);
  double documents =
      c->schedule_decay_epochs
          ? (double)(c->schedule_decay_epochs * lk_dataset_corpus_documents(t->dataset))
          : (double)lk_plan_documents_before(plan, t->steps);
  t->schedule =
      (lk_schedule){(lk_schedule_kind)c->schedule_kind, (double)c->schedule_warmup_tokens,
                    documents * (double)c->model_block, c->schedule_minimum};
}

/* Room for the longest answer and its end, and at least what there is where no answers are
 * known. */
static uint64_t most_answer(const lk_trainer *t) {
  uint64_t longest = lk_dataset_items(t->dataset)->longest_answer;
  if (t->config->evaluate_most) return t->config->evaluate_most;
  return longest < LK_MOST_ANSWER ? LK_MOST_ANSWER : longest + 1;
}

/* Everything that needs no other rank, once it is known what to start from. */
static lk_status prepare(lk_trainer *t, lk_task task, lk_trainer_purpose purpose,
                         const lk_checkpoint *init) {
  lk_watchdog_phase(t->watchdog, 0, "reading data", LK_USES_FILES);
  LK_TRY(open_data(t, task, init ? init->trained.tokenizer : NULL));
  LK_TRY(make_buffers(t));
  set_recipe(t);
  t->most_answer = most_answer(t);
  if (purpose == LK_TO_RUN) LK_TRY(lk_trainer_open_dev(t));
  if (t->run && t->dev) LK_TRY(lk_run_use_dev(t->run, t->dev));
  return LK_OK;
}

static lk_status check(lk_trainer *t, lk_task task, lk_trainer_purpose purpose) {
  const lk_config *c = t->config;
  LK_TRY(lk_world_check_launcher(t->world));
  LK_TRY(lk_trainer_check_machine(c, lk_world_local_size(t->world)));
  LK_TRY(lk_trainer_check_recipe(c, purpose));
  return lk_trainer_check_files(c, task, purpose);
}

static lk_status set_up_machine(lk_trainer *t, lk_task task, lk_trainer_purpose purpose) {
  const lk_config *c = t->config;
  LK_TRY(check(t, task, purpose));
  LK_TRY(lk_config_time_limit(c, &t->time_limit));
  lk_kernels_select((lk_kernels)c->kernels);
  LK_TRY(lk_blas_set_threads((int)c->threads));
  return lk_world_shards(t->world, (int)c->shards, &t->first_shard, &t->shard_count);
}

/* Before the slow part of a start. */
static void begin_guard(lk_trainer *t, lk_trainer_purpose purpose) {
  if (purpose == LK_TO_PROBE) return; /* the run's are at work */
  lk_watchdog_limit(t->world, t->config->watchdog);
  t->watchdog = lk_world_watchdog(t->world);
}

/* A file's characters may not be its model's. */
static void say_left_out(const lk_trainer *t) {
  if (lk_world_rank(t->world)) return;
  lk_dataset_say_left_out(t->dataset, t->config);
  if (t->dev) lk_clean_say(t->config->dev, &t->dev->left_out);
}

/* All ranks: the parts of a start, and signals between them. */
static lk_status load(lk_trainer *t, lk_task task, lk_trainer_purpose purpose,
                      lk_checkpoint **resumed, lk_checkpoint **init) {
  int runs = purpose == LK_TO_RUN;
  if (*t->config->init) LK_TRY(load_init(t, init));
  if (runs) LK_TRY(open_run(t, resumed));
  if (runs) LK_TRY(lk_trainer_heed_signals(t));
  LK_TRY(lk_world_agree(t->world, prepare(t, task, purpose, *init)));
  LK_TRY(lk_trainer_agree_on_data(t));
  if (runs) LK_TRY(lk_trainer_heed_signals(t));
  if (runs) say_left_out(t);
  if (runs) LK_TRY(lk_probe_create(&t->probe, t));
  if (!t->probe) lk_trainer_say_dev_limit(t, t);
  return lk_trainer_restore(t, *resumed, *init);
}

static lk_status start(lk_trainer *t, lk_task task, lk_trainer_purpose purpose) {
  lk_checkpoint *resumed = NULL, *init = NULL;
  LK_TRY(lk_world_agree(t->world, set_up_machine(t, task, purpose)));
  LK_TRY(lk_trainer_agree_on_start(t, task));
  begin_guard(t, purpose);
  lk_status status = load(t, task, purpose, &resumed, &init);
  if (status == LK_STOPPED && t->run) lk_history_end(t->config->run, status);
  lk_checkpoint_free(resumed);
  lk_checkpoint_free(init);
  return status;
}

lk_status lk_trainer_create(lk_trainer **out, lk_world *world, lk_config *config,
                            lk_task task, lk_trainer_purpose purpose) {
  lk_trainer *t = NULL;
  *out = NULL;
  LK_TRY(lk_world_agree(world, LK_NEW(t, 1)));
  t->world = world;
  t->config = config;
  t->task = task;
  lk_status status = start(t, task, purpose);
  if (status != LK_OK) {
    lk_trainer_free(t);
    return status;
  }
  *out = t;
  return LK_OK;
}

void lk_trainer_free(lk_trainer *trainer) {
  if (!trainer) return;
  lk_probe_free(trainer->probe);
  lk_tree_free(trainer->tree);
  lk_optimizer_free(trainer->optimizer);
  for (int i = 0; i < 2; i++) {
    lk_model_free(trainer->models[i]);
    lk_pack_free(trainer->packs[i]);
  }
  lk_free(trainer->hashes);
  lk_free(trainer->all);
  lk_free(trainer->mine);
  lk_free(trainer->values);
  lk_parameters_free(trainer->table);
  lk_questions_free(trainer->dev);
  lk_dataset_close(trainer->dataset);
  lk_run_close(trainer->run);
  lk_free(trainer);
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

void lk_trainer_last_rows(const lk_trainer *trainer, double *rows, double *target_rows) {
  *rows = trainer->rows;
  *target_rows = trainer->target_rows;
}
