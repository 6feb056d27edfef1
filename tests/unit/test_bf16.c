/* Products of bf16 operands: rounding, sums in fp32, odd sizes, one result whatever the
 * alignment, and the gradients of a whole model beside those of fp32. */
#include "lockstep/memory.h"
#include "lockstep/model.h"
#include "lockstep/random.h"
#include "nn/onednn.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 1 << 20 };
static float x[MOST], w[MOST], g[MOST], y[MOST], bias[2048];
static lk_bf16 x16[MOST + 1], w16[MOST + 1], g16[MOST + 1];

static void fill(float *to, uint32_t site, size_t count) {
  lk_stream stream = {.seed = 17, .purpose = LK_RANDOM_WEIGHTS, .site = site};
  for (size_t i = 0; i < count; i++)
    to[i] = (float)lk_random_normal(&stream, i);
}

static float bits_to_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static float widen(lk_bf16 half) {
  return bits_to_float((uint32_t)half << 16);
}

static int prepare(void **state) {
  (void)state;
  fill(x, 1, MOST);
  fill(w, 2, MOST);
  fill(g, 3, MOST);
  fill(bias, 4, 2048);
  lk_bf16_round(x16, x, MOST);
  lk_bf16_round(w16, w, MOST);
  lk_bf16_round(g16, g, MOST);
  return 0;
}

static int prepare_or_skip(void **state) {
  if (lk_precision_check(LK_BF16, "precision", "this test") != LK_OK) {
    printf("SKIPPED: %s\n", lk_message());
    *state = (void *)"skip";
  }
  return prepare(state);
}

#define NEEDS_BF16(state)                                                                  \
  if (*(state)) skip()

static void rounding_is_to_nearest_even(void **state) {
  (void)state;
  const struct {
    uint32_t from;
    lk_bf16 to;
  } cases[] = {{0x3f800000, 0x3f80}, /* 1 */
               {0x3f807fff, 0x3f80}, /* below half: down */
               {0x3f808000, 0x3f80}, /* half: to even, down */
               {0x3f818000, 0x3f82}, /* half: to even, up */
               {0x3f808001, 0x3f81}, /* above half: up */
               {0xbf808001, 0xbf81}, {0x00000000, 0x0000}, {0x80000000, 0x8000},
               {0x7f7f8000, 0x7f80}, /* too large: infinite */
               {0x7f800000, 0x7f80}, {0xff800000, 0xff80}, {0x7f800001, 0x7fc0}, /* NaN */
               {0xffc00000, 0xffc0}, {0x00008001, 0x0001}};
  enum { CASES = sizeof cases / sizeof *cases };
  float from[CASES];
  lk_bf16 to[CASES];
  for (int i = 0; i < CASES; i++)
    memcpy(&from[i], &cases[i].from, sizeof *from);
  lk_bf16_round(to, from, CASES);
  for (int i = 0; i < CASES; i++)
    if (to[i] != cases[i].to)
      fail_msg("%08x becomes %04x, not %04x", cases[i].from, to[i], cases[i].to);
}

/* In pieces of some numbers, with a rest, and of all. */
static void rounding_in_place_gives_the_same(void **state) {
  (void)state;
  static lk_bf16 apart[MOST], scratch[MOST];
  static float numbers[MOST];
  const size_t rooms[] = {100, MOST / 3 + 1, MOST};
  lk_bf16_round(apart, x, MOST);
  for (int i = 0; i < 3; i++) {
    memcpy(numbers, x, sizeof numbers);
    lk_bf16_round_in_place(numbers, MOST, scratch, rooms[i]);
    assert_memory_equal(numbers, apart, sizeof apart);
  }
}

static void rounding_errs_by_half_a_unit(void **state) {
  (void)state;
  for (int i = 0; i < MOST; i++)
    assert_true(fabsf(widen(x16[i]) - x[i]) <= ldexpf(fabsf(x[i]), -8));
}

/* A product's definition, element by element: the matrices as they are read. */
typedef struct {
  const float *a;
  const lk_bf16 *a16;
  size_t a_row, a_column;
  const float *b;
  const lk_bf16 *b16;
  size_t b_row, b_column;
  const float *start; /* what the sum starts from: start[i·start_row + j], NULL: 0 */
  size_t start_row;
} definition;

/* Against the rounded operands a sum of K terms in fp32 is good to K units of 2^-24 of the
 * terms' sizes. Against the operands themselves each factor is off by at most 2^-8, so a
 * product by 2^-7. */
