/* Counts of intervals: as a search through their ends finds them, whoever counted what. */
#include "lockstep/histogram.h"
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 20000 };

static float values[COUNT];

/* Of all sizes, zeros and both ends of intervals among them. */
static int make_values(void **state) {
  (void)state;
  srand(7);
  for (int i = 0; i < COUNT; i++) {
    double size = ldexp(1 + rand() / (double)RAND_MAX, rand() % 90 - 60);
    values[i] = (float)(rand() % 2 ? size : -size);
    if (i % 50 == 0)
      values[i] = (float)lk_histogram_limit(rand() % (LK_HISTOGRAM_BINS - 1));
    if (i % 70 == 0) values[i] = 0;
  }
  return 0;
}

/* Nonzero when a value belongs to an interval: on both sides of zero the outer end is not
 * of it. */
static int is_in(double value, int bin) {
  double upper = lk_histogram_limit(bin),
         lower = bin ? lk_histogram_limit(bin - 1) : -DBL_MAX;
  int middle = bin == LK_HISTOGRAM_SIDE;
  if (middle) return value > lower && value < upper;
  return bin < LK_HISTOGRAM_SIDE ? value > lower && value <= upper
                                 : value >= lower && value < upper;
}

static void every_value_is_in_its_interval(void **state) {
  static lk_histogram counted;
  (void)state;
  lk_histogram_add(&counted, values, COUNT, 0.5);
  double count = 0, sum = 0, squares = 0;
  for (int bin = 0; bin < LK_HISTOGRAM_BINS; bin++) {
    double expected = 0;
    for (int i = 0; i < COUNT; i++)
      expected += is_in(0.5 * values[i], bin);
    assert_true(counted.bins[bin] == expected);
    assert_true(bin == 0 || lk_histogram_limit(bin) > lk_histogram_limit(bin - 1));
    count += expected;
  }
  for (int i = 0; i < COUNT; i++) {
    sum += 0.5 * values[i];
    squares += 0.25 * values[i] * values[i];
    assert_true(0.5 * values[i] >= counted.least && 0.5 * values[i] <= counted.most);
  }
  assert_true(count == COUNT && counted.count == COUNT);
  assert_true(fabs(counted.sum - sum) <= 1e-9 * fabs(sum));
  assert_true(fabs(counted.squares - squares) <= 1e-9 * squares);
}

static void parts_add_up(void **state) {
  static lk_histogram whole, parts, one, none;
  (void)state;
  lk_histogram_add(&whole, values, COUNT, 1);
  for (size_t first = 0, size = 1; first < COUNT; first += size, size *= 3) {
    if (size > COUNT - first) size = COUNT - first;
    memset(&one, 0, sizeof one);
    lk_histogram_add(&one, values + first, size, 1);
    lk_histogram_merge(&parts, &one);
    lk_histogram_merge(&parts, &none);
  }
  assert_memory_equal(parts.bins, whole.bins, sizeof whole.bins);
  assert_true(parts.count == whole.count && parts.least == whole.least &&
              parts.most == whole.most);
}

static void what_is_no_number_is_left_out(void **state) {
  static lk_histogram counted;
  const float odd[] = {NAN, INFINITY, -INFINITY, 3, FLT_MAX};
  (void)state;
  lk_histogram_add(&counted, odd, 5, 1);
  assert_true(counted.count == 2 && counted.least == 3 && counted.most == FLT_MAX);
  assert_true(counted.bins[LK_HISTOGRAM_BINS - 1] == 1); /* it holds what is beyond */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_value_is_in_its_interval),
      cmocka_unit_test(parts_add_up),
      cmocka_unit_test(what_is_no_number_is_left_out),
  };
  return cmocka_run_group_tests(tests, make_values, NULL);
}
