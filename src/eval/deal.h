/* Work dealt out in fixed groups, so that its results have the same bits on any number of
 * ranks: group g is rank g mod P's. */
#ifndef LOCKSTEP_EVAL_DEAL_H
#define LOCKSTEP_EVAL_DEAL_H

#include "lockstep/world.h"

/* How many of so many groups this rank has: rank + P·i, for each i below it. */
size_t lk_deal_count(const lk_world *world, size_t groups);

/* All ranks: `mine` holds this rank's results, `size` doubles a group; `all` (groups, size)
 * gets those of every group, on every rank. */
lk_status lk_deal_collect(lk_world *world, const double *mine, size_t groups, size_t size,
                          double *all);

#endif
