/* How fast messages between hosts are, by which sums are cut into pieces. */
#include "base/clock.h"
#include "dist/world.h"
#include "lockstep/memory.h"
#include <assert.h>

enum { TRIPS = 6, BURST = 32, LARGE = 1 << 18 /* bytes */ };

/* A rank and the one that it meets at the tree's root, the one with the most hosts between
 * them. */
typedef struct {
  lk_world *world;
  int first, second;
  char bytes[LARGE];
} pair;

static lk_status there_and_back(pair *p, int times, size_t size, double *seconds) {
  double start = lk_clock();
  for (int i = 0; i < times; i++)
    LK_TRY(lk_world_hand(p->world, p->first, p->second, p->bytes, size));
  LK_TRY(lk_world_hand(p->world, p->second, p->first, p->bytes, 1));
  *seconds = lk_clock() - start;
  return LK_OK;
}

/* Others may use links and processors meanwhile: the least counts. */
static lk_status time_trips(pair *p, int times, size_t size, double *least) {
  *least = 0;
  for (int i = 0; i < TRIPS; i++) {
    double seconds;
    LK_TRY(there_and_back(p, times, size, &seconds));
    if (i == 1 || seconds < *least) *least = seconds; /* the first one warms up */
  }
  return LK_OK;
}

static double above_zero(double seconds) {
  return seconds > 0 ? seconds : 0;
}

static lk_status time_pair(pair *p, lk_links *out) {
  double one, many, large;
  LK_TRY(time_trips(p, 1, 1, &one));
  LK_TRY(time_trips(p, 1 + BURST, 1, &many));
  LK_TRY(time_trips(p, 1, LARGE, &large));
  *out = (lk_links){.latency = one / 2,
                    .gap = above_zero(many - one) / BURST,
                    .byte = above_zero(large - one) / LARGE};
  return LK_OK;
}

enum { NUMBERS = sizeof(lk_links) / sizeof(double) };

/* Of each number the slowest pair's. */
static void keep_slowest(void *context, int rank, size_t first, const double *numbers,
                         size_t count) {
  double *slowest = context;
  (void)rank;
  for (size_t i = 0; i < count; i++)
    if (numbers[i] > slowest[first + i]) slowest[first + i] = numbers[i];
}

lk_status lk_world_time_links(lk_world *world) {
  int half = world->size / 2, rank = world->rank;
  lk_links mine = {0};
  pair *p = NULL;
  if (half == 0) return LK_OK;
  LK_TRY(lk_world_agree(world, LK_NEW(p, 1)));
  p->world = world;
  p->first = rank % half;
  p->second = p->first + half;
  lk_status status = rank < 2 * half ? time_pair(p, &mine) : LK_OK;
  lk_free(p);
  LK_TRY(status);
  world->links = (lk_links){0};
  return lk_world_each(world, &mine.latency, NUMBERS, keep_slowest, &world->links);
}

const lk_links *lk_world_links(const lk_world *world) {
  return &world->links;
}
