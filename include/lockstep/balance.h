/* How many of V shards each rank has: evenly, or as fast as it is. */
#ifndef LOCKSTEP_BALANCE_H
#define LOCKSTEP_BALANCE_H

#include "lockstep/linkage.h"

LK_C_BEGIN

/* Rank r's shards are starts[r] … starts[r+1] - 1 of V, starts[P + 1]; 1 <= P <= V. Every
 * question of which rank has a shard is answered from these.
 *
 * rates NULL: evenly, floor(r·V/P) … Else rates[P] > 0 are shards a time that the ranks
 * compute: each has at least one, and the largest of count / rate, the time of the rank
 * that all wait for, is as small as any whole numbers make it. For that the next shard is
 * always the rank's that would have computed all of its own the soonest, of several the
 * lowest one's, as D'Hondt deals seats to parties (exact, for the time of each rank only
 * grows with its shards). (V - P)·P steps. Not collective; the same numbers give the same
 * shards everywhere. */
void lk_balance_shards(const double *rates, int shards, int ranks, int *starts);

/* How much longer the slowest rank takes than parts of shards would let it, as a share: 0
 * where every rank has exactly what its rate asks for. */
double lk_balance_excess(const double *rates, int ranks, const int *starts);

LK_C_END

#endif
