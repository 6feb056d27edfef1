/* The attention experiments against closed forms, written here once more. */
#include "lockstep/lab.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { EXPERIMENTS = 6, SAMPLES = 2000 };
enum { WEIGHTS, COPY, SUBSPACE, AVERAGE, FRAGILE, MULTIHEAD };

static lk_report measure(int which, int n, double m, int samples, uint64_t seed) {
  int count;
  lk_report report;
  const lk_experiment *experiment = lk_lab_experiments(&count)[which];
  lk_lab_settings settings = experiment->defaults;
  assert_int_equal(count, EXPERIMENTS);
  settings.seed = seed;
  if (n) settings.n = n;
  if (m > 0) settings.m = m;
  if (samples) settings.samples = samples;
  assert_int_equal(lk_lab_run(experiment, &settings, &report), LK_OK);
  assert_true(report.table_count > 0 && report.picture_count == 1);
  assert_true(strlen(report.sentence) > 20);
  return report;
}

static int tear_down(void **state) {
  (void)state;
  return lk_allocations_alive() != 0;
}

static void near(double found, double expected, double tolerance) {
  if (!(fabs(found - expected) <= tolerance))
    fail_msg("%.17g is not %.17g within %g", found, expected, tolerance);
}

/* A share of SAMPLES draws: 5 standard deviations. */
static void near_share(double found, double expected) {
  near(found, expected, 5 * sqrt(expected * (1 - expected) / SAMPLES) + 1e-9);
}

#define AT(column) lk_table_at(table, row, column)

/* Sums of n numbers: n roundings. */
static void weights_are_a_distribution_at_any_scale(void **state) {
  (void)state;
  for (int n = 2; n <= 50; n += 48) {
    lk_report report = measure(WEIGHTS, n, 0, 1000, 1);
    const lk_table *table = report.tables[0];
    near(lk_table_at(table, 0, "scale"), 1e-3, 1e-12);
    near(lk_table_at(table, table->rows - 1, "scale"), 1e4, 1e-6);
    for (int row = 0; row < table->rows; row++) {
      assert_true(AT("bad") == 0 && AT("float_bad") == 0 && AT("draws") == 1000);
      assert_true(AT("smallest") >= 0);
      near(AT("sum_error"), 0, n * 0x1p-52);
      near(AT("float_sum_error"), 0, n * 0x1p-23);
    }
    near(lk_table_at(table, 0, "mean_largest"), 1.0 / n, 1e-4);
    lk_report_clear(&report);
  }
}

/* The weight of the others within 1e-11 of itself; the output below the bound. */
static void a_gap_copies_one_value(void **state) {
  (void)state;
  for (int n = 2; n <= 30; n += 14) {
    lk_report report = measure(COPY, n, 40, 20, 1);
    const lk_table *table = report.tables[0];
    for (int row = 0; row < table->rows; row++) {
      double gap = AT("gap"), bound = (n - 1) * exp(-gap);
      double others = (n - 1) / (exp(gap) + n - 1);
      near(gap, row * 2.5, 1e-12);
      near(AT("bound") / bound, 1, 1e-12);
      near(AT("others") / others, 1, 1e-11);
      assert_true(AT("error") <= bound * (1 + 1e-11) + 4e-16);
      assert_true(AT("error_random") <= bound * (1 + 1e-11) + 4e-16);
      assert_true(AT("error_float") <= bound * (1 + 1e-3) + 1e-6);
    }
    lk_report_clear(&report);
  }
}

/* Within 1e-12; the leak within 1e-12 of the cosine. */
static void orthogonal_subspaces_come_apart(void **state) {
  (void)state;
  lk_report report = measure(SUBSPACE, 0, 0, 5, 3);
  const lk_table *table = report.tables[0];
  assert_true(table->rows == 7);
  for (int row = 0; row < table->rows; row++)
    near(AT("error"), 0, 1e-12);
  table = report.tables[1];
  for (int row = 0; row < table->rows; row++)
    near(AT("error"), cos(AT("angle") * M_PI / 180), 1e-12);
  near(lk_table_at(table, 0, "angle"), 90, 0);
  near(lk_table_at(table, table->rows - 1, "angle"), 0, 0);
  lk_report_clear(&report);
}

