/* Whom the watchdog takes for lost, with a clock that the tests set. */
#include "dist/watchdog.h"
#include "lockstep/memory.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { RANKS = 3, LIMIT = 60 };

static lk_world world;
static lk_peer peers[RANKS];
static lk_watchdog watchdog;

/* All ranks are heard, and make step `step` since time 0. */
static void set_up_ranks(uint64_t step, lk_activity activity) {
  memset(peers, 0, sizeof peers);
  watchdog = (lk_watchdog){.world = &world,
                           .size = RANKS,
                           .seconds = LIMIT,
                           .peers = peers,
                           .known = RANKS,
                           .self = peers};
  for (int r = 0; r < RANKS; r++) {
    peers[r].rank = r;
    peers[r].fd = -1;
    peers[r].watched = r != 0;
    peers[r].last = (lk_beat){.rank = r,
                              .step = step,
                              .activity = activity,
                              .phase = "computing",
                              .host = "here"};
  }
}

/* A beat of every rank: it has moved or not, and waits or not. */
static void beat(double now, uint64_t step, int moves, int waiting) {
  for (int r = 0; r < RANKS; r++) {
    lk_beat next = peers[r].last;
    next.step = step;
    next.moves += (uint64_t)moves;
    next.waiting = waiting;
    lk_watchdog_take(&watchdog, &peers[r], &next, now);
  }
}

/* What the judge says at this time, in a process that it may end; "" when it says nothing.
 */
static const char *judge(double now) {
  static char said[1024];
  int ends[2], status;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (!child) {
    dup2(ends[1], STDERR_FILENO);
    lk_watchdog_judge(&watchdog, now);
    _exit(0);
  }
  close(ends[1]);
  ssize_t length = read(ends[0], said, sizeof said - 1);
  said[length > 0 ? length : 0] = '\0';
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(WEXITSTATUS(status), *said ? LK_STOPPED : 0);
  return said;
}

static void assert_says(double now, const char *part) {
  const char *said = judge(now);
  if (!strstr(said, part)) print_message("said: %s\n", said);
  assert_non_null(strstr(said, part));
}

static void assert_silent(double now) {
  assert_string_equal(judge(now), "");
}

/* Steps of two seconds, then one that goes on and on although its kernels begin. */
static void test_step_without_end(void **state) {
  (void)state;
  set_up_ranks(1, LK_MAKES_STEPS);
  for (int i = 1; i <= 10; i++)
    beat(2 * i, 1 + (uint64_t)i, 1, 0);
  beat(20 + 10 * LIMIT - 1, 11, 1, 0);
  assert_silent(20 + 10 * LIMIT - 1);
  beat(20 + 10 * LIMIT + 1, 11, 1, 0);
  assert_says(20 + 10 * LIMIT + 1,
              "lockstep: rank 0 on here, last seen in step 11 computing, has computed for "
              "601 s without an end, and no step took more than 2 s; ending all ranks");
}

/* Where steps take minutes, a long one is no fault. */
static void test_long_steps_have_longer(void **state) {
  (void)state;
  set_up_ranks(1, LK_MAKES_STEPS);
  beat(100, 2, 1, 0);
  beat(200, 3, 1, 0);
  beat(200 + 2999, 3, 1, 0);
  assert_silent(200 + 2999);
  beat(200 + 3001, 3, 1, 0);
  assert_says(200 + 3001, "without an end, and no step took more than 100 s");
}

/* Of the first step nothing is known, but a kernel has an end. */
static void test_first_step(void **state) {
  (void)state;
  set_up_ranks(1, LK_MAKES_STEPS);
  beat(599 * LIMIT, 1, 1, 0);
  assert_silent(599 * LIMIT);
  beat(601 * LIMIT, 1, 1, 0);
  assert_says(601 * LIMIT, "has computed for 36060 s without an end; ending");
  set_up_ranks(1, LK_MAKES_STEPS);
  beat(11 * LIMIT, 1, 0, 0);
  assert_says(11 * LIMIT, "has computed for 660 s without an end; ending");
}

/* Commands that compute without steps only have to go on from kernel to kernel. */
static void test_phases_without_steps(void **state) {
  (void)state;
  set_up_ranks(0, LK_COMPUTES);
  beat(5000 * LIMIT, 0, 1, 0);
  assert_silent(5000 * LIMIT);
  beat(5011 * LIMIT, 0, 0, 0);
  assert_says(5011 * LIMIT, "last seen computing, has computed for 660 s without an end");
}

