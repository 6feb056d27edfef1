/* Which shards are whose. */
#include "dist/world.h"
#include "lockstep/balance.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

lk_status lk_world_deal_by(lk_world *world, const double *rates) {
  size_t size = (size_t)world->size;
  lk_free(world->rates);
  world->rates = NULL;
  if (!rates) return LK_OK;
  LK_TRY(LK_NEW(world->rates, size));
  memcpy(world->rates, rates, size * sizeof *rates);
  return LK_OK;
}

lk_status lk_world_deal(const lk_world *world, int shards, int **starts) {
  *starts = NULL;
  if (world->size > shards)
    return lk_fail(
        LK_USAGE,
        "%d ranks cannot share %d shards; start at most %d ranks or raise `shards`",
        world->size, shards, shards);
  LK_TRY(LK_NEW(*starts, (size_t)world->size + 1));
  lk_balance_shards(world->rates, shards, world->size, *starts);
  return LK_OK;
}

lk_status lk_world_shards(const lk_world *world, int shards, int *first, int *count) {
  int *starts;
  LK_TRY(lk_world_deal(world, shards, &starts));
  *first = starts[world->rank];
  *count = starts[world->rank + 1] - *first;
  assert(*count > 0);
  lk_free(starts);
  return LK_OK;
}

lk_status lk_world_most_shards(const lk_world *world, int shards, int *most) {
  int *starts;
  *most = 0;
  LK_TRY(lk_world_deal(world, shards, &starts));
  for (int r = 0; r < world->size; r++)
    if (starts[r + 1] - starts[r] > *most) *most = starts[r + 1] - starts[r];
  lk_free(starts);
  return LK_OK;
}
