/* A checkpoint that goes from the run directory of one rank into that of another. Private
 * to src/train. */
#ifndef LOCKSTEP_TRAIN_ERRAND_H
#define LOCKSTEP_TRAIN_ERRAND_H

#include "lockstep/run.h"
#include "lockstep/world.h"

/* From rank `from`, whose run is the source, to rank `to`, whose run is the target; each is
 * NULL on other ranks. Both may be one rank. */
typedef struct {
  int from, to;
  lk_run *source, *target; /* not owned */
  uint64_t step;           /* that the checkpoint is of: alike on all ranks */
} lk_errand;

/* All ranks: the same file, whole and verified, or none. Fails on all ranks alike, as
 * lk_run_begin_arrival and lk_run_end_arrival, or LK_NO_INPUT where it cannot be read. */
lk_status lk_errand_run(lk_world *world, const lk_errand *errand);

#endif