static void check_product(const char *name, const float *c, const definition *d, int rows,
                          int columns, int inner) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      double start = d->start ? (double)d->start[(size_t)i * d->start_row + (size_t)j] : 0;
      double exact = start, rounded = start, size = fabs(start);
      for (int k = 0; k < inner; k++) {
        size_t at = (size_t)i * d->a_row + (size_t)k * d->a_column;
        size_t bt = (size_t)k * d->b_row + (size_t)j * d->b_column;
        exact += (double)d->a[at] * (double)d->b[bt];
        rounded += (double)widen(d->a16[at]) * (double)widen(d->b16[bt]);
        size += fabs((double)d->a[at] * (double)d->b[bt]);
      }
      double is = (double)c[(size_t)i * (size_t)columns + (size_t)j];
      if (!(fabs(is - rounded) <= (inner + 2) * ldexp(size, -24)))
        fail_msg("%s (%d, %d): %.9g, but the rounded operands give %.9g", name, i, j, is,
                 rounded);
      if (!(fabs(is - exact) <= 1.01 * ldexp(size, -7)))
        fail_msg("%s (%d, %d): %.9g, in fp32 %.9g", name, i, j, is, exact);
    }
}

static lk_operand of(const lk_bf16 *matrix) {
  return (lk_operand){NULL, (lk_bf16 *)matrix};
}

static void check_layer(int rows, int inputs, int outputs) {
  static float before[MOST];
  lk_linear layer;
  size_t in = (size_t)inputs, out = (size_t)outputs, R = (size_t)rows;
  assert_true(R * in <= MOST && R * out <= MOST && in * out <= MOST);
  assert_int_equal(lk_linear_create(&layer, LK_BF16, inputs, outputs), LK_OK);

  lk_linear_forward(&layer, y, of(x16), of(w16), bias, rows);
  check_product("forward", y, &(definition){x, x16, in, 1, w, w16, 1, in, bias, 0}, rows,
                outputs, inputs);
  lk_linear_forward(&layer, y, of(x16), of(w16), NULL, rows);
  check_product("forward without bias", y,
                &(definition){x, x16, in, 1, w, w16, 1, in, NULL, 0}, rows, outputs,
                inputs);

  lk_linear_backward_input(&layer, y, 0, of(g16), of(w16), rows);
  definition input = {g, g16, out, 1, w, w16, in, 1, NULL, 0};
  check_product("input gradient", y, &input, rows, inputs, outputs);
  fill(before, 5, R * in);
  memcpy(y, before, R * in * sizeof *y);
  lk_linear_backward_input(&layer, y, 1, of(g16), of(w16), rows);
  input.start = before;
  input.start_row = in;
  check_product("input gradient, added", y, &input, rows, inputs, outputs);

  fill(before, 6, out * in);
  memcpy(y, before, out * in * sizeof *y);
  float sums[2048] = {0};
  lk_linear_backward_weight(&layer, y, sums, of(g16), of(x16), rows);
  check_product("weight gradient", y,
                &(definition){g, g16, 1, out, x, x16, in, 1, before, in}, outputs, inputs,
                rows);
  for (size_t j = 0; j < out; j++) {
    double sum = 0;
    for (size_t i = 0; i < R; i++)
      sum += (double)widen(g16[i * out + j]);
    assert_true(fabs((double)sums[j] - sum) <= 1e-6 * (double)rows);
  }
  lk_linear_release(&layer);
  assert_int_equal(lk_linear_status(), LK_OK);
}

static void products_match_at_odd_sizes(void **state) {
  NEEDS_BF16(state);
  check_layer(37, 83, 29);
  check_layer(1, 32, 71);
  check_layer(2, 1, 1);
  check_layer(131, 32, 71);
  check_layer(67, 71, 32);
  check_layer(9, 256, 40); /* the longest sum that a bias is added to … */
  check_layer(9, 257, 40); /* … and the shortest that starts from it */
}

static void products_match_at_the_recipe_s_sizes(void **state) {
  NEEDS_BF16(state);
  check_layer(293, 256, 256);
  check_layer(65, 1024, 256);
  check_layer(293, 1024, 64);                  /* where sums are made in parts */
  for (int rows = 193; rows < 300; rows += 15) /* whose last ones fill no block */
    check_layer(rows, 64, 96);
}

/* One layer made and used as all of a step's products are. */
static void all_products(float *to, const lk_bf16 *of_x, const lk_bf16 *of_w,
                         const lk_bf16 *of_g, int rows) {
  lk_linear layer;
  enum { IN = 96, OUT = 160 };
  assert_int_equal(lk_linear_create(&layer, LK_BF16, IN, OUT), LK_OK);
  memset(to, 0, (size_t)(rows * (OUT + IN) + OUT * IN + OUT) * sizeof *to);
  lk_linear_forward(&layer, to, of(of_x), of(of_w), bias, rows);
  to += rows * OUT;
  lk_linear_backward_input(&layer, to, 0, of(of_g), of(of_w), rows);
  to += rows * IN;
  lk_linear_backward_weight(&layer, to, to + OUT * IN, of(of_g), of(of_x), rows);
  lk_linear_release(&layer);
}

