/* How often checkpoints are written where the config leaves that to the run. It changes no
 * bits, for checkpoints do not. Private to src/train. */
#ifndef LOCKSTEP_TRAIN_PACE_H
#define LOCKSTEP_TRAIN_PACE_H

#include "lockstep/config.h"
#include "lockstep/world.h"

typedef struct {
  uint64_t due;    /* the next checkpoint is written after this step, at the latest … */
  uint64_t last;   /* … and the last one was after this one; 0: none was */
  int is_measured; /* checkpoint_every is auto */
  double mtbf;     /* of the run, in seconds */
  double held;     /* seconds for which checkpoints have held training up since the start */
  int count;       /* … so many of them */
  uint64_t first;  /* step of the start */
  uint64_t said;   /* the interval that was said last, in steps; 0: none */
} lk_pace;

/* All ranks: when the first checkpoint is due in a run that goes on after `step`. */
lk_status lk_pace_begin(lk_pace *pace, lk_world *world, const lk_config *config,
                        uint64_t step);

/* What rank 0 has measured at a checkpoint: seconds since the start, for which this one
 * held training up, and that writing the last one took beside training, or 0. */
typedef struct {
  double elapsed, held, beside;
} lk_pace_facts;

/* All ranks, after the checkpoint of `step`: when the next one is due, by rank 0's facts,
 * which says so where that is news. */
lk_status lk_pace_adapt(lk_pace *pace, lk_world *world, const lk_config *config,
                        uint64_t step, const lk_pace_facts *facts);

#endif