/* Weights within 1e-12, the output within the others' weight. */
static void two_equal_products_average(void **state) {
  (void)state;
  lk_report report = measure(AVERAGE, 300, 0, 2, 1);
  const lk_table *table = report.tables[0];
  near(lk_table_at(table, 0, "n"), 4, 0);
  near(lk_table_at(table, table->rows - 1, "n"), 300, 0);
  for (int row = 0; row < table->rows; row++) {
    double n = AT("n"), m = AT("m"), whole = 2 * exp(m) + n - 2;
    near(AT("exact"), exp(m) / whole, 1e-15);
    near(AT("alpha_a"), exp(m) / whole, 1e-12);
    near(AT("bound"), (n - 2) / whole, 1e-15);
    assert_true(AT("error") <= (n - 2) / whole + 1e-12);
  }
  lk_report_clear(&report);
}

static double fragile_weight(double m, double e, int n) {
  return exp(m * e) / (exp(m * e) + exp(m) + n - 2);
}

/* P(weight < limit): the weight grows with e, so look for the e that gives it. */
static double fragile_share(double limit, double m, int n) {
  double low = -20, high = 20;
  for (int i = 0; i < 100; i++) {
    double e = (low + high) / 2;
    *(fragile_weight(m, e, n) < limit ? &low : &high) = e;
  }
  return erfc(-(low - 1) / sqrt(2 * 0.5)) / 2; /* variance 1/2 */
}

/* Every sample within 1e-5, what √a = 1e-8 allows; shares within 5 standard deviations. */
static void a_key_of_random_length_flips(void **state) {
  (void)state;
  lk_report report = measure(FRAGILE, 10, 20, SAMPLES, 1);
  const lk_table *table = report.tables[0], *samples = report.tables[3];
  for (int row = 0; row < table->rows; row++) {
    double m = AT("m");
    near_share(AT("low"), fragile_share(0.1, m, 10));
    near_share(AT("high"), 1 - fragile_share(0.9, m, 10));
    near_share(AT("flip"), fragile_share(0.5, m, 10));
    near(AT("low_exact"), fragile_share(0.1, m, 10), 1e-9);
    near(AT("high_exact"), 1 - fragile_share(0.9, m, 10), 1e-9);
    near(AT("off_exact"), 0, 1e-5);
  }
  assert_string_equal(samples->name, "fragile-samples");
  double away = 0;
  for (int row = 0; row < samples->rows; row++) {
    double e = lk_table_at(samples, row, "e"), found = lk_table_at(samples, row, "m_20");
    near(found, fragile_weight(20, e, 10), 1e-5);
    away += fabs(found - e / (1 + e)) > 0.2;
  }
  assert_true(away > 0.5 * samples->rows); /* e/(1+e) does not hold */
  lk_report_clear(&report);
}

/* The standard deviation of 2000 draws within 8 %. */
static void equal_small_noise_leaves_the_average(void **state) {
  (void)state;
  lk_report report = measure(FRAGILE, 10, 20, SAMPLES, 1);
  const lk_table *table = report.tables[1];
  for (int row = 0; row < table->rows; row++) {
    if (AT("a") > 1e-5) continue;
    near(AT("mean"), 0.5, 5 * 20 * sqrt(AT("a")) / 2 / sqrt(SAMPLES) + 1e-8);
    near(AT("sd") / (20 * sqrt(AT("a")) / 2), 1, 0.08);
  }
  lk_report_clear(&report);
}

static double two_heads_weight(double m, int n) {
  enum { STEPS = 40000 };
  double sum = 0;
  for (int i = 0; i < STEPS; i++) { /* midpoints */
    double e = 1 + 6 * (2 * (i + 0.5) / STEPS - 1);
    sum += exp(-(e - 1) * (e - 1)) / (1 + (n - 1) * exp(-m * e));
  }
  return sum * 12 / STEPS / sqrt(M_PI) / 2 + 0.5 / (exp(m) + n - 1);
}

