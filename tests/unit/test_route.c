/* What ranks send each other for a sum, with all ranks played by this process: every world
 * gets the bits of the tree as it is defined, and sends no more than it must. */
#include "dist/route.h"
#include "lockstep/balance.h"
#include "lockstep/memory.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_RANKS = 96, MOST_STARTS = 1025, COUNT = 2000, QUEUE = 32 };

typedef struct {
  lk_stretch span;
  float numbers[COUNT];
} message;

/* One rank's arrays, and where it stands on its route. */
typedef struct {
  lk_route *route;
  int arrays, stage, has_sent;
  float *array[LK_MOST_WHOLE], landing[COUNT];
} player;

static player players[MOST_RANKS];
static message *queue[MOST_RANKS][MOST_RANKS][QUEUE]; /* by sender and receiver */
static int queued[MOST_RANKS][MOST_RANKS];
static int starts[MOST_STARTS];
static lk_layout layout;
static size_t count, sent;

/* Either sign and magnitudes from 2^-8 to 2^8: every order of adding rounds in its own way.
 */
static float value(int shard, size_t element) {
  uint32_t bits = (uint32_t)element * 1024 + (uint32_t)shard;
  bits = (bits ^ bits >> 16) * 0x85ebca6bu;
  bits = (bits ^ bits >> 13) * 0xc2b2ae35u;
  bits ^= bits >> 16;
  uint32_t number = (bits & 0x807fffffu) | (119 + (bits & 15)) << 23;
  float result;
  memcpy(&result, &number, sizeof result);
  return result;
}

/* The tree's definition, written as it is defined. */
static float tree_sum(int first, int span, size_t element) {
  if (span == 1) return value(first, element);
  return tree_sum(first, span / 2, element) + tree_sum(first + span / 2, span / 2, element);
}

static void set_up_rank(int rank) {
  lk_node whole[LK_MOST_WHOLE];
  player *p = &players[rank];
  *p = (player){.arrays = lk_count_whole(layout, rank, whole)};
  assert_int_equal(lk_route_create(&p->route, layout, rank, count), LK_OK);
  for (int i = 0; i < p->arrays; i++) {
    int size = 1 << whole[i].level;
    assert_int_equal(LK_NEW(p->array[i], COUNT), LK_OK);
    for (size_t e = 0; e < count; e++)
      p->array[i][e] = tree_sum(whole[i].index * size, size, e);
  }
}

static void tear_down_rank(player *p) {
  lk_route_free(p->route);
  for (int i = 0; i < p->arrays; i++)
    lk_free(p->array[i]);
}

static float *place(player *p, const lk_move *move) {
  return move->array == LK_LANDING ? p->landing + move->landing
                                   : p->array[move->array] + move->span.first;
}

static void send(int rank, const lk_move *move) {
  message *m = NULL;
  int *used = &queued[rank][move->peer];
  assert_int_equal(LK_NEW(m, 1), LK_OK);
  m->span = move->span;
  memcpy(m->numbers, place(&players[rank], move), move->span.count * sizeof(float));
  assert_in_range(*used, 0, QUEUE - 1);
  queue[rank][move->peer][(*used)++] = m;
  sent += move->span.count;
}

/* Both ends of a message mean the same elements. */
static void receive(int rank, const lk_move *move) {
  message **first = queue[move->peer][rank], *m = *first;
  assert_int_equal(m->span.first, move->span.first);
  assert_int_equal(m->span.count, move->span.count);
  memcpy(place(&players[rank], move), m->numbers, m->span.count * sizeof(float));
  lk_free(m);
  memmove(first, first + 1, (size_t)--queued[move->peer][rank] * sizeof(message *));
}

static void add(player *p, const lk_move *move) {
  const float *from = place(p, move);
  for (size_t i = 0; i < move->span.count; i++)
    p->array[0][move->span.first + i] += from[i];
}

