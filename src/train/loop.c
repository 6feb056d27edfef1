/* The loop over steps: metrics, progress, checkpoints. */
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "train/progress.h"
#include "train/trainer.h"
#include <stdio.h>
#include <string.h>

static void describe(const lk_trainer *t, lk_checkpoint_info *info) {
  const lk_plan *plan = lk_dataset_plan(t->dataset);
  info->shape = t->table->shape;
  info->step = t->step;
  info->epoch = t->step / lk_plan_steps_per_epoch(plan);
  info->tokens = lk_plan_documents_before(plan, t->step) * t->config->model_block;
  info->seed = t->config->seed;
  info->corpus_sha256 = *lk_dataset_sha256(t->dataset);
  info->corpus_characters = lk_dataset_characters(t->dataset);
  info->corpus_documents = plan->documents;
  snprintf(info->build, sizeof info->build, "lockstep %s, gcc %s, %s, %s", LOCKSTEP_VERSION,
           __VERSION__, lk_blas_description(), lk_kernels_instruction_set());
}

static lk_status write_checkpoint(const lk_trainer *t) {
  lk_checkpoint c = {.vocabulary = (lk_vocabulary *)lk_dataset_vocabulary(t->dataset),
                     .table = t->table,
                     .values = t->values,
                     .m = t->m,
                     .v = t->v};
  describe(t, &c.info);
  LK_TRY(lk_config_hash(t->config, &c.info.config_hash));
  LK_TRY(lk_config_emit(t->config, &c.info.config));
  lk_status status = lk_run_save(t->run, &c);
  lk_checkpoint_info_clear(&c.info);
  return status;
}

static int is_due(const lk_trainer *t) {
  uint64_t every = t->config->checkpoint_every;
  return t->step == t->steps || (every && t->step % every == 0);
}

static lk_status log_step(lk_trainer *t, lk_progress *progress, const lk_metrics *metrics) {
  if (!t->run) return LK_OK;
  lk_progress_show(progress, metrics);
  return lk_run_log(t->run, metrics);
}

lk_status lk_trainer_run(lk_trainer *trainer) {
  lk_progress progress;
  lk_metrics metrics;
  lk_progress_begin(&progress, trainer->step, trainer->steps, trainer->config->log_seconds);
  while (trainer->step < trainer->steps) {
    LK_TRY(lk_trainer_step(trainer, &metrics));
    lk_status logged = log_step(trainer, &progress, &metrics);
    if (logged != LK_OK) lk_world_abort(trainer->world, logged);
    if (is_due(trainer)) /* rank 0 writes, the others wait for its verdict */
      LK_TRY(
          lk_world_agree(trainer->world, trainer->run ? write_checkpoint(trainer) : LK_OK));
  }
  return LK_OK;
}
