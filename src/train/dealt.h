/* Arrays that are dealt out over the ranks, to a checkpoint and back, a piece at a time. */
#ifndef LOCKSTEP_TRAIN_DEALT_H
#define LOCKSTEP_TRAIN_DEALT_H

#include "lockstep/holding.h"
#include "lockstep/store.h"
#include "lockstep/world.h"

typedef struct {
  lk_world *world;           /* not owned, as all here */
  const lk_holding *holding; /* of every array */
  float *held[LK_GROUPS];    /* NULL: not dealt out */
} lk_dealt;

/* All ranks: rank 0 writes, by `write`, a checkpoint whose moments and mean are dealt out,
 * from a source that asks all for what they hold. Its outcome is rank 0's alone. */
lk_status lk_dealt_save(const lk_dealt *dealt,
                        lk_status (*write)(void *context, lk_checkpoint_source source),
                        void *context);

/* All ranks: all `count` numbers of a group, on those ranks where `to` is not NULL. */
lk_status lk_dealt_gather(const lk_dealt *dealt, lk_group group, uint64_t count, float *to);

/* All ranks: each gets what it holds of a group's numbers, which rank 0 reads from its open
 * checkpoint. Fails on all alike. */
lk_status lk_dealt_load(const lk_dealt *dealt, const lk_checkpoint *checkpoint,
                        lk_group group);

#endif