/* What is being sent is not written to meanwhile. */
static void check_overlap(const lk_route *route, const lk_stage *stage) {
  for (int i = stage->begin; i < stage->end; i++)
    for (int j = stage->begin; j < stage->end; j++) {
      const lk_move *in = &route->moves[i], *out = &route->moves[j];
      if (in->kind == LK_RECEIVE && out->kind == LK_SEND && in->array == out->array)
        assert_int_equal(lk_stretch_common(in->span, out->span).count, 0);
    }
}

/* Nonzero: everything that the stage awaits is there. */
static int can_end(int rank, const lk_stage *stage) {
  for (int i = stage->begin; i < stage->end; i++) {
    const lk_move *move = &players[rank].route->moves[i];
    if (move->kind == LK_RECEIVE && !queued[move->peer][rank]) return 0;
  }
  return 1;
}

static void do_moves(int rank, const lk_stage *stage, lk_move_kind kind) {
  player *p = &players[rank];
  for (int i = stage->begin; i < stage->end; i++) {
    const lk_move *move = &p->route->moves[i];
    if (move->kind != kind) continue;
    if (kind == LK_SEND) send(rank, move);
    if (kind == LK_RECEIVE) receive(rank, move);
    if (kind == LK_ADD) add(p, move);
  }
}

/* Nonzero: it came further, up to stage `end`. */
static int advance(int rank, int end) {
  player *p = &players[rank];
  if (p->stage == end) return 0;
  const lk_stage *stage = &p->route->stages[p->stage];
  if (!p->has_sent) do_moves(rank, stage, LK_SEND);
  int ends = can_end(rank, stage), moved = !p->has_sent || ends;
  p->has_sent = !ends;
  if (!ends) return moved;
  check_overlap(p->route, stage);
  do_moves(rank, stage, LK_RECEIVE);
  do_moves(rank, stage, LK_ADD);
  p->stage++;
  return moved;
}

/* All ranks, until none can go on: then all must be through. */
static void play(int gathering) {
  int moved;
  do {
    moved = 0;
    for (int r = 0; r < layout.ranks; r++) {
      const lk_route *route = players[r].route;
      moved |= advance(r, gathering ? route->stages_used : route->scattering);
    }
  } while (moved);
  for (int r = 0; r < layout.ranks; r++) {
    const lk_route *route = players[r].route;
    assert_int_equal(players[r].stage, gathering ? route->stages_used : route->scattering);
    for (int peer = 0; peer < layout.ranks; peer++)
      assert_int_equal(queued[peer][r], 0);
  }
}

static void check_span(const player *p, lk_stretch span) {
  for (size_t e = span.first; e < span.first + span.count; e++) {
    float expected = tree_sum(0, layout.shards, e);
    assert_memory_equal(&p->array[0][e], &expected, sizeof expected);
  }
}

/* The spans that the ranks own make up the array, and hold its sum. */
static void check_scattered(void) {
  size_t owned = 0;
  for (int r = 0; r < layout.ranks; r++) {
    lk_stretch own = players[r].route->own;
    for (int other = 0; other < r; other++)
      assert_int_equal(lk_stretch_common(own, players[other].route->own).count, 0);
    assert_int_equal(own.count ? own.first % lk_layout_grain(layout) : 0, 0);
    check_span(&players[r], own);
    owned += own.count;
  }
  assert_int_equal(owned, count);
}

/* Each partial sum but the last moves once at least. */
static size_t least_sent(void) {
  size_t sums = 0;
  for (int r = 0; r < layout.ranks; r++)
    sums += (size_t)players[r].arrays;
  return (sums - 1) * count;
}

/* Of the ranks' shards by `starts`. Sends at most so many percent of what such a sum must.
 */
static void play_layout(int shards, int ranks, size_t floats, size_t grain,
                        size_t percent) {
  layout = (lk_layout){shards, ranks, starts, grain};
  count = floats;
  sent = 0;
  for (int r = 0; r < ranks; r++)
    set_up_rank(r);
  play(0);
  check_scattered();
  assert_true(sent * 100 <= percent * least_sent());
  sent = 0;
  play(1);
  assert_true(sent * 100 <= percent * (size_t)(ranks - 1) * count);
  for (int r = 0; r < ranks; r++) {
    check_span(&players[r], (lk_stretch){0, count});
    tear_down_rank(&players[r]);
  }
}