/* Reading a huge corpus, waiting for a person. */
static void test_patience(void **state) {
  (void)state;
  set_up_ranks(0, LK_USES_FILES);
  beat(1000 * LIMIT, 0, 0, 0);
  assert_silent(1000 * LIMIT);
  set_up_ranks(0, LK_TAKES_ITS_TIME);
  beat(1000 * LIMIT, 0, 0, 0);
  peers[1].last.waiting = 1;
  assert_silent(1000 * LIMIT);
  peers[0].last.activity = LK_COMPUTES;
  assert_says(1000 * LIMIT, "rank 0 on here, last seen computing, has made no progress for "
                            "60000 s, and others wait for it");
}

static void test_deadlock_and_silence(void **state) {
  (void)state;
  set_up_ranks(5, LK_TAKES_ITS_TIME);
  beat(1, 5, 1, 1);
  beat(LIMIT, 5, 0, 1);
  assert_silent(LIMIT);
  beat(LIMIT + 2, 5, 0, 1);
  assert_says(LIMIT + 2, "all ranks wait for each other");
  set_up_ranks(5, LK_MAKES_STEPS);
  peers[0].heard = peers[1].heard = LIMIT + 1;
  assert_says(LIMIT + 1, "rank 2 on here, last seen in step 5 computing, has been silent");
}

/* Of a rank that made no progress before it was stopped nobody knows that it still makes
 * none. */
static void test_stopped_while_slow(void **state) {
  (void)state;
  set_up_ranks(5, LK_MAKES_STEPS);
  beat(LIMIT * 0.6, 5, 0, 0);
  peers[0].heard = peers[0].moved = LIMIT * 1.05;
  peers[1].heard = peers[1].moved = LIMIT * 1.05;
  peers[1].last.waiting = 1;
  assert_silent(LIMIT * 1.05);
  peers[0].heard = peers[1].heard = LIMIT * 1.7;
  assert_says(LIMIT * 1.7,
              "rank 2 on here, last seen in step 5 computing, has been silent");
  set_up_ranks(5, LK_MAKES_STEPS);
  beat(LIMIT * 1.05, 5, 0, 0);
  peers[0].moved = peers[1].moved = LIMIT;
  peers[1].last.waiting = 1;
  assert_says(LIMIT * 1.05, "rank 2 on here, last seen in step 5 computing, has made no");
}

/* A host's name comes from outside. */
static void test_names_are_shown(void **state) {
  (void)state;
  set_up_ranks(5, LK_MAKES_STEPS);
  strcpy(peers[2].last.host, "h\033[2J");
  peers[0].heard = peers[1].heard = LIMIT + 1;
  assert_null(strchr(judge(LIMIT + 1), '\033'));
}

/* How the ranks stand, as rank 0 hears of them, and only it. */
static void test_states_are_told(void **state) {
  (void)state;
  lk_rank_state states[RANKS], told[RANKS];
  set_up_ranks(7, LK_MAKES_STEPS);
  watchdog.interval = 1;
  watchdog.states = states;
  watchdog.slow = 1;
  pthread_mutex_init(&watchdog.state_lock, NULL);
  beat(100, 7, 1, 0);
  peers[2].last.waiting = 1;
  peers[2].last.waited = 33;
  lk_watchdog_publish(&watchdog, 101);
  assert_int_equal(lk_watchdog_ranks(&watchdog, told, RANKS), RANKS);
  assert_int_equal(told[0].condition, LK_RANK_WORKS);
  assert_int_equal(told[1].condition, LK_RANK_SLOW);
  assert_int_equal(told[2].condition, LK_RANK_WAITS);
  assert_true(told[2].waited == 33 && told[2].step == 7 && told[2].silent == 1);
  assert_string_equal(told[2].host, "here");
  assert_string_equal(told[2].phase, "computing");
  peers[2].left = 1;
  lk_watchdog_publish(&watchdog, 106);
  lk_watchdog_ranks(&watchdog, told, RANKS);
  assert_int_equal(told[1].condition, LK_RANK_SILENT);
  assert_int_equal(told[2].condition, LK_RANK_LEFT);
  watchdog.rank = 1;
  assert_int_equal(lk_watchdog_ranks(&watchdog, told, RANKS), 0);
  assert_int_equal(lk_watchdog_ranks(NULL, told, RANKS), 0);
  pthread_mutex_destroy(&watchdog.state_lock);
}

