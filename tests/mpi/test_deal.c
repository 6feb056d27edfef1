/* Results of groups that are dealt out come to rank 0, on this many ranks: 1 2 3 5 */
#include "check.h"
#include "eval/deal.h"
#include "lockstep/memory.h"

enum { SIZE = 3 }; /* numbers a group */

static double number_of(size_t group, size_t i) {
  return 1000.0 * (double)group + (double)i + 0.25;
}

/* What rank 0 has taken, and what it refuses. */
typedef struct {
  size_t taken, refused;
} taking;

static lk_status take(void *context, size_t group, const double *results) {
  taking *t = context;
  CHECK(lk_world_rank(world) == 0 && group == t->taken++); /* in order, each once */
  for (size_t i = 0; i < SIZE; i++)
    CHECK(results[i] == number_of(group, i));
  return group == t->refused ? lk_fail(LK_BAD_DATA, "group %zu is refused", group) : LK_OK;
}

/* All ranks: each has the results of its own groups alone. */
static lk_status collect(size_t groups, taking *t) {
  size_t rank = (size_t)lk_world_rank(world), ranks = (size_t)lk_world_size(world);
  size_t held = 0;
  double *mine = NULL;
  CHECK(LK_NEW(mine, lk_deal_count(world, groups) * SIZE) == LK_OK);
  for (size_t group = rank; group < groups; group += ranks, held++)
    for (size_t i = 0; i < SIZE; i++)
      mine[held * SIZE + i] = number_of(group, i);
  CHECK(held == lk_deal_count(world, groups));
  lk_status status = lk_deal_collect(world, mine, groups, SIZE, take, t);
  lk_free(mine);
  return status;
}

static void test_all_come(void) {
  for (size_t groups = 0; groups <= 11; groups++) {
    taking t = {.refused = groups};
    CHECK(collect(groups, &t) == LK_OK);
    CHECK(t.taken == (lk_world_rank(world) ? 0 : groups));
  }
}

/* All ranks learn of it, and nobody waits for ever. */
static void test_refusal(void) {
  for (size_t group = 0; group < 7; group++) {
    taking t = {.refused = group};
    CHECK(collect(7, &t) == LK_BAD_DATA);
    CHECK(t.taken == (lk_world_rank(world) ? 0 : group + 1));
  }
}

int main(int argc, char **argv) {
  int any = 1;
  if (lk_world_create(&world, &argc, &argv) != LK_OK) return 1;
  test_all_come();
  test_refusal();
  if (lk_world_any(world, failures, &any) != LK_OK) any = 1;
  lk_world_free(world);
  return any;
}
