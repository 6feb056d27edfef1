/* How fast a rank computes, before it is known what it is to compute. Private to src/train.
 */
#ifndef LOCKSTEP_TRAIN_SPEED_H
#define LOCKSTEP_TRAIN_SPEED_H

#include "lockstep/config.h"
#include "lockstep/world.h"

/* All ranks, all at the same time, since those of a host share its memory and power: the
 * packs a second that this rank computes, forward and backward, of one block of the
 * config's model on invented tokens. Takes about a second, or as long as a rank needs for
 * five packs. Fails on all ranks alike. */
lk_status lk_speed_measure(lk_world *world, const lk_config *config, double *speed);

#endif
