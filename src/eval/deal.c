#include "eval/deal.h"
#include "lockstep/memory.h"

size_t lk_deal_count(const lk_world *world, size_t groups) {
  size_t rank = (size_t)lk_world_rank(world), ranks = (size_t)lk_world_size(world);
  return groups > rank ? (groups - rank - 1) / ranks + 1 : 0;
}

/* A group's results on their way from `mine` of its rank to rank 0, which has room for
 * those of one. */
typedef struct {
  lk_world *world;
  double *mine, *room;
  size_t size;
} collection;

/* Rank 0 and the group's own, no other. */
static lk_status fetch(const collection *c, size_t group, double **results) {
  size_t rank = (size_t)lk_world_rank(c->world), ranks = (size_t)lk_world_size(c->world);
  size_t from = group % ranks;
  *results = from == rank ? c->mine + group / ranks * c->size : c->room;
  if (rank != 0 && rank != from) return LK_OK;
  return lk_world_hand(c->world, (int)from, 0, *results, c->size * sizeof **results);
}

/* What rank 0 makes of a group may fail: the others send theirs all the same. */
static lk_status collect(const collection *c, size_t groups, lk_take_group take,
                         void *context) {
  lk_status taken = LK_OK;
  for (size_t group = 0; group < groups; group++) {
    double *results;
    LK_TRY(fetch(c, group, &results));
    if (lk_world_rank(c->world) == 0 && taken == LK_OK)
      taken = take(context, group, results);
  }
  return lk_world_agree(c->world, taken);
}

lk_status lk_deal_collect(lk_world *world, double *mine, size_t groups, size_t size,
                          lk_take_group take, void *context) {
  collection c = {world, mine, NULL, size};
  int takes = lk_world_rank(world) == 0;
  LK_TRY(lk_world_agree(world, takes ? LK_NEW(c.room, size) : LK_OK));
  lk_status status = collect(&c, groups, take, context);
  lk_free(c.room);
  return status;
}
