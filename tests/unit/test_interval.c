/* The interval between checkpoints: Daly's formula against values worked out by hand, and
 * what it says of the useful time against a simulation. */
#include "lockstep/interval.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const double hour = 3600, day = 86400, month = 30 * 86400;

static void assert_near(double one, double other, double most) {
  if (!(fabs(one - other) <= most)) fail_msg("%.17g and %.17g", one, other);
}

/* sqrt(2 300 86400) = 7200 (1 + 1/72 + 1/5184) - 300. */
static void test_values_of_the_formula(void **state) {
  (void)state;
  const lk_failures a_day = {.mtbf = day, .cost = 300};
  const lk_failures an_hour = {.mtbf = hour, .cost = 60};
  const lk_failures hopeless = {.mtbf = hour, .cost = 3 * hour};
  assert_near(lk_interval_best(&a_day), 7001.3889, 1e-3);
  assert_near(lk_interval_best(&an_hour), 617.8755, 1e-3);
  assert_near(lk_interval_best(&hopeless), hour, 0);
}

/* Without failures only the cost counts; a share is of something. */
static void test_what_is_useful(void **state) {
  (void)state;
  const lk_failures never = {.mtbf = 1e12, .cost = 10};
  const lk_failures always = {.mtbf = hour, .cost = 10, .restart = 10 * hour};
  assert_near(lk_interval_useful(&never, 90), 0.9, 1e-6);
  assert_true(lk_interval_useful(&always, hour) > 0);
  assert_true(lk_interval_useful(&always, hour) < 1e-4);
}

/* Failures that come sooner than a restart ends are no more than that. */
static void test_a_simulation_ends(void **state) {
  (void)state;
  const lk_failures always = {.mtbf = 5, .cost = 1, .restart = 36000};
  assert_true(lk_interval_simulate(&always, 5, month, 1) < 1e-4);
}

static const lk_failures kinds[] = {
    {.mtbf = 86400, .cost = 300, .restart = 600},
    {.mtbf = 14400, .cost = 20, .restart = 120},
    {.mtbf = 14400, .cost = 0.5, .latency = 20, .restart = 120},
    {.mtbf = 3600, .cost = 5, .latency = 30, .restart = 60},
    {.mtbf = 1800, .cost = 60, .restart = 300},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void test_no_other_interval_is_better(void **state) {
  (void)state;
  for (int i = 0; i < KINDS; i++) {
    double best = lk_interval_best(&kinds[i]);
    double most = lk_interval_useful(&kinds[i], best);
    for (double factor = 0.5; factor < 2; factor += 0.05)
      assert_true(lk_interval_useful(&kinds[i], factor * best) < most + 2e-4);
  }
}

static void test_a_simulation_agrees(void **state) {
  (void)state;
  for (int i = 0; i < KINDS; i++) {
    double best = lk_interval_best(&kinds[i]);
    for (double factor = 0.5; factor <= 2; factor *= 2) {
      double said = lk_interval_useful(&kinds[i], factor * best);
      double seen = lk_interval_simulate(&kinds[i], factor * best, 200 * month, 1);
      if (fabs(said - seen) > 0.004)
        fail_msg("kind %d: %.4f, simulated %.4f", i, said, seen);
    }
  }
}

/* 1,024 ranks on as many nodes, each of which fails every 150 days; parameters and moments
 * of 124 million are copied in half a second, written in ten, and two minutes pass until a
 * fault is noticed and all go on. */
static void test_a_month_of_1024_ranks(void **state) {
  (void)state;
  const lk_failures f = {
      .mtbf = 150 * day / 1024, .cost = 0.5, .latency = 10, .restart = 120};
  double best = lk_interval_best(&f), said = lk_interval_useful(&f, best);
  for (uint64_t seed = 1; seed <= 5; seed++) {
    double seen = lk_interval_simulate(&f, best, month, seed);
    print_message("a checkpoint every %.0f s: %.2f %% useful, simulated %.2f %%\n", best,
                  100 * said, 100 * seen);
    assert_true(seen >= 0.95);
    assert_near(seen, said, 0.01);
  }
}

/* The same seed is the same month. */
static void test_a_simulation_is_a_function(void **state) {
  (void)state;
  double one = lk_interval_simulate(&kinds[1], 300, month, 7);
  assert_near(one, lk_interval_simulate(&kinds[1], 300, month, 7), 0);
  assert_true(one != lk_interval_simulate(&kinds[1], 300, month, 8));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values_of_the_formula),
      cmocka_unit_test(test_what_is_useful),
      cmocka_unit_test(test_a_simulation_ends),
      cmocka_unit_test(test_no_other_interval_is_better),
      cmocka_unit_test(test_a_simulation_agrees),
      cmocka_unit_test(test_a_month_of_1024_ranks),
      cmocka_unit_test(test_a_simulation_is_a_function),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
