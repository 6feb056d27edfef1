/* Which batches of the plan a step takes. */
#include "lockstep/batching.h"
#include "train/trainer.h"

/* Jobs of their own that take batches in turn. */
static uint64_t groups_of(const lk_config *config) {
  return *config->sync_meet ? config->sync_groups : 1;
}

uint64_t lk_trainer_batches(const lk_trainer *trainer, uint64_t steps) {
  const lk_batching batching = lk_batching_of(trainer->config);
  return lk_batching_batches(&batching, steps) * groups_of(trainer->config);
}

uint64_t lk_trainer_steps_for(const lk_trainer *trainer, uint64_t batches) {
  const lk_batching batching = lk_batching_of(trainer->config);
  uint64_t groups = groups_of(trainer->config);
  return lk_batching_steps(&batching, (batches + groups - 1) / groups);
}

uint64_t lk_trainer_step_batches(const lk_trainer *trainer) {
  const lk_batching batching = lk_batching_of(trainer->config);
  return lk_batching_batches(&batching, trainer->step + 1) -
         lk_batching_batches(&batching, trainer->step);
}

uint64_t lk_trainer_batch(const lk_trainer *trainer, uint64_t k) {
  const lk_config *c = trainer->config;
  return lk_trainer_batches(trainer, trainer->step) + k * groups_of(c) +
         (*c->sync_meet ? c->sync_group : 0);
}
