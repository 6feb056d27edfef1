/* The parts, worked off by threads. Private to src/prepare. */
#ifndef LOCKSTEP_PREPARE_WORK_H
#define LOCKSTEP_PREPARE_WORK_H

#include "prepare/plan.h"

/* Makes the files of those of the plan's parts that are this rank's and not there yet, or
 * damaged; a pipe's is rank 0's. Says how far it is from time to time, on rank 0.
 * LK_STOPPED after a signal; else the failure of the first part that failed. Not
 * collective. */
lk_status lk_prepare_work(const lk_prepare_plan *plan, int rank, int ranks);

/* All ranks: opens the plan's folder and makes all parts. */
lk_status lk_prepare_parts(lk_world *world, lk_prepare_plan *plan);

/* Rank 0, at the end: what is done stays only where the same command can go on. */
void lk_prepare_end(const lk_prepare_plan *plan, lk_status status);

#endif