/* Neither the operands' and the result's place in memory nor what ran before matters. */
static void alignment_and_history_do_not_matter(void **state) {
  NEEDS_BF16(state);
  enum { ROWS = 211, COUNT = ROWS * (160 + 96) + 160 * 96 + 160 };
  static float first[COUNT + 16], second[COUNT + 16];
  static lk_bf16 moved[3][MOST + 1];
  all_products(first, x16, w16, g16, ROWS);
  for (int shift = 1; shift < 16; shift += 7) {
    memcpy(moved[0] + 1, x16, MOST * sizeof **moved);
    memcpy(moved[1] + 1, w16, MOST * sizeof **moved);
    memcpy(moved[2] + 1, g16, MOST * sizeof **moved);
    all_products(second, x16, w16, g16, 7);
    all_products(second + shift, moved[0] + 1, moved[1] + 1, moved[2] + 1, ROWS);
    assert_memory_equal(first, second + shift, COUNT * sizeof *first);
  }
}

static void nan_and_infinity_pass(void **state) {
  NEEDS_BF16(state);
  enum { ROWS = 19, IN = 70, OUT = 33 };
  lk_linear layer;
  assert_int_equal(lk_linear_create(&layer, LK_BF16, IN, OUT), LK_OK);
  x[3 * IN + 69] = NAN;
  x[5 * IN + 1] = INFINITY;
  lk_bf16_round(x16, x, ROWS * IN);
  lk_linear_forward(&layer, y, of(x16), of(w16), NULL, ROWS);
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < OUT; j++)
      assert_int_equal(isfinite(y[i * OUT + j]) != 0, i != 3 && i != 5);
  assert_true(isnan(y[3 * OUT]) && isinf(y[5 * OUT]));
  lk_linear_release(&layer);
}

/* The caller frees it. */
static lk_bf16 *rounded(const lk_parameters *table, const float *values) {
  lk_bf16 *to = NULL;
  assert_int_equal(LK_NEW(to, table->count), LK_OK);
  lk_bf16_round(to, values, table->count);
  return to;
}

/* Gradients of a small model in one precision, without dropout. */
static double gradients_of(lk_precision precision, const lk_parameters *table,
                           const float *values, const lk_pack *pack, float *gradients) {
  lk_model *model = NULL;
  lk_bf16 *held = rounded(table, values);
  assert_int_equal(lk_model_create(&model, table, 3, LK_KEEP_ALL, 0, precision), LK_OK);
  lk_model_hold(model, held);
  double loss = lk_model_forward(model, values, gradients, pack, NULL, NULL);
  lk_model_backward(model, values, gradients, NULL);
  lk_model_free(model);
  lk_free(held);
  return loss;
}

static double norm(const float *a, const float *b, uint64_t count) {
  double sum = 0;
  for (uint64_t i = 0; i < count; i++) {
    double difference = (double)a[i] - (b ? (double)b[i] : 0);
    sum += difference * difference;
  }
  return sqrt(sum);
}

/* Errors of 2^-8 an operand are independent, so a sum's relative error stays about 2^-8
 * however many terms it has; a dozen products in a row make it about 1 %. A key's bias
 * changes no weight of attention: its gradient is rounding alone. */
static void compare_gradients(const lk_parameters *table, const float *fp32,
                              const float *bf16) {
  for (int t = 0; t < table->tensors; t++) {
    const lk_parameter *entry = &table->list[t];
    double off = norm(fp32 + entry->offset, bf16 + entry->offset, entry->count);
    double size = norm(fp32 + entry->offset, NULL, entry->count);
    if (strstr(entry->name, "key.bias")) continue;
    if (!(off <= 0.02 * size))
      fail_msg("%s: gradient off by %.3g of %.3g", entry->name, off, size);
    if (off == 0) fail_msg("%s: bf16 rounds nothing", entry->name);
  }
}

/* A small model and a pack for it. */
typedef struct {
  lk_parameters *table;
  lk_pack *pack;
  float *values;
} model_case;

