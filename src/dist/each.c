/* The numbers of all ranks, one rank after the other, through a window of fixed size. */
#include "dist/world.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <string.h>

/* Where all numbers have room in it, they come at once: at a pair a shard, up to 3,072
 * shards; others in parts. Both have as many bytes as Open MPI still gathers (50,000) or
 * adds up (10,000) in O(log P) messages a rank: larger ones go around a ring, in P. */
enum { WINDOW = 6144, PART = 1248 };

lk_status lk_world_make_window(lk_world *world) {
  assert(!world->window);
  return world->size > 1 ? LK_NEW(world->window, WINDOW) : LK_OK;
}

/* A part of all ranks' numbers, `count` of each: numbers start … end-1, rank 0's first. */
typedef struct {
  size_t count, start, end;
} stretch;

/* Only this rank's: of the others there are zeros. */
static void fill_window(const lk_world *world, const double *mine, const stretch *s) {
  size_t own = (size_t)world->rank * s->count, from = own, to = own + s->count;
  memset(world->window, 0, (s->end - s->start) * sizeof *mine);
  if (from < s->start) from = s->start;
  if (to > s->end) to = s->end;
  if (from < to)
    memcpy(world->window + (from - s->start), mine + (from - own),
           (to - from) * sizeof *mine);
}

static void hand_out(const lk_world *world, const stretch *s, lk_take_numbers take,
                     void *context) {
  for (size_t at = s->start; at < s->end;) {
    size_t first = at % s->count, part = s->count - first;
    if (part > s->end - at) part = s->end - at;
    assert(at / s->count < (size_t)world->size);
    take(context, (int)(at / s->count), first, world->window + (at - s->start), part);
    at += part;
  }
}

lk_status lk_world_each(lk_world *world, const double *mine, size_t count,
                        lk_take_numbers take, void *context) {
  size_t all = (size_t)world->size * count;
  stretch s = {.count = count, .end = all};
  if (world->size == 1 && count > 0) take(context, 0, 0, mine, count);
  if (world->size == 1 || count == 0) return LK_OK;
  if (all <= WINDOW) {
    LK_TRY(lk_mpi_gather(world->circle, mine, (int)(count * sizeof *mine), world->window));
    hand_out(world, &s, take, context);
    return LK_OK;
  }
  for (; s.start < all; s.start = s.end) {
    s.end = all - s.start < PART ? all : s.start + PART;
    fill_window(world, mine, &s);
    LK_TRY(lk_world_unite(world, world->window, 2 * (s.end - s.start)));
    hand_out(world, &s, take, context);
  }
  return LK_OK;
}

typedef struct {
  double *sums;
  size_t columns;
} table;

static void add_numbers(void *context, int rank, size_t first, const double *numbers,
                        size_t count) {
  const table *t = context;
  (void)rank;
  for (size_t i = 0; i < count; i++)
    t->sums[(first + i) % t->columns] += numbers[i];
}

lk_status lk_world_add_rows(lk_world *world, const double *mine, size_t count, int columns,
                            double *sums) {
  table t = {sums, (size_t)columns};
  assert(columns > 0 && count % t.columns == 0);
  return lk_world_each(world, mine, count, add_numbers, &t);
}
