/* How shards are dealt by rates: nobody deals them better, which all ways there are show,
 * where there are few. */
#include "lockstep/balance.h"
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST_RANKS = 1024 };

static int starts[MOST_RANKS + 1];
static double rates[MOST_RANKS];

static double slowest(int ranks) {
  double most = 0;
  for (int r = 0; r < ranks; r++) {
    double time = (starts[r + 1] - starts[r]) / rates[r];
    if (time > most) most = time;
  }
  return most;
}

/* Of all ways to deal `shards` to ranks r … ranks-1, one at least to each. */
static double best_of_all(int r, int ranks, int shards) {
  double best = DBL_MAX;
  if (r == ranks) return shards ? DBL_MAX : 0;
  for (int mine = 1; mine <= shards - (ranks - r - 1); mine++) {
    double rest = best_of_all(r + 1, ranks, shards - mine), time = mine / rates[r];
    if (time < rest) time = rest;
    if (time < best) best = time;
  }
  return best;
}

static void check_starts(int shards, int ranks) {
  assert_int_equal(starts[0], 0);
  assert_int_equal(starts[ranks], shards);
  for (int r = 0; r < ranks; r++)
    assert_true(starts[r] < starts[r + 1]);
}

static void draw_rates(int ranks) {
  for (int r = 0; r < ranks; r++)
    rates[r] = rand() % 4 ? 1 + rand() % 16 : (1 + rand() % 1000) / 97.0;
}

static void test_best_of_all(void **state) {
  (void)state;
  srand(1);
  for (int shards = 1; shards <= 10; shards++)
    for (int ranks = 1; ranks <= shards; ranks++)
      for (int draw = 0; draw < 40; draw++) {
        draw_rates(ranks);
        lk_balance_shards(rates, shards, ranks, starts);
        check_starts(shards, ranks);
        assert_true(slowest(ranks) == best_of_all(0, ranks, shards));
      }
}

static void test_even(void **state) {
  (void)state;
  for (int shards = 1; shards <= 64; shards *= 2)
    for (int ranks = 1; ranks <= shards; ranks++) {
      lk_balance_shards(NULL, shards, ranks, starts);
      check_starts(shards, ranks);
      for (int r = 0; r < ranks; r++)
        assert_int_equal(starts[r], r * shards / ranks);
    }
}

/* A list of shares is kept as it is; as rates of other shards it is scaled. */
static void test_shares(void **state) {
  const double shares[] = {3, 9, 1, 2, 1}, equal[] = {1, 1, 1, 1};
  const int kept[] = {0, 3, 12, 13, 15, 16}, half[] = {0, 1, 5, 6, 7, 8};
  (void)state;
  lk_balance_shards(shares, 16, 5, starts);
  assert_memory_equal(starts, kept, sizeof kept);
  lk_balance_shards(shares, 8, 5, starts);
  assert_memory_equal(starts, half, sizeof half);
  lk_balance_shards(equal, 6, 4, starts); /* who is left over are the last */
  assert_int_equal(starts[1], 2);
  assert_int_equal(starts[2], 4);
}

/* A rank in ten of half the speed. */
static void test_many_ranks(void **state) {
  (void)state;
  for (int r = 0; r < MOST_RANKS; r++)
    rates[r] = r % 10 ? 2 : 1;
  lk_balance_shards(rates, 32768, MOST_RANKS, starts);
  check_starts(32768, MOST_RANKS);
  for (int r = 0; r < MOST_RANKS; r++)
    assert_in_range(starts[r + 1] - starts[r], r % 10 ? 33 : 16, r % 10 ? 34 : 17);
  assert_true(lk_balance_excess(rates, MOST_RANKS, starts) < 0.02);
}

/* 8 shards for speeds of 2 and 1: a rank would have 5⅓ of them. */
static void test_excess(void **state) {
  const double speeds[] = {2, 1};
  (void)state;
  lk_balance_shards(speeds, 8, 2, starts);
  assert_int_equal(starts[1], 6);
  assert_true(lk_balance_excess(speeds, 2, starts) == 3 * 3 / 8.0 - 1);
  lk_balance_shards(speeds, 6, 2, starts);
  assert_int_equal(starts[1], 4);
  assert_true(lk_balance_excess(speeds, 2, starts) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_best_of_all), cmocka_unit_test(test_even),
      cmocka_unit_test(test_shares), cmocka_unit_test(test_many_ranks),
      cmocka_unit_test(test_excess)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
