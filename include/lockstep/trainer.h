/* Training over all ranks: the state of a run and its steps. */
#ifndef LOCKSTEP_TRAINER_H
#define LOCKSTEP_TRAINER_H

#include "lockstep/dataset.h"
#include "lockstep/run.h"
#include "lockstep/world.h"

typedef struct lk_trainer lk_trainer;

/* All ranks: opens data and run directory, loads the checkpoint to resume or to start from,
 * or makes initial parameters. with_run 0: no run directory and nothing is resumed (bench).
 * Fails on all ranks alike. config is completed in place with the shape of `init`'s model
 * and must outlive the trainer. The caller owns *out: lk_trainer_free. */
lk_status lk_trainer_create(lk_trainer **out, lk_world *world, lk_config *config,
                            lk_task task, int with_run);

/* All ranks. */
void lk_trainer_free(lk_trainer *trainer);

/* All ranks: steps until the run is complete, with metrics, progress and checkpoints. */
lk_status lk_trainer_run(lk_trainer *trainer);

/* All ranks: one step. *metrics holds the same loss and norm on every rank. */
lk_status lk_trainer_step(lk_trainer *trainer, lk_metrics *metrics);

/* Steps done, steps of the whole run, and the model's table. */
uint64_t lk_trainer_steps_done(const lk_trainer *trainer);
uint64_t lk_trainer_steps(const lk_trainer *trainer);
const lk_parameters *lk_trainer_table(const lk_trainer *trainer);

/* Rows (N) and rows with loss (M) of this rank's packs in the last step, for counting work.
 */
void lk_trainer_last_rows(const lk_trainer *trainer, double *rows, double *target_rows);

#endif
