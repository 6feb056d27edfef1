/* The loop over steps: metrics, progress, checkpoints. */
#include "base/clock.h"
#include "lockstep/build.h"
#include "lockstep/history.h"
#include "lockstep/memory.h"
#include "train/probe.h"
#include "train/stop.h"
#include <stdio.h>
#include <string.h>

static void describe(const lk_trainer *t, lk_checkpoint_info *info) {
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
  info->corpus_documents = plan->documents;
  snprintf(info->task, sizeof info->task, "%s", lk_task_name(t->task));
  snprintf(info->origin, sizeof info->origin, "%s", t->origin);
  lk_build_describe((lk_precision)t->config->precision, info->build);
}

static lk_status write_checkpoint(const lk_trainer *t) {
  lk_watchdog_phase(t->watchdog, t->step, "writing a checkpoint", LK_USES_FILES);
  lk_checkpoint c = {.trained = lk_trainer_model(t), .m = t->m, .v = t->v};
  describe(t, &c.info);
  LK_TRY(lk_config_hash(t->config, &c.info.config_hash));
  LK_TRY(lk_config_emit(t->config, &c.info.config));
  lk_status status = lk_run_save(t->run, &c);
  lk_checkpoint_info_clear(&c.info);
  return status;
}

static int is_multiple(uint64_t step, uint64_t every) {
  return every && step % every == 0;
}

/* All ranks: a checkpoint that cannot be written (a full disk) does not end the run, for
 * the ones before it are good and the next may succeed. The last attempt's outcome is the
 * run's. */
static lk_status save(lk_trainer *t, int last) {
  lk_status status = lk_world_agree(t->world, t->run ? write_checkpoint(t) : LK_OK);
  t->has_checkpoint |= status == LK_OK;
  if (status != LK_IO || last) return status;
  uint64_t every = t->config->checkpoint_every, next = t->step + every;
  if (t->run)
    lk_say("checkpoint of step %llu not written: %s; training goes on, the next "
           "try is at step %llu",
           (unsigned long long)t->step, lk_message(),
           (unsigned long long)(next < t->steps ? next : t->steps));
  return LK_OK;
}

lk_status lk_trainer_ask_to_stop(lk_trainer *trainer) {
  double seconds = lk_clock() - trainer->start;
  trainer->reason = lk_stop_requested(seconds, trainer->time_limit);
  return lk_world_any(trainer->world, trainer->reason != NULL, &trainer->stopping);
}

lk_status lk_trainer_report_stop(const lk_trainer *trainer) {
  lk_status status = LK_OK;
  if (trainer->reason && trainer->step == 0)
    status = lk_fail(LK_STOPPED, "stopped before the first step by %s", trainer->reason);
  else if (trainer->reason)
    status = lk_fail(LK_STOPPED, "stopped after step %llu of %llu by %s",
                     (unsigned long long)trainer->step, (unsigned long long)trainer->steps,
                     trainer->reason);
  return lk_world_agree(trainer->world, status);
}

lk_status lk_trainer_heed_signals(lk_trainer *trainer) {
  trainer->reason = lk_stop_requested(0, 0);
  LK_TRY(lk_world_any(trainer->world, trainer->reason != NULL, &trainer->stopping));
  return trainer->stopping ? lk_trainer_report_stop(trainer) : LK_OK;
}

/* All ranks: the dev questions are answered by the model, or by the probe's copy of it,
 * which has learned to. */
static lk_status score(lk_trainer *t) {
  return t->probe ? lk_probe_run(t->probe, t) : lk_trainer_score_dev(t);
}

static lk_status one_step(lk_trainer *t) {
  lk_metrics metrics;
  LK_TRY(lk_trainer_step(t, &metrics));
  LK_TRY(lk_trainer_ask_to_stop(t));
  int last = t->step == t->steps || t->stopping;
  int due = last || is_multiple(t->step, t->config->checkpoint_every) ||
            lk_probe_is_due(t, t->step);
  if (due || is_multiple(t->step, t->config->replica_check_every))
    LK_TRY(lk_trainer_check_replicas(t, &metrics.check_seconds));
  if (t->run) lk_run_log(t->run, &metrics);
  if (due) LK_TRY(save(t, last));
  if (due) LK_TRY(score(t));
  return t->stopping && t->step < t->steps ? lk_trainer_report_stop(t) : LK_OK;
}

/* All ranks: what the settings leave unused is said before the time is spent. */
static lk_status warn(const lk_trainer *t) {
  lk_trainer_warn_of_rate(t);
  return lk_trainer_warn_of_length(t);
}

/* All ranks. */
static lk_status note_start(const lk_trainer *t) {
  char *ranks = NULL;
  LK_TRY(lk_world_describe(t->world, &ranks));
  lk_status status =
      t->run ? lk_history_start(t->config->run, t->step, t->steps, ranks) : LK_OK;
  lk_free(ranks);
  return lk_world_agree(t->world, status);
}

lk_status lk_trainer_run(lk_trainer *trainer) {
  lk_status status;
  if (trainer->complete) return LK_OK;
  trainer->start = lk_clock();
  LK_TRY(note_start(trainer));
  LK_TRY(warn(trainer));
  status = lk_trainer_heed_signals(trainer);
  if (status == LK_OK) status = score(trainer);
  while (status == LK_OK && trainer->step < trainer->steps)
    status = one_step(trainer);
  if (trainer->run) lk_history_end(trainer->config->run, status);
  return status;
}
