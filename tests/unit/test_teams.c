/* Whose watchdogs have links: few, and enough. */
#include "dist/watchdog_teams.h"
#include "lockstep/memory.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 300 };
static lk_teams teams[MOST];
static uint64_t hosts[MOST];

static void form(int P, int fan_out) {
  for (int r = 0; r < P; r++)
    assert_int_equal(lk_teams_create(&teams[r], hosts, P, r, fan_out), LK_OK);
}

static void release(int P) {
  for (int r = 0; r < P; r++)
    lk_teams_clear(&teams[r]);
}

static int has(int rank, int other, int bit) {
  return (teams[rank].known[other] & bit) != 0;
}

static int count(int P, int rank, int bit) {
  int found = 0;
  for (int r = 0; r < P; r++)
    found += has(rank, r, bit);
  return found;
}

static int leader_of(int rank) {
  return teams[rank].team[teams[rank].own - 1].member[0];
}

/* Both ends know of a link; a rank has one with its leader, which has it below; rank 0
 * leads all in so many steps. */
static void check_rank(int P, int rank, int fan_out) {
  const lk_teams *t = &teams[rank];
  int steps = 0;
  assert_int_equal(t->levels, teams[0].levels);
  assert_int_equal(t->turns, teams[0].turns);
  assert_in_range(t->own, 1, t->levels);
  assert_false(t->known[rank]);
  for (int r = 0; r < P; r++)
    assert_int_equal(has(rank, r, LK_IS_LINKED), has(r, rank, LK_IS_LINKED));
  assert_true(count(P, rank, LK_IS_LINKED) <= t->own * (fan_out - 1));
  for (int at = rank; at != 0; at = leader_of(at), steps++) {
    assert_true(has(at, leader_of(at), LK_IS_LINKED));
    assert_true(has(leader_of(at), rank, LK_IS_BELOW));
  }
  assert_true(steps <= t->levels);
}

static void check(int P, int fan_out) {
  form(P, fan_out);
  assert_int_equal(count(P, 0, LK_IS_BELOW), P - 1);
  for (int r = 0; r < P; r++)
    check_rank(P, r, fan_out);
  release(P);
}

static void test_one_host(void **state) {
  (void)state;
  for (int r = 0; r < MOST; r++)
    hosts[r] = 7;
  for (int P = 1; P < 70; P++) {
    check(P, 2);
    check(P, 3);
    check(P, LK_FAN_OUT);
  }
  check(MOST, LK_FAN_OUT);
}

/* In blocks, by turns, and at random. */
static void test_many_hosts(void **state) {
  (void)state;
  srandom(1);
  for (int way = 0; way < 3; way++)
    for (int P = 2; P <= MOST; P = P * 3 / 2) {
      for (int r = 0; r < P; r++)
        hosts[r] = (uint64_t)(way == 0 ? r / 8 : way == 1 ? r % 9 : random() % 20);
      check(P, 2);
      check(P, 8);
      check(P, LK_FAN_OUT);
    }
}

/* As long as ranks are few all hear of all, and a hub is on each of the first hosts. */
static void test_few_ranks(void **state) {
  const int hubs[] = {0, 3, 5, 1};
  (void)state;
  for (int r = 0; r < 6; r++)
    hosts[r] = r < 3 ? 1 : r < 5 ? 2 : 3;
  form(6, LK_FAN_OUT);
  assert_int_equal(teams[0].levels, 1);
  assert_memory_equal(teams[4].team[0].hub, hubs, sizeof hubs);
  assert_int_equal(count(6, 3, LK_IS_LINKED), 5);
  assert_int_equal(count(6, 4, LK_IS_LINKED), 4);
  assert_int_equal(count(6, 3, LK_IS_BELOW), 0);
  release(6);
}

/* Those of one host have links among themselves, and one of them with other hosts. */
static void test_hosts_leaders(void **state) {
  enum { P = 256, HOSTS = 16 };
  (void)state;
  for (int r = 0; r < P; r++)
    hosts[r] = (uint64_t)(r % HOSTS);
  form(P, LK_FAN_OUT);
  assert_int_equal(teams[0].levels, 2);
  for (int r = 0; r < P; r++)
    for (int other = 0; other < P; other++)
      if (r % HOSTS != other % HOSTS && has(r, other, LK_IS_LINKED))
        assert_true(r < HOSTS && other < HOSTS);
  assert_int_equal(leader_of(37), 5);
  release(P);
}

/* A thousand hosts, and a thousand ranks on one: no process has many links. */
static void test_a_thousand(void **state) {
  enum { P = 1024 };
  static uint64_t many[P];
  lk_teams first;
  (void)state;
  for (int apart = 0; apart <= 1; apart++) {
    int links = 0;
    for (int r = 0; r < P; r++)
      many[r] = apart ? (uint64_t)r : 0;
    assert_int_equal(lk_teams_create(&first, many, P, 0, LK_FAN_OUT), LK_OK);
    for (int r = 0; r < P; r++)
      links += (first.known[r] & LK_IS_LINKED) != 0;
    assert_int_equal(links, 62);
    lk_teams_clear(&first);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_host), cmocka_unit_test(test_many_hosts),
      cmocka_unit_test(test_few_ranks), cmocka_unit_test(test_hosts_leaders),
      cmocka_unit_test(test_a_thousand)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
