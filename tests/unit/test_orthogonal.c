/* Orthogonalisation against its definition: singular vectors stay, and every singular value
 * goes through the same polynomial five times. */
#include "lockstep/kernels.h"
#include "lockstep/memory.h"
#include "lockstep/nn.h"
#include "lockstep/random.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MOST = 24 };

/* An orthogonal matrix: I - 2vv^T / v^Tv of a random v. */
static void reflection(double h[MOST][MOST], int n, uint32_t site) {
  const lk_stream stream = {.seed = 5, .purpose = LK_RANDOM_SYNTH, .site = site};
  double v[MOST], square = 0;
  for (int i = 0; i < n; i++) {
    v[i] = lk_random_normal(&stream, (uint64_t)i);
    square += v[i] * v[i];
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      h[i][j] = (i == j) - 2 * v[i] * v[j] / square;
}

/* x (rows, columns) = left · diagonal(s) · right */
static void compose(float *x, int rows, int columns, const double *s) {
  double left[MOST][MOST], right[MOST][MOST];
  reflection(left, rows, 1);
  reflection(right, columns, 2);
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      double sum = 0;
      for (int k = 0; k < rows && k < columns; k++)
        sum += left[i][k] * s[k] * right[k][j];
      x[i * columns + j] = (float)sum;
    }
}

static double five_times(double s) {
  for (int step = 0; step < 5; step++)
    s = 3.4445 * s - 4.775 * pow(s, 3) + 2.0315 * pow(s, 5);
  return s;
}

static void check(int rows, int columns, double size) {
  float x[MOST * MOST], expected[MOST * MOST], *scratch = NULL;
  int n = rows < columns ? rows : columns;
  double s[MOST], square = 0;
  lk_orthogonal shape;
  for (int k = 0; k < n; k++) {
    s[k] = size * pow(0.6, k);
    square += s[k] * s[k];
  }
  compose(x, rows, columns, s);
  for (int k = 0; k < n; k++)
    s[k] = five_times(s[k] / sqrt(square));
  compose(expected, rows, columns, s);
  assert_int_equal(lk_orthogonal_create(&shape, rows, columns), LK_OK);
  assert_int_equal(LK_NEW(scratch, lk_orthogonal_scratch(&shape)), LK_OK);
  lk_orthogonalise(&shape, x, scratch);
  for (int i = 0; i < rows * columns; i++)
    assert_true(fabs((double)x[i] - expected[i]) < 1e-4);
  lk_free(scratch);
  lk_orthogonal_release(&shape);
}

static void singular_values_alone_change(void **state) {
  (void)state;
  for (int reference = 0; reference < 2; reference++) {
    lk_kernels_select(reference ? LK_KERNELS_REFERENCE : LK_KERNELS_FAST);
    check(8, 8, 1);
    check(6, 24, 1e-6);
    check(24, 6, 1e6);
    check(1, 5, 2);
  }
  assert_int_equal(lk_allocations_alive(), 0);
}

static void large_and_small_singular_values_end_near_one(void **state) {
  (void)state;
  for (double s = 0.0015; s <= 1; s += 0.0001) {
    double end = five_times(s);
    assert_true(end > 0.67 && end < 1.21);
  }
}

static void nothing_stays_nothing(void **state) {
  (void)state;
  float x[12] = {0}, scratch[12 + 2 * 9];
  lk_orthogonal shape;
  assert_int_equal(lk_orthogonal_create(&shape, 3, 4), LK_OK);
  lk_orthogonalise(&shape, x, scratch);
  lk_orthogonal_release(&shape);
  for (int i = 0; i < 12; i++)
    assert_true(x[i] == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(singular_values_alone_change),
      cmocka_unit_test(large_and_small_singular_values_end_near_one),
      cmocka_unit_test(nothing_stays_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
