/* What comes before a trainer: checks, the machine, the same settings on all ranks, and the
 * model that training starts from. */
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/share.h"
#include "train/trainer.h"

static lk_status check(const lk_world *world, const lk_config *config, lk_task task,
                       lk_trainer_purpose purpose) {
  LK_TRY(lk_world_check_launcher(world));
  LK_TRY(lk_trainer_check_machine(config, lk_world_local_size(world)));
  LK_TRY(lk_trainer_check_recipe(config, purpose));
  return lk_trainer_check_files(config, task);
}

static lk_status set_up_machine(const lk_world *world, const lk_config *config,
                                lk_task task, lk_trainer_purpose purpose) {
  int first, count;
  LK_TRY(check(world, config, task, purpose));
  lk_kernels_select((lk_kernels)config->kernels);
  LK_TRY(lk_products_select((lk_product_library)config->products,
                            lk_config_origin(config, "products")));
  LK_TRY(lk_blas_set_threads((int)config->threads));
  return lk_world_shards(world, (int)config->shards, &first, &count);
}

static lk_status check_init(lk_config *config, const lk_checkpoint *init) {
  if (config->init_weights && !init->info.has_average)
    return lk_fail(LK_USAGE,
                   "%s: init=%s keeps no running mean (ema) of its parameters; leave "
                   "init_weights out",
                   lk_config_origin(config, "init_weights"), config->init);
  return lk_config_adopt_shape(config, &init->info.shape, config->init);
}

/* All ranks: before a run directory is opened, for its config has the model's shape. */
static lk_status open_init(lk_world *world, lk_config *config, lk_checkpoint **init) {
  lk_watchdog_phase(lk_world_watchdog(world), 0, "reading a checkpoint", LK_USES_FILES);
  LK_TRY(lk_checkpoint_open_shared(world, config->init, init));
  return lk_world_agree(world, check_init(config, *init));
}

lk_status lk_trainer_begin(lk_world *world, lk_config *config, lk_task task,
                           lk_trainer_purpose purpose, lk_checkpoint **init) {
  *init = NULL;
  LK_TRY(lk_world_agree(world, set_up_machine(world, config, task, purpose)));
  LK_TRY(lk_trainer_agree_on_start(world, config, task));
  if (purpose != LK_TO_PROBE) lk_watchdog_limit(world, config->watchdog);
  return *config->init ? open_init(world, config, init) : LK_OK;
}
