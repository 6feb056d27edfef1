/* A whole run over all ranks. */
#ifndef LOCKSTEP_TRAINING_H
#define LOCKSTEP_TRAINING_H

#include "lockstep/linkage.h"
#include "lockstep/trainer.h"

LK_C_BEGIN

/* LK_USAGE when the config lacks what a run needs: files of the objective and of the probe,
 * the run directory. Not collective. */
lk_status lk_train_check(const lk_config *config, lk_task task);

/* All ranks: opens data and run directory, goes on from the run's checkpoint, starts from
 * config->init or from initial parameters, and makes steps until the run is complete, with
 * metrics, progress, checkpoints, dev scores and probes. config is completed in place with
 * the shape of `init`'s model. LK_STOPPED when it was asked to stop. Fails on all ranks
 * alike. */
lk_status lk_train(lk_world *world, lk_config *config, lk_task task);

LK_C_END

#endif
