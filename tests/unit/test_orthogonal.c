/* Orthogonalisation against its definition: singular vectors stay, and every singular value
 * goes through the same polynomial five times. */
#include "lockstep/kernels.h"
#include "lockstep/memory.h"
#include "lockstep/nn.h"
#include "lockstep/random.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

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
  assert_int_equal(lk_orthogonal_create(&shape, LK_FP32, rows, columns), LK_OK);
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

/* The library that also multiplies layers' fp32 numbers, some with a bias by a primitive.
 */
static void either_library_changes_them(void **state) {
  (void)state;
  if (!lk_products_has(LK_ONEDNN)) skip();
  assert_int_equal(lk_products_select(LK_ONEDNN, "this test"), LK_OK);
  singular_values_alone_change(state);
  assert_int_equal(lk_products_select(LK_OPENBLAS, "this test"), LK_OK);
  assert_int_equal(lk_linear_status(), LK_OK);
}

static void large_and_small_singular_values_end_near_one(void **state) {
  (void)state;
  for (double s = 0.0015; s <= 1; s += 0.0001) {
    double end = five_times(s);
    assert_true(end > 0.67 && end < 1.21);
  }
}

enum { ROOM = 96 * 64, SWEEPS = 12 };

/* Two rows become orthogonal, and their space stays (one-sided Jacobi: Hestenes 1958). */
static void rotate(double *a, double *b, int count) {
  double aa = 0, bb = 0, ab = 0;
  for (int i = 0; i < count; i++)
    aa += a[i] * a[i], bb += b[i] * b[i], ab += a[i] * b[i];
  if (ab == 0) return;
  double z = (bb - aa) / (2 * ab), t = copysign(1, z) / (fabs(z) + sqrt(1 + z * z));
  double cosine = 1 / sqrt(1 + t * t), sine = cosine * t;
  for (int i = 0; i < count; i++) {
    double before = a[i];
    a[i] = cosine * before - sine * b[i];
    b[i] = sine * before + cosine * b[i];
  }
}

/* The smallest and the largest singular value. */
static void find_extremes(const float *x, int rows, int columns, double extremes[2]) {
  static double turned[ROOM];
  int n = rows < columns ? rows : columns, count = rows < columns ? columns : rows;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < count; j++)
      turned[i * count + j] = (double)(rows < columns ? x[i * count + j] : x[j * n + i]);
  for (int sweep = 0; sweep < SWEEPS; sweep++)
    for (int i = 0; i < n; i++)
      for (int j = i + 1; j < n; j++)
        rotate(turned + i * count, turned + j * count, count);
  extremes[0] = INFINITY, extremes[1] = 0;
  for (int i = 0; i < n; i++) {
    double square = 0;
    for (int j = 0; j < count; j++)
      square += turned[i * count + j] * turned[i * count + j];
    extremes[0] = fmin(extremes[0], sqrt(square));
    extremes[1] = fmax(extremes[1], sqrt(square));
  }
}

static void make(float *x, lk_precision precision, int rows, int columns) {
  const lk_stream stream = {.seed = 6, .purpose = LK_RANDOM_SYNTH};
  lk_orthogonal shape;
  float *scratch = NULL;
  for (int i = 0; i < rows * columns; i++)
    x[i] = (float)lk_random_normal(&stream, (uint64_t)i);
  assert_int_equal(lk_orthogonal_create(&shape, precision, rows, columns), LK_OK);
  assert_int_equal(LK_NEW(scratch, lk_orthogonal_scratch(&shape)), LK_OK);
  lk_orthogonalise(&shape, x, scratch);
  lk_free(scratch);
  lk_orthogonal_release(&shape);
}

/* How far x is from y, as a part of y's norm. */
static double distance(const float *x, const float *y, int count) {
  double off = 0, square = 0;
  for (int i = 0; i < count; i++) {
    off += pow((double)x[i] - (double)y[i], 2);
    square += pow((double)y[i], 2);
  }
  return sqrt(off / square);
}

/* Beside the plain loops in fp32, which are as good as exact here, and in bf16. */
static void check_rounded(int rows, int columns) {
  static float exact[ROOM], plain[ROOM], fast[ROOM];
  double extremes[2];
  lk_kernels_select(LK_KERNELS_REFERENCE);
  make(exact, LK_FP32, rows, columns);
  make(plain, LK_BF16, rows, columns);
  lk_kernels_select(LK_KERNELS_FAST);
  make(fast, LK_BF16, rows, columns);
  find_extremes(fast, rows, columns, extremes);
  double off = distance(fast, exact, rows * columns);
  if (!(extremes[0] > 0.66 && extremes[1] < 1.23 && off > 1e-4 && off < 0.03))
    fail_msg("singular values of %g to %g, off by %g", extremes[0], extremes[1], off);
  /* Where a sum in another order is rounded the other way, that grows as rounding does. */
  off = distance(fast, plain, rows * columns);
  if (!(off < distance(plain, exact, rows * columns)))
    fail_msg("off by %g from the plain loops in bf16", off);
}

/* Random matrices, whose singular values are 0.02 to 0.3 of their norm, as the rounded
 * products leave them, of rows and columns of either order and of odd sizes. */
static void rounded_operands_keep_the_bounds(void **state) {
  (void)state;
  if (lk_precision_check(LK_BF16, "precision", "this test") != LK_OK) {
    printf("SKIPPED: %s\n", lk_message());
    skip();
  }
  check_rounded(64, 96);
  check_rounded(96, 64);
  check_rounded(37, 83);
  check_rounded(83, 37);
  assert_int_equal(lk_linear_status(), LK_OK);
  assert_int_equal(lk_allocations_alive(), 0);
}

static void nothing_stays_nothing(void **state) {
  (void)state;
  float x[12] = {0}, scratch[12 + 2 * 9];
  lk_orthogonal shape;
  assert_int_equal(lk_orthogonal_create(&shape, LK_FP32, 3, 4), LK_OK);
  lk_orthogonalise(&shape, x, scratch);
  lk_orthogonal_release(&shape);
  for (int i = 0; i < 12; i++)
    assert_true(x[i] == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(singular_values_alone_change),
      cmocka_unit_test(either_library_changes_them),
      cmocka_unit_test(large_and_small_singular_values_end_near_one),
      cmocka_unit_test(rounded_operands_keep_the_bounds),
      cmocka_unit_test(nothing_stays_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
