/* Who computes how many shards: the config's `balance`. It changes no bits. Private to
 * src/train. */
#ifndef LOCKSTEP_TRAIN_BALANCE_H
#define LOCKSTEP_TRAIN_BALANCE_H

#include "lockstep/config.h"
#include "lockstep/world.h"

/* LK_USAGE unless it is even, measured, or numbers that make up all shards. */
lk_status lk_balance_check(const lk_config *config);

/* The shares of a world of so many ranks that the config lists, (*shares)[ranks], which the
 * caller owns (lk_free); NULL where it lists none. LK_USAGE: it lists other ranks'. */
lk_status lk_balance_listed(const lk_config *config, int ranks, double **shares);

/* All ranks, before any data is opened: shards are dealt as the config says, from now on.
 * Where that is by speed, ranks measure theirs, and rank 0 says what comes of it. */
lk_status lk_balance_world(lk_world *world, const lk_config *config);

#endif
