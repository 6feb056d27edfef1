#include "eval/deal.h"
#include "lockstep/memory.h"
#include <string.h>

size_t lk_deal_count(const lk_world *world, size_t groups) {
  size_t rank = (size_t)lk_world_rank(world), ranks = (size_t)lk_world_size(world);
  return groups > rank ? (groups - rank - 1) / ranks + 1 : 0;
}

/* A group of every rank at a time: what is held meanwhile does not grow with the groups. */
lk_status lk_deal_collect(lk_world *world, const double *mine, size_t groups, size_t size,
                          double *all) {
  size_t ranks = (size_t)lk_world_size(world), held = lk_deal_count(world, groups);
  double *round, *own = NULL;
  lk_status status = LK_NEW(round, ranks * size);
  if (status == LK_OK) status = LK_NEW(own, size);
  status = lk_world_agree(world, status);
  for (size_t i = 0; i * ranks < groups && status == LK_OK; i++) {
    size_t first = i * ranks, count = groups - first < ranks ? groups - first : ranks;
    if (i < held) memcpy(own, mine + i * size, size * sizeof *own);
    status = lk_world_gather(world, own, (int)size, round);
    memcpy(all + first * size, round, count * size * sizeof *all);
  }
  lk_free(own);
  lk_free(round);
  return status;
}
