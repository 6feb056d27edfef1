#include "eval/deal.h"
#include "lockstep/memory.h"
#include <string.h>

size_t lk_deal_count(const lk_world *world, size_t groups) {
  size_t rank = (size_t)lk_world_rank(world), ranks = (size_t)lk_world_size(world);
  return groups > rank ? (groups - rank - 1) / ranks + 1 : 0;
}

/* Where a round's groups go: the ranks' groups follow each other. */
typedef struct {
  double *to;
  size_t size, groups; /* of this round */
} deal_round;

static void take_group(void *context, int rank, size_t first, const double *numbers,
                       size_t count) {
  const deal_round *r = context;
  if ((size_t)rank < r->groups)
    memcpy(r->to + (size_t)rank * r->size + first, numbers, count * sizeof *numbers);
}

/* A group of every rank at a time: what is held meanwhile does not grow with the groups. */
lk_status lk_deal_collect(lk_world *world, const double *mine, size_t groups, size_t size,
                          double *all) {
  size_t ranks = (size_t)lk_world_size(world), held = lk_deal_count(world, groups);
  double *own = NULL;
  lk_status status = lk_world_agree(world, LK_NEW(own, size));
  for (size_t i = 0; i * ranks < groups && status == LK_OK; i++) {
    size_t first = i * ranks, left = groups - first;
    deal_round next = {all + first * size, size, left < ranks ? left : ranks};
    if (i < held) memcpy(own, mine + i * size, size * sizeof *own);
    status = lk_world_each(world, own, size, take_group, &next);
  }
  lk_free(own);
  return status;
}
