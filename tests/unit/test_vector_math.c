/* The vector exp and erf that the fast kernels are compiled with, against double over the
 * range where the result is a normal number. libmvec states 4 units in the last place. */
#include "base/error_function.h"
#include "base/exponential.h"
#include "base/vector.h"
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 4096, UNITS = 4 };
static float x[COUNT], y[COUNT];

LK_CLONES static void exponentials(float *restrict to, const float *restrict from) {
  for (int i = 0; i < COUNT; i++)
    to[i] = LK_EXP(from[i]);
}

LK_CLONES static void error_functions(float *restrict to, const float *restrict from) {
  for (int i = 0; i < COUNT; i++)
    to[i] = LK_ERF(from[i]);
}

LK_WITH_64_BYTES static void near_exponentials(float *restrict to,
                                               const float *restrict from) {
  for (int i = 0; i < COUNT; i++)
    to[i] = lk_near_exponential(from[i]);
}

LK_WITH_64_BYTES static void near_error_functions(float *restrict to,
                                                  const float *restrict from) {
  memcpy(to, from, COUNT * sizeof *to);
  for (int i = 0; i < COUNT; i += LK_NEAR_ERFS)
    lk_near_erfs(to + i);
}

/* Distance of two floats at `exact`. */
static double unit(double exact) {
  int exponent;
  frexp(exact, &exponent);
  return ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

static void check(double (*definition)(double)) {
  for (int i = 0; i < COUNT; i++) {
    double exact = definition((double)x[i]);
    double off = fabs((double)y[i] - exact) / unit(exact);
    if (!(off <= UNITS))
      fail_msg("of %.9g: %.9g, not %.9g: %.2f units off", (double)x[i], (double)y[i], exact,
               off);
  }
}

/* Every `step`th float from `from` towards `to`, of one sign, in vectors. */
static void sweep(void (*function)(float *, const float *), double (*definition)(double),
                  float from, float to, uint32_t step) {
  uint32_t bits, last;
  memcpy(&bits, &from, sizeof bits);
  memcpy(&last, &to, sizeof last);
  while (bits < last) {
    for (int i = 0; i < COUNT; i++) {
      memcpy(&x[i], &bits, sizeof bits);
      bits = last - bits < step ? last : bits + step;
    }
    function(y, x);
    check(definition);
  }
}

enum { STEP = 1009 }; /* a million floats of each sign */

static void exp_is_within_its_bound(void **state) {
  (void)state;
  sweep(exponentials, exp, 0.0f, 88.72f, STEP);
  sweep(exponentials, exp, -0.0f, -87.33f, STEP);
}

static void erf_is_within_its_bound(void **state) {
  (void)state;
  sweep(error_functions, erf, 0.0f, 10.0f, STEP);
  sweep(error_functions, erf, -0.0f, -10.0f, STEP);
}

/* Those that are compiled in line, where a processor has the vectors that they are for. */
static void in_line_they_are_within_their_bounds(void **state) {
  (void)state;
  if (lk_vector_bytes() < 64) skip();
  sweep(near_exponentials, exp, -0.0f, -87.33f, STEP);
  sweep(near_error_functions, erf, 0.0f, FLT_MAX, STEP);
  sweep(near_error_functions, erf, -0.0f, -FLT_MAX, STEP);
}

/* Far below the range attention needs zeros, and a wrong input must be seen. */
static void the_ends_are_right(void **state) {
  (void)state;
  for (int i = 0; i < COUNT; i++)
    x[i] = i % 4 == 0 ? -1e30f : i % 4 == 1 ? -INFINITY : i % 4 == 2 ? 1e30f : NAN;
  exponentials(y, x);
  for (int i = 0; i < COUNT; i++)
    assert_true(i % 4 < 2 ? y[i] == 0 : i % 4 == 2 ? isinf(y[i]) : isnan(y[i]));
  error_functions(y, x);
  for (int i = 0; i < COUNT; i++)
    assert_true(i % 4 < 2 ? y[i] == -1 : i % 4 == 2 ? y[i] == 1 : isnan(y[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp_is_within_its_bound),
      cmocka_unit_test(erf_is_within_its_bound),
      cmocka_unit_test(in_line_they_are_within_their_bounds),
      cmocka_unit_test(the_ends_are_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
