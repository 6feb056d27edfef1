/* Work dealt out in fixed groups, so that its results have the same bits on any number of
 * ranks: group g is rank g mod P's. */
#ifndef LOCKSTEP_EVAL_DEAL_H
#define LOCKSTEP_EVAL_DEAL_H

#include "lockstep/world.h"

/* How many of so many groups this rank has: rank + P·i, for each i below it. */
size_t lk_deal_count(const lk_world *world, size_t groups);

/* Makes something of a group's results, which are gone afterwards. */
typedef lk_status (*lk_take_group)(void *context, size_t group, const double *results);

/* All ranks: `mine` holds this rank's results, `size` doubles a group, and is only read.
 * Rank 0 alone takes those of all groups, one group after the other, and has room for one:
 * what a rank holds does not grow with P. All fail as `take` does. */
lk_status lk_deal_collect(lk_world *world, double *mine, size_t groups, size_t size,
                          lk_take_group take, void *context);

#endif
