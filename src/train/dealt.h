/* Arrays that are dealt out over the ranks, to a checkpoint and back, a piece at a time. */
#ifndef LOCKSTEP_TRAIN_DEALT_H
#define LOCKSTEP_TRAIN_DEALT_H

#include "lockstep/holding.h"
#include "lockstep/store.h"
#include "lockstep/world.h"

/* Without sites each rank holds a part of every array. With sites its ranks hold all of a
 * site's arrays, and of what all sites have in common all ranks hold all. */
typedef struct {
  lk_world *world;           /* not owned, as all here */
  const lk_holding *holding; /* of every array */
  int sites;                 /* 0: there are none */
  int here, ranks;           /* sites of a rank, and ranks of a site: one of them is 1 */
  float *held[LK_GROUPS * LK_MOST_SITES]; /* by group; NULL: nothing of it */
} lk_dealt;

/* All ranks: rank 0 writes, by `write`, a checkpoint whose moments and mean are dealt out,
 * from a source that asks all for what they hold. Its outcome is rank 0's alone. */
lk_status lk_dealt_save(const lk_dealt *dealt,
                        lk_status (*write)(void *context, lk_checkpoint_source source),
                        void *context);

/* All ranks: all `count` numbers of a group, on those ranks where `to` is not NULL. */
lk_status lk_dealt_gather(const lk_dealt *dealt, lk_group group, uint64_t count, float *to);

/* All ranks: each gets what it holds of a group's numbers, of any site's, which rank 0
 * reads from its open checkpoint. Fails on all alike. */
lk_status lk_dealt_load(const lk_dealt *dealt, const lk_checkpoint *checkpoint,
                        lk_group group);

#endif