static void two_heads_average(void **state) {
  (void)state;
  lk_report report = measure(MULTIHEAD, 10, 60, SAMPLES, 1);
  const lk_table *table = report.tables[0];
  for (int row = 0; row < table->rows; row++) {
    double exact = two_heads_weight(AT("m"), 10);
    near(AT("two_a_exact"), exact, 1e-4);
    near(AT("two_a"), exact, 5 * AT("two_sd") / sqrt(SAMPLES));
    near_share(AT("fail"), 0.0786496035);
    near(AT("fail_exact"), 0.0786496035, 1e-10);
    assert_true(AT("fail_weight") <= 0.1 + 1e-6); /* 1/n */
  }
  int row = table->rows - 1;
  near(AT("two_a") + AT("two_b"), 1, 0.1);
  assert_true(AT("spread_two") < 0.3 && AT("spread_one") > 0.9);
  assert_true(AT("spread_right") < AT("spread_two"));
  lk_report_clear(&report);
}

static void results_depend_on_the_seed_alone(void **state) {
  (void)state;
  for (int i = 0; i < EXPERIMENTS; i++) {
    lk_report first = measure(i, 4, 0, 50, 1), again = measure(i, 4, 0, 50, 1),
              other = measure(i, 4, 0, 50, 2);
    const lk_table *a = first.tables[0], *b = again.tables[0], *c = other.tables[0];
    size_t size = (size_t)(a->rows * a->column_count) * sizeof *a->values;
    assert_memory_equal(a->values, b->values, size);
    assert_memory_not_equal(a->values, c->values, size);
    lk_report_clear(&first);
    lk_report_clear(&again);
    lk_report_clear(&other);
  }
}

/* No overflow at the ends of the ranges: every weight and error is a number. */
static void extremes_stay_finite(void **state) {
  (void)state;
  static const double extremes[] = {1e-9, LK_LAB_MOST_M};
  static const char *const finite[EXPERIMENTS] = {"sum_error", "others",    "error",
                                                  "alpha_a",   "low_exact", "two_a_exact"};
  for (int i = 0; i < EXPERIMENTS; i++)
    for (int k = 0; k < 2; k++) {
      lk_report report = measure(i, 2, extremes[k], 2, 1);
      const lk_table *table = report.tables[0];
      for (int row = 0; row < table->rows; row++)
        assert_true(isfinite(AT(finite[i])));
      lk_report_clear(&report);
    }
}

static void settings_out_of_range_are_refused(void **state) {
  (void)state;
  const lk_lab_settings wrong[] = {
      {1, 10, 10, 1},  {-5, 10, 10, 1},  {LK_LAB_MOST_KEYS + 1, 10, 10, 1},
      {4, 0, 10, 1},   {4, -1, 10, 1},   {4, INFINITY, 10, 1},
      {4, NAN, 10, 1}, {4, 1e10, 10, 1}, {4, 10, 1, 1}};
  int count;
  lk_report report;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    for (int k = WEIGHTS + 1; k < EXPERIMENTS; k++) { /* weights has no m */
      assert_int_equal(lk_lab_run(lk_lab_experiments(&count)[k], &wrong[i], &report),
                       LK_USAGE);
      assert_non_null(strstr(lk_message(), "must be"));
      lk_report_clear(&report);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights_are_a_distribution_at_any_scale),
      cmocka_unit_test(a_gap_copies_one_value),
      cmocka_unit_test(orthogonal_subspaces_come_apart),
      cmocka_unit_test(two_equal_products_average),
      cmocka_unit_test(a_key_of_random_length_flips),
      cmocka_unit_test(equal_small_noise_leaves_the_average),
      cmocka_unit_test(two_heads_average),
      cmocka_unit_test(results_depend_on_the_seed_alone),
      cmocka_unit_test(extremes_stay_finite),
      cmocka_unit_test(settings_out_of_range_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, tear_down);
}
