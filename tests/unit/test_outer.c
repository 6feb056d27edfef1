/* Outer steps against the sums that PyTorch's SGD unrolls to, in double precision. */
#include "lockstep/outer.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { COUNT = 7, STEPS = 9 };

/* Of either sign, large and small. */
static float change_of(int step, int i) {
  return (float)(sin(1.7 * step + i) * pow(10, i - 3));
}

/* The momentum after a step: every change so far, decayed once for each step since. */
static double momentum_after(double decay, int step, int i) {
  double sum = 0;
  for (int k = 0; k <= step; k++)
    sum += pow(decay, step - k) * (double)change_of(k, i);
  return sum;
}

static double value_after(const lk_outer *outer, int step, int i) {
  double value = i - 2;
  for (int k = 0; k <= step; k++) {
    double momentum = momentum_after(outer->momentum, k, i);
    double step_of = outer->name == LK_OUTER_NESTEROV
                         ? (double)change_of(k, i) + outer->momentum * momentum
                         : momentum;
    value -= outer->rate * step_of;
  }
  return value;
}

/* To what rounds off of numbers of this size. */
static void near(double value, double expected, double size) {
  if (!(fabs(value - expected) <= 1e-5 * fmax(1, size)))
    fail_msg("%.9g, not %.9g", value, expected);
}

static void follow(const lk_outer *outer) {
  float change[COUNT], momentum[COUNT] = {0}, values[COUNT];
  for (int i = 0; i < COUNT; i++)
    values[i] = (float)i - 2;
  for (int step = 0; step < STEPS; step++) {
    for (int i = 0; i < COUNT; i++)
      change[i] = change_of(step, i);
    lk_outer_update(outer, change, momentum, values, COUNT);
    for (int i = 0; i < COUNT; i++) {
      near((double)momentum[i], momentum_after(outer->momentum, step, i), pow(10, i - 3));
      near((double)values[i], value_after(outer, step, i), pow(10, i - 3));
    }
  }
}

static void steps_are_those_of_sgd(void **state) {
  (void)state;
  follow(&(lk_outer){LK_OUTER_NESTEROV, 0.7, 0.9});
  follow(&(lk_outer){LK_OUTER_SGD, 0.7, 0.9});
  follow(&(lk_outer){LK_OUTER_SGD, 1, 0});
}

/* Without momentum, at rate 1, a change is taken off as it is. */
static void a_plain_step_takes_the_change_off(void **state) {
  (void)state;
  float change = 0.375f, momentum = 0, value = 1;
  lk_outer_update(&(lk_outer){LK_OUTER_NESTEROV, 1, 0}, &change, &momentum, &value, 1);
  assert_true(value == 0.625f && momentum == 0.375f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_are_those_of_sgd),
      cmocka_unit_test(a_plain_step_takes_the_change_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
