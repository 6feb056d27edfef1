/* Products of fp32 matrices by each library, beside the plain loop: stored or transposed,
 * added or not, odd sizes; one result whatever the alignment and the call before. */
#include "lockstep/kernels.h"
#include "lockstep/nn.h"
#include "lockstep/random.h"
#include "nn/multiply.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 1 << 17, SHIFTS = 16 };
static float a[MOST + SHIFTS], b[MOST + SHIFTS], start[MOST];
static float plain[MOST], fast[MOST], again[MOST + SHIFTS];

static int fill(void **state) {
  (void)state;
  lk_stream stream = {.seed = 5, .purpose = LK_RANDOM_WEIGHTS};
  for (size_t i = 0; i < MOST; i++) {
    a[i] = (float)lk_random_normal(&stream, 3 * i);
    b[i] = (float)lk_random_normal(&stream, 3 * i + 1);
    start[i] = (float)lk_random_normal(&stream, 3 * i + 2);
  }
  assert_int_equal(lk_blas_set_threads(1), LK_OK);
  return 0;
}

/* What is multiplied. */
typedef struct {
  int rows, columns, inner, add, a_transposed, b_transposed;
} product;

static void multiply(const product *p, float *c, float *left, float *right) {
  memcpy(c, start, (size_t)(p->rows * p->columns) * sizeof *c);
  lk_multiply(c, p->add, (lk_factor){lk_fp32_operand(left), p->a_transposed},
              (lk_factor){lk_fp32_operand(right), p->b_transposed}, p->rows, p->columns,
              p->inner);
}

static void check_product(const product *p) {
  size_t count = (size_t)(p->rows * p->columns);
  assert_true(count <= MOST && p->rows * p->inner <= MOST && p->inner * p->columns <= MOST);
  lk_kernels_select(LK_KERNELS_REFERENCE);
  multiply(p, plain, a, b);
  lk_kernels_select(LK_KERNELS_FAST);
  multiply(p, fast, a, b);
  for (size_t i = 0; i < count; i++)
    if (!(fabs((double)fast[i] - (double)plain[i]) <= 1e-5 * (1 + sqrt(p->inner))))
      fail_msg("(%d x %d) . (%d x %d): %g, by the plain loop %g", p->rows, p->inner,
               p->inner, p->columns, (double)fast[i], (double)plain[i]);
}

/* Elsewhere in memory: the same bits. */
static void check_alignment(const product *p) {
  size_t count = (size_t)(p->rows * p->columns);
  multiply(p, fast, a, b);
  for (int shift = 1; shift < SHIFTS; shift += 5) {
    memmove(a + shift, a, MOST * sizeof *a);
    memmove(b + shift, b, MOST * sizeof *b);
    multiply(p, again + shift, a + shift, b + shift);
    memmove(a, a + shift, MOST * sizeof *a);
    memmove(b, b + shift, MOST * sizeof *b);
    assert_memory_equal(fast, again + shift, count * sizeof *fast);
  }
}

/* A layer with a bias, by short sums and long ones. */
static void check_layer(int rows, int inputs, int outputs) {
  size_t count = (size_t)(rows * outputs);
  lk_linear layer;
  assert_int_equal(lk_linear_create(&layer, LK_FP32, inputs, outputs), LK_OK);
  for (int kind = LK_KERNELS_REFERENCE; kind >= LK_KERNELS_FAST; kind--) {
    lk_kernels_select((lk_kernels)kind);
    lk_linear_forward(&layer, kind == LK_KERNELS_FAST ? fast : plain, lk_fp32_operand(a),
                      lk_fp32_operand(b), start, rows);
  }
  for (size_t i = 0; i < count; i++)
    assert_true(fabs((double)fast[i] - (double)plain[i]) <= 1e-5 * (1 + sqrt(inputs)));
  lk_linear_release(&layer);
}

static void check_library(lk_product_library library) {
  static const int sizes[][3] = {{1, 1, 1},     {37, 29, 83},    {2, 71, 32},
                                 {131, 64, 96}, {200, 256, 256}, {293, 96, 17}};
  if (!lk_products_has(library)) skip();
  assert_int_equal(lk_products_select(library, "this test"), LK_OK);
  assert_int_equal(lk_products_selected(), library);
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    for (int kind = 0; kind < 8; kind++) {
      product p = {sizes[s][0], sizes[s][1],   sizes[s][2],
                   kind & 1,    kind >> 1 & 1, kind >> 2};
      check_product(&p);
      check_alignment(&p);
    }
  check_layer(37, 83, 29);
  check_layer(9, 256, 40);
  check_layer(9, 257, 40);
  assert_int_equal(lk_linear_status(), LK_OK);
  assert_int_equal(lk_products_select(LK_OPENBLAS, "this test"), LK_OK);
}

static void openblas_multiplies(void **state) {
  (void)state;
  check_library(LK_OPENBLAS);
}

static void onednn_multiplies(void **state) {
  (void)state;
  check_library(LK_ONEDNN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(openblas_multiplies),
      cmocka_unit_test(onednn_multiplies),
  };
  return cmocka_run_group_tests(tests, fill, NULL);
}
