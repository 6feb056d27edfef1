/* The product of few rows by each of its kernels: against sums in double, and a row alone
 * against the same row among others. */
#include "lockstep/random.h"
#include "nn/operand.h"
#include "nn/rows.h"
#include "nn/rows_product.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* More rows than a kernel takes, more inputs than a block has; no multiple of anything. */
enum { ROWS = LK_ROWS_MOST + 7, OUTPUTS = 13, MOST_INPUTS = 1637 };
static const int widths[] = {MOST_INPUTS, 1600, 83, 7};
static float x[ROWS * MOST_INPUTS], w[OUTPUTS * MOST_INPUTS], bias[OUTPUTS];
static lk_bf16 x16[ROWS * MOST_INPUTS], w16[OUTPUTS * MOST_INPUTS];
static float result[ROWS * OUTPUTS], alone[OUTPUTS];

static void fill(float *to, size_t count, uint32_t site) {
  lk_stream stream = {.seed = 23, .purpose = LK_RANDOM_WEIGHTS, .site = site};
  for (size_t i = 0; i < count; i++)
    to[i] = (float)lk_random_normal(&stream, i);
}

static int prepare(void **state) {
  (void)state;
  fill(x, sizeof x / sizeof *x, 1);
  fill(w, sizeof w / sizeof *w, 2);
  fill(bias, OUTPUTS, 3);
  lk_bf16_round(x16, x, sizeof x / sizeof *x);
  lk_bf16_round(w16, w, sizeof w / sizeof *w);
  return 0;
}

static void multiply(float *y, int bytes, int in_bf16, int row, int rows, int inputs) {
  size_t size = in_bf16 ? sizeof *x16 : sizeof *x, stride = (size_t)inputs * size;
  const char *from = in_bf16 ? (const char *)x16 : (const char *)x;
  lk_rows_kernel_of(bytes, in_bf16)(&(lk_rows_product){
      y, from + (size_t)row * stride, in_bf16 ? (const char *)w16 : (const char *)w, bias,
      (size_t)rows, OUTPUTS, stride});
}

static double expected(int in_bf16, int row, int output, int inputs) {
  double sum = (double)bias[output];
  for (int k = 0; k < inputs; k++) {
    size_t at_x = (size_t)(row * inputs + k), at_w = (size_t)(output * inputs + k);
    sum += in_bf16 ? (double)lk_bf16_value(x16[at_x]) * (double)lk_bf16_value(w16[at_w])
                   : (double)x[at_x] * (double)w[at_w];
  }
  return sum;
}

static void check_kernel(int bytes, int in_bf16, int inputs) {
  double bound = 1e-6 * sqrt((double)inputs) * 4;
  multiply(result, bytes, in_bf16, 0, LK_ROWS_MOST, inputs);
  for (int i = 0; i < LK_ROWS_MOST; i++) {
    for (int j = 0; j < OUTPUTS; j++) {
      double error = (double)result[i * OUTPUTS + j] - expected(in_bf16, i, j, inputs);
      if (!(fabs(error) <= bound))
        fail_msg("%d bytes, bf16 %d, %d inputs, row %d, output %d: off by %g", bytes,
                 in_bf16, inputs, i, j, error);
    }
    multiply(alone, bytes, in_bf16, i, 1, inputs);
    assert_memory_equal(alone, result + i * OUTPUTS, sizeof alone);
  }
}

static void kernels_multiply(void **state) {
  (void)state;
  for (int bytes = lk_vector_bytes(); bytes >= 16; bytes /= 2)
    for (int in_bf16 = 0; in_bf16 < 2; in_bf16++)
      for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        check_kernel(bytes, in_bf16, widths[i]);
}

/* So those of bf16 add up pairs as the processor does. */
static void kernels_agree_on_whole_lines(void **state) {
  enum { INPUTS = 1600 };
  static float narrow[ROWS * OUTPUTS];
  (void)state;
  if (lk_vector_bytes() != 64) skip();
  for (int in_bf16 = 0; in_bf16 < 2; in_bf16++) {
    multiply(result, 64, in_bf16, 0, LK_ROWS_MOST, INPUTS);
    multiply(narrow, 32, in_bf16, 0, LK_ROWS_MOST, INPUTS);
    assert_memory_equal(narrow, result, LK_ROWS_MOST * sizeof alone);
  }
}

/* Also those that a kernel is called for once more. */
static void rows_have_no_part_in_each_other(void **state) {
  const lk_operand weight = lk_fp32_operand(w);
  (void)state;
  lk_multiply_rows(result, lk_fp32_operand(x), weight, bias, ROWS, OUTPUTS, MOST_INPUTS);
  for (size_t i = 0; i < ROWS; i++) {
    lk_multiply_rows(alone, lk_fp32_operand(x + i * MOST_INPUTS), weight, bias, 1, OUTPUTS,
                     MOST_INPUTS);
    assert_memory_equal(alone, result + i * OUTPUTS, sizeof alone);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kernels_multiply),
                                     cmocka_unit_test(kernels_agree_on_whole_lines),
                                     cmocka_unit_test(rows_have_no_part_in_each_other)};
  return cmocka_run_group_tests_name("few rows", tests, prepare, NULL);
}
