/* Checkpoints of a run: written where one is due, while training waits or beside it. */
#include "base/clock.h"
#include "train/copy.h"
#include "train/sites.h"
#include <assert.h>
#include <stdio.h>

static void describe(const lk_training *training, lk_checkpoint_info *info) {
  const lk_trainer *t = training->trainer;
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  const lk_items *items = lk_dataset_items(t->dataset);
  info->shape = t->table->shape;
  info->step = t->step;
  uint64_t batches = lk_trainer_batches(t, t->step);
  info->epoch = batches / lk_plan_steps_per_epoch(plan);
  info->tokens = lk_plan_documents_before(plan, batches) * t->config->model_block;
  info->seed = t->config->seed;
  info->corpus_sha256 = items->sha256;
  info->answers_sha256 = items->answers;
  info->corpus_characters = items->characters;
  info->corpus_documents = items->count;
  info->best = training->best;
  if (!t->sites) info->skipped_in_a_row = (uint64_t)t->skipped_in_a_row;
  snprintf(info->task, sizeof info->task, "%s", lk_task_name(training->task));
  snprintf(info->origin, sizeof info->origin, "%s", training->origin);
  lk_trainer_describe_build(t->config, info->build);
}

/* What there is to write; moments and mean, where no rank has all, come from elsewhere.
 * The caller clears c->info. */
static lk_status compose(const lk_training *training, lk_checkpoint *c) {
  const lk_trainer *t = training->trainer;
  *c = (lk_checkpoint){.trained = lk_trainer_model(t)};
  assert(t->m && t->v);
  if (!lk_trainer_is_spread(t)) c->m = t->m, c->v = t->v, c->average = t->average;
  describe(training, &c->info);
  c->info.has_average = t->average != NULL;
  lk_sites_describe(t, &c->info);
  LK_TRY(lk_config_hash(t->config, &c->info.config_hash));
  return lk_config_emit(t->config, &c->info.config);
}

/* Rank 0: training waits. */
static lk_status write_now(void *context, lk_checkpoint_source source) {
  const lk_training *training = context;
  lk_checkpoint c;
  assert(training->run);
  lk_status status = compose(training, &c);
  c.source = source;
  if (status == LK_OK) status = lk_run_save(training->run, &c);
  lk_checkpoint_info_clear(&c.info);
  training->trainer->has_checkpoint |= status == LK_OK;
  return status;
}

/* All ranks: what is dealt out, where a copy is made. */
static lk_status gather_dealt(lk_training *training) {
  const lk_trainer *t = training->trainer;
  const lk_dealt dealt = lk_trainer_dealt(t);
  lk_checkpoint_writer *w = training->writer;
  for (lk_group group = LK_GROUP_M; group < LK_GROUPS; group++) {
    if (!dealt.held[group]) continue;
    LK_TRY(lk_dealt_gather(&dealt, group, t->table->count,
                           w ? lk_writer_room(w, group) : NULL));
  }
  return LK_OK;
}

/* All ranks: training goes on when the numbers are copied. */
static lk_status write_beside(lk_training *training) {
  lk_checkpoint c;
  if (training->trainer->is_dealt) LK_TRY(gather_dealt(training));
  if (!training->writer) return LK_OK;
  lk_status status = compose(training, &c);
  lk_writer_copy(training->writer, &c);
  if (status == LK_OK) lk_writer_start(training->writer, training->run);
  return status;
}

/* Nothing is left to train beside the last one, which needs no copy. */
static int is_beside(const lk_training *training) {
  return training->config->checkpoint_write && !lk_training_is_last(training);
}

/* All ranks: the outcome is each rank's own. */
static lk_status write_together(lk_training *training) {
  const lk_trainer *t = training->trainer;
  const lk_checkpoint_source in_memory = {NULL, NULL};
  const lk_dealt dealt = lk_trainer_dealt(t);
  if (training->run || lk_trainer_is_spread(t))
    lk_watchdog_phase(t->watchdog, t->step, "writing a checkpoint", LK_USES_FILES);
  if (is_beside(training)) return write_beside(training);
  if (lk_trainer_is_spread(t)) return lk_dealt_save(&dealt, write_now, training);
  return training->run ? write_now(training, in_memory) : LK_OK;
}

