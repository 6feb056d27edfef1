/* Numbers of shards that only who holds them knows. Private to src/train. */
#ifndef LOCKSTEP_TRAIN_BY_SHARD_H
#define LOCKSTEP_TRAIN_BY_SHARD_H

#include "lockstep/corpus.h"
#include "lockstep/world.h"

/* The number, below 2^53, of a shard that this rank holds. */
typedef uint64_t lk_number_of_shard(const void *context, int shard);

/* All ranks: numbers[slice.shards] of all shards, alike on all ranks. slice: this rank's.
 * world NULL: this process alone, which holds all shards. */
lk_status lk_by_shard(lk_world *world, lk_slice slice, lk_number_of_shard *of,
                      const void *context, uint64_t *numbers);

#endif