static model_case make_case(void) {
  const lk_shape shape = {
      .layers = 2, .heads = 4, .channels = 32, .block = 40, .vocabulary = 71};
  model_case c = {NULL, NULL, NULL};
  lk_token text[41];
  assert_int_equal(lk_parameters_create(&c.table, &shape), LK_OK);
  assert_int_equal(LK_NEW(c.values, c.table->count), LK_OK);
  assert_int_equal(lk_pack_create(&c.pack, 3, shape.block), LK_OK);
  lk_parameters_initialise(c.table, 7, c.values);
  for (uint64_t i = 0; i < c.table->count; i++)
    c.values[i] += 0.1f * x[i];
  for (int i = 0; i < 41; i++)
    text[i] = (lk_token)(i * i % 71);
  lk_pack_append(c.pack, text, 41, 0);
  lk_pack_append(c.pack, text + 7, 18, 5);
  lk_pack_append(c.pack, text + 3, 2, 0);
  return c;
}

static void free_case(model_case *c) {
  lk_free(c->values);
  lk_pack_free(c->pack);
  lk_parameters_free(c->table);
  assert_int_equal(lk_allocations_alive(), 0);
}

static void gradients_of_a_model_match(void **state) {
  NEEDS_BF16(state);
  model_case c = make_case();
  float *fp32 = NULL, *bf16 = NULL;
  assert_int_equal(LK_NEW(fp32, c.table->count), LK_OK);
  assert_int_equal(LK_NEW(bf16, c.table->count), LK_OK);
  double a = gradients_of(LK_FP32, c.table, c.values, c.pack, fp32);
  double b = gradients_of(LK_BF16, c.table, c.values, c.pack, bf16);
  assert_true(a != b && fabs(a - b) <= 2e-3 * a);
  compare_gradients(c.table, fp32, bf16);
  lk_free(fp32);
  lk_free(bf16);
  free_case(&c);
}

/* Models may have the rounded values in common, which passes take whatever has become of
 * the values that they are of. */
static void rounded_values_are_shared(void **state) {
  NEEDS_BF16(state);
  model_case c = make_case();
  size_t size = c.table->count * sizeof(float);
  lk_model *models[2] = {NULL, NULL};
  float *plain = NULL, *shared = NULL;
  lk_bf16 *held = rounded(c.table, c.values);
  assert_int_equal(LK_NEW(plain, c.table->count), LK_OK);
  assert_int_equal(LK_NEW(shared, c.table->count), LK_OK);
  double loss = gradients_of(LK_BF16, c.table, c.values, c.pack, plain);
  c.values[lk_parameters_find(c.table, "blocks.1.mlp.0.weight")->offset] += 1;
  for (int i = 0; i < 2; i++) {
    assert_int_equal(lk_model_create(&models[i], c.table, 3, LK_KEEP_ALL, 0, LK_BF16),
                     LK_OK);
    lk_model_hold(models[i], held);
  }
  for (int i = 0; i < 4; i++) {
    memset(shared, 0, size);
    assert_true(loss ==
                lk_model_forward(models[i % 2], c.values, shared, c.pack, NULL, NULL));
    lk_model_backward(models[i % 2], c.values, shared, NULL);
    assert_memory_equal(plain, shared, size);
  }
  assert_true(loss != gradients_of(LK_BF16, c.table, c.values, c.pack, shared));
  for (int i = 0; i < 2; i++)
    lk_model_free(models[i]);
  lk_free(held);
  lk_free(plain);
  lk_free(shared);
  free_case(&c);
}

/* Last, for the failure stays. */
static void a_failure_is_kept(void **state) {
  NEEDS_BF16(state);
  lk_linear layer;
  assert_int_equal(lk_linear_create(&layer, LK_BF16, 8, 8), LK_OK);
  assert_int_equal(lk_linear_status(), LK_OK);
  lk_onednn_multiply(layer.onednn, LK_PRODUCT_FORWARD, y, of(x16), of(w16), NULL, -1);
  assert_int_equal(lk_linear_status(), LK_INTERNAL);
  assert_non_null(strstr(lk_message(), "oneDNN cannot"));
  lk_linear_forward(&layer, y, of(x16), of(w16), NULL, 3);
  assert_int_equal(lk_linear_status(), LK_INTERNAL);
  lk_linear_release(&layer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(rounding_is_to_nearest_even, prepare),
      cmocka_unit_test_setup(rounding_in_place_gives_the_same, prepare),
      cmocka_unit_test_setup(rounding_errs_by_half_a_unit, prepare),
      cmocka_unit_test_setup(products_match_at_odd_sizes, prepare_or_skip),
      cmocka_unit_test_setup(products_match_at_the_recipe_s_sizes, prepare_or_skip),
      cmocka_unit_test_setup(alignment_and_history_do_not_matter, prepare_or_skip),
      cmocka_unit_test_setup(nan_and_infinity_pass, prepare_or_skip),
      cmocka_unit_test_setup(gradients_of_a_model_match, prepare_or_skip),
      cmocka_unit_test_setup(rounded_values_are_shared, prepare_or_skip),
      cmocka_unit_test_setup(a_failure_is_kept, prepare_or_skip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