/* Rank 1 leads rank 2, of which rank 0 hears through it alone, over a link. */
static lk_peer leaders[RANKS];
static lk_beat out[RANKS];
static lk_watchdog leader;

static void set_up_levels(int ends[2]) {
  set_up_ranks(7, LK_MAKES_STEPS);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  for (int r = 1; r < RANKS; r++)
    peers[r].below = 1;
  peers[2].watched = 0;
  memcpy(leaders, peers, sizeof peers);
  leader = watchdog;
  leader.rank = 1;
  leader.peers = leaders;
  leader.self = &leaders[1];
  leader.up = &leaders[0];
  leader.up->watched = leaders[2].watched = 1;
  leaders[1].below = 0;
  leader.up->out = out;
  leader.up->room = RANKS;
  leader.up->fd = ends[1];
  peers[1].fd = ends[0];
}

/* The leader hears of rank 2 or not, and tells, or not. */
static void tell(double now, int hears, int tells) {
  lk_beat next = leaders[2].last;
  next.moves++;
  if (hears) lk_watchdog_take(&leader, &leaders[2], &next, now);
  next = leaders[1].last;
  next.moves++;
  lk_watchdog_take(&leader, leader.self, &next, now);
  if (tells) lk_link_send(&leader, leader.up, LK_BEAT, 0, now);
  lk_link_receive(&watchdog, &peers[1], now);
}

static void close_levels(const int ends[2]) {
  close(ends[0]);
  close(ends[1]);
}

/* Whoever is silent is named, not its leader, and long before it is. */
static void test_silence_is_told(void **state) {
  int ends[2];
  (void)state;
  set_up_levels(ends);
  tell(1, 1, 1);
  assert_true(peers[1].heard == 1 && peers[2].heard == 1);
  assert_int_equal(peers[2].last.moves, 1);
  tell(1 + LIMIT, 0, 1);
  assert_silent(1 + LIMIT);
  tell(3 + LIMIT, 0, 1);
  assert_true(peers[2].heard == 1);
  assert_says(3 + LIMIT, "rank 2 on here, last seen in step 7 computing, has been silent");
  close_levels(ends);
}

/* Where a leader is silent it is named, not those below it, of which nothing is heard. */
static void test_silent_leader(void **state) {
  int ends[2];
  (void)state;
  set_up_levels(ends);
  tell(1, 1, 1);
  tell(2, 0, 1);
  tell(2 + LIMIT, 1, 0);
  assert_silent(2 + LIMIT);
  assert_says(3 + LIMIT, "rank 1 on here, last seen in step 7 computing, has been silent");
  close_levels(ends);
}

/* A death is told, and an end that is none. */
static void test_ends_are_told(void **state) {
  int ends[2];
  (void)state;
  set_up_levels(ends);
  leaders[2].closed = 1;
  tell(2, 0, 1);
  assert_silent(2);
  assert_says(3, "rank 2 on here, last seen in step 7 computing, died");
  close_levels(ends);
  set_up_levels(ends);
  leaders[2].left = 1;
  tell(2, 0, 1);
  assert_true(peers[2].left);
  peers[0].moved = 3 + LIMIT;
  tell(3 + LIMIT, 0, 1);
  assert_silent(3 + LIMIT);
  close_levels(ends);
}

/* Those above speak first: three seconds for each level. */
static void test_levels_speak_by_turns(void **state) {
  (void)state;
  set_up_ranks(7, LK_MAKES_STEPS);
  watchdog.teams.levels = 3;
  watchdog.teams.own = 1;
  watchdog.suspected = LIMIT + 1;
  peers[0].heard = peers[1].heard = LIMIT + 1;
  assert_silent(LIMIT + 6.9);
  assert_says(LIMIT + 7.1,
              "rank 2 on here, last seen in step 7 computing, has been silent");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_step_without_end),
                                     cmocka_unit_test(test_long_steps_have_longer),
                                     cmocka_unit_test(test_first_step),
                                     cmocka_unit_test(test_phases_without_steps),
                                     cmocka_unit_test(test_patience),
                                     cmocka_unit_test(test_stopped_while_slow),
                                     cmocka_unit_test(test_deadlock_and_silence),
                                     cmocka_unit_test(test_names_are_shown),
                                     cmocka_unit_test(test_states_are_told),
                                     cmocka_unit_test(test_silence_is_told),
                                     cmocka_unit_test(test_silent_leader),
                                     cmocka_unit_test(test_ends_are_told),
                                     cmocka_unit_test(test_levels_speak_by_turns)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
