/* Checkpoints of a run: written where one is due. */
#include "lockstep/build.h"
#include "train/training.h"
#include <assert.h>
#include <stdio.h>

static void describe(const lk_training *training, lk_checkpoint_info *info) {
  const lk_trainer *t = training->trainer;
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  const lk_items *items = lk_dataset_items(t->dataset);
  info->shape = t->table->shape;
  info->step = t->step;
  info->epoch = t->step / lk_plan_steps_per_epoch(plan);
  info->tokens = lk_plan_documents_before(plan, t->step) * t->config->model_block;
  info->seed = t->config->seed;
  info->corpus_sha256 = items->sha256;
  info->answers_sha256 = items->answers;
  info->corpus_characters = items->characters;
  info->corpus_documents = items->count;
  info->best = training->best;
  snprintf(info->task, sizeof info->task, "%s", lk_task_name(training->task));
  snprintf(info->origin, sizeof info->origin, "%s", training->origin);
  lk_build_describe((lk_precision)t->config->precision, info->build);
}

/* Rank 0. */
static lk_status write_checkpoint(void *context, lk_checkpoint_source source) {
  const lk_training *training = context;
  const lk_trainer *t = training->trainer;
  lk_checkpoint c = {
      .trained = lk_trainer_model(t), .average = t->average, .source = source};
  assert(training->run && t->m && t->v);
  if (!source.read) c.m = t->m, c.v = t->v;
  describe(training, &c.info);
  LK_TRY(lk_config_hash(t->config, &c.info.config_hash));
  LK_TRY(lk_config_emit(t->config, &c.info.config));
  lk_status status = lk_run_save(training->run, &c);
  lk_checkpoint_info_clear(&c.info);
  return status;
}

/* All ranks: the outcome is each rank's own. */
static lk_status write_together(lk_training *training) {
  const lk_trainer *t = training->trainer;
  const lk_checkpoint_source in_memory = {NULL, NULL};
  const lk_dealt dealt = lk_trainer_dealt(t);
  if (training->run || t->is_dealt)
    lk_watchdog_phase(t->watchdog, t->step, "writing a checkpoint", LK_USES_FILES);
  if (t->is_dealt) return lk_dealt_save(&dealt, write_checkpoint, training);
  return training->run ? write_checkpoint(training, in_memory) : LK_OK;
}

/* A full disk does not end the run, for the checkpoints before are good and the next may
 * succeed. The last attempt's outcome is the run's. */
static lk_status save(lk_training *training, lk_metrics *metrics) {
  lk_trainer *t = training->trainer;
  uint64_t every = training->config->checkpoint_every, next = t->step + every;
  (void)metrics;
  if (!lk_training_is_due(training)) return LK_OK;
  lk_status status = lk_world_agree(t->world, write_together(training));
  t->has_checkpoint |= status == LK_OK;
  if (status != LK_IO || lk_training_is_last(training)) return status;
  if (training->run)
    lk_say("checkpoint of step %llu not written: %s; training goes on, the next "
           "try is at step %llu",
           (unsigned long long)t->step, lk_message(),
           (unsigned long long)(next < t->steps ? next : t->steps));
  return LK_OK;
}

const lk_hook lk_hook_checkpoints = {.step = save};