/* A full disk does not end the run, for the checkpoints before are good and the next may
 * succeed. has_ended: it has, for another reason. */
static void say_not_written(const lk_training *training, uint64_t step, int has_ended) {
  uint64_t steps = training->trainer->steps, next = training->pace.due;
  if (!training->run) return;
  if (has_ended)
    lk_say("checkpoint of step %llu not written: %s", (unsigned long long)step,
           lk_message());
  else
    lk_say("checkpoint of step %llu not written: %s; training goes on, the next try is at "
           "step %llu",
           (unsigned long long)step, lk_message(),
           (unsigned long long)(next < steps ? next : steps));
}

/* What is the best was a name without a file until now. */
static lk_status take_written(lk_training *training, uint64_t step) {
  training->trainer->has_checkpoint = 1;
  lk_copy_note(training->copy, step);
  int is_best = !training->dev && training->best.step == step;
  return is_best ? lk_run_mark_best(training->run, step) : LK_OK;
}

static lk_status await(lk_training *training, int has_ended) {
  lk_checkpoint_writer *w = training->writer;
  if (!w || !lk_writer_is_under_way(w)) return LK_OK;
  uint64_t step = lk_writer_step(w);
  lk_status status = lk_writer_wait(w);
  if (status == LK_OK) status = take_written(training, step);
  if (status == LK_IO) say_not_written(training, step, has_ended);
  return status == LK_IO ? LK_OK : status;
}

lk_status lk_training_await_checkpoint(lk_training *training) {
  return await(training, 0);
}

/* All ranks: of several writes one is under way. */
static lk_status finish_last(lk_training *training) {
  const lk_trainer *t = training->trainer;
  if (!training->config->checkpoint_write) return LK_OK;
  if (training->writer)
    lk_watchdog_phase(t->watchdog, t->step, "writing a checkpoint", LK_USES_FILES);
  LK_TRY(lk_world_agree(t->world, lk_training_await_checkpoint(training)));
  return lk_copy_before_next(training);
}

static lk_status write_due(lk_training *training) {
  LK_TRY(finish_last(training));
  LK_TRY(lk_world_agree(training->world, write_together(training)));
  return lk_copy_written(training, is_beside(training));
}

/* All ranks: the next one is due by what this one took. */
static lk_status go_on(lk_training *training, double held) {
  const lk_trainer *t = training->trainer;
  const lk_pace_facts facts = {
      .elapsed = lk_clock() - training->start,
      .held = held + lk_copy_seconds(training->copy),
      .beside = training->writer ? lk_writer_seconds(training->writer) : 0};
  return lk_pace_adapt(&training->pace, t->world, t->config, t->step, &facts);
}

/* The last attempt's outcome is the run's. */
static lk_status save_due(lk_training *training) {
  double start = lk_clock();
  lk_status status = write_due(training);
  if (lk_training_is_last(training) || (status != LK_OK && status != LK_IO)) return status;
  LK_TRY(go_on(training, lk_clock() - start));
  if (status == LK_IO) say_not_written(training, training->trainer->step, 0);
  return LK_OK;
}

/* A group that comes when the others make their last step makes none of its own, after
 * which its model would be saved. */
static lk_status begin(lk_training *training) {
  const lk_trainer *t = training->trainer;
  LK_TRY(lk_pace_begin(&training->pace, training->world, training->config, t->step));
  return training->arrived && t->step == t->steps ? save_due(training) : LK_OK;
}

static lk_status save(lk_training *training, lk_metrics *metrics) {
  (void)metrics;
  if (lk_training_is_due(training)) return save_due(training);
  int ended = training->writer && lk_writer_has_ended(training->writer) &&
              !lk_writer_has_failed(training->writer);
  if (ended) LK_TRY(lk_training_await_checkpoint(training));
  return lk_copy_after_step(training);
}

/* After a failure lk_message() stays its own. */
static void end(lk_training *training, lk_status status) {
  if (!training->writer) return;
  if (await(training, status != LK_OK) != LK_OK) lk_say("%s", lk_message());
}

const lk_hook lk_hook_checkpoints = {.begin = begin, .step = save, .end = end};
