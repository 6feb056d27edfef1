/* How many batches of the plan a step takes, where they grow over a run (key
 * batch_doublings): 1 at first, then 2, 4, and so on, as often as it doubles. Pure
 * functions. */
#ifndef LOCKSTEP_BATCHING_H
#define LOCKSTEP_BATCHING_H

#include "lockstep/config.h"

LK_C_BEGIN

typedef struct {
  uint64_t batches;   /* between two doublings, as near as full steps come to them */
  uint64_t doublings; /* 0: every step takes one batch */
} lk_batching;

lk_batching lk_batching_of(const lk_config *config);

/* Batches that the first so many steps take. */
uint64_t lk_batching_batches(const lk_batching *batching, uint64_t steps);

/* The fewest steps that take so many batches. */
uint64_t lk_batching_steps(const lk_batching *batching, uint64_t batches);

LK_C_END

#endif