/* Dealt evenly, nothing moves twice. */
static void play_world(int shards, int ranks, size_t floats, size_t grain) {
  lk_balance_shards(NULL, shards, ranks, starts);
  play_layout(shards, ranks, floats, grain, 100);
  assert_int_equal(sent, (size_t)(ranks - 1) * count);
}

static void test_every_small_world(void **state) {
  (void)state;
  for (int shards = 1; shards <= 32; shards *= 2)
    for (int ranks = 1; ranks <= shards; ranks++) {
      play_world(shards, ranks, 130, 0);
      play_world(shards, ranks, 500, 32);
    }
}

static void test_large_worlds(void **state) {
  (void)state;
  play_world(256, 86, COUNT, 0);
  play_world(256, 96, COUNT, 0);
  play_world(128, 65, 999, 0);
  play_world(512, 3, 1000, 0);
  play_world(256, 7, 1, 0);
  play_world(64, 64, 0, 0);
}

/* Of 16 shards each border between two may be one between ranks. */
static void test_every_partition(void **state) {
  enum { SHARDS = 16 };
  (void)state;
  for (unsigned borders = 0; borders < 1u << (SHARDS - 1); borders += 23) {
    int ranks = 0;
    for (int shard = 0; shard < SHARDS; shard++)
      if (shard == 0 || borders >> (shard - 1) & 1) starts[ranks++] = shard;
    starts[ranks] = SHARDS;
    play_layout(SHARDS, ranks, 130, 0, 125);
  }
}

/* Of many shards, by rates from 1 to 100. */
static void test_partitions_by_rates(void **state) {
  double rates[MOST_RANKS];
  (void)state;
  srand(1);
  for (int draw = 0; draw < 20; draw++) {
    int ranks = 1 + rand() % MOST_RANKS, shards = 128 << rand() % 3;
    for (int r = 0; r < ranks; r++)
      rates[r] = 1 + rand() % (1 + rand() % 100);
    lk_balance_shards(rates, shards, ranks, starts);
    play_layout(shards, ranks, 700, draw % 2 ? 0 : 32, 125);
  }
}

/* Powers of two: a message in and one out at each of log2(P) levels up and down. */
static void test_powers_of_two(void **state) {
  (void)state;
  for (int levels = 1; levels <= 7; levels++) {
    lk_route *route;
    lk_layout world = {256, 1 << levels, starts, 0};
    lk_balance_shards(NULL, world.shards, world.ranks, starts);
    for (int rank = 0; rank < world.ranks; rank++) {
      assert_int_equal(lk_route_create(&route, world, rank, 131072), LK_OK);
      assert_int_equal(route->stages_used, 2 * levels);
      assert_int_equal(route->messages, 2);
      assert_int_equal(route->landing, 65536);
      lk_route_free(route);
    }
  }
}

/* What a rank does for a piece grows with log2 of V and P, and so does what it holds. */
static void test_bounds(void **state) {
  (void)state;
  for (int shards = 1, levels = 0; shards <= 1024; shards *= 2, levels++)
    for (int ranks = 1; ranks <= shards; ranks += 1 + ranks / 8) {
      lk_layout world = {shards, ranks, starts, 0};
      lk_node whole[LK_MOST_WHOLE];
      lk_route *route;
      int rank = (ranks - 1) / 2;
      lk_balance_shards(NULL, shards, ranks, starts);
      assert_int_equal(lk_route_create(&route, world, rank, 131072), LK_OK);
      assert_in_range(route->moves_used, 0, 12 * levels);
      assert_in_range(route->messages, 0, 8);
      assert_in_range(route->landing, 0, 131072);
      assert_in_range(lk_count_whole(world, rank, whole), 1, 2 * levels + 1);
      lk_route_free(route);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_small_world), cmocka_unit_test(test_large_worlds),
      cmocka_unit_test(test_every_partition),   cmocka_unit_test(test_partitions_by_rates),
      cmocka_unit_test(test_powers_of_two),     cmocka_unit_test(test_bounds)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
