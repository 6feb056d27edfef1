/* Every fast kernel against its plain reference, in single precision and at odd sizes. */
#include "lockstep/attention.h"
#include "lockstep/kernels.h"
#include "lockstep/memory.h"
#include "lockstep/nn.h"
#include "lockstep/random.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 37, COLUMNS = 83, MOST = 65536 };
static float x[MOST], w[MOST], b[MOST], g[MOST];
static float fast[3][MOST], plain[3][MOST];

static void fill(float *to, uint32_t site) {
  lk_stream stream = {.seed = 11, .purpose = LK_RANDOM_WEIGHTS, .site = site};
  for (size_t i = 0; i < MOST; i++)
    to[i] = (float)lk_random_normal(&stream, i);
}

static int prepare(void **state) {
  (void)state;
  fill(x, 1);
  fill(w, 2);
  fill(b, 3);
  fill(g, 4);
  memset(fast, 0, sizeof fast);
  memset(plain, 0, sizeof plain);
  return 0;
}

/* Both are rounded: a sum of n terms of size 1 is good to about sqrt(n) units of 6e-8. */
static void assert_close(const float *a, const float *reference, size_t count,
                         double bound) {
  double size = 0;
  for (size_t i = 0; i < count; i++)
    size = fmax(size, fabs((double)reference[i]));
  assert_true(size > 0);
  for (size_t i = 0; i < count; i++)
    if (!(fabs((double)a[i] - (double)reference[i]) <= bound * size))
      fail_msg("element %zu: fast %.9g, reference %.9g", i, (double)a[i],
               (double)reference[i]);
}

/* Runs the kernel with both choices, each into its own buffers. */
static void run_both(void (*kernel)(float out[3][MOST])) {
  lk_kernels_select(LK_KERNELS_FAST);
  kernel(fast);
  lk_kernels_select(LK_KERNELS_REFERENCE);
  kernel(plain);
  lk_kernels_select(LK_KERNELS_FAST);
}

static void linear(float out[3][MOST]) {
  const lk_linear layer = {COLUMNS, 29, NULL};
  lk_operand of_x = lk_fp32_operand(x), of_w = lk_fp32_operand(w),
             of_g = lk_fp32_operand(g);
  lk_linear_forward(&layer, out[0], of_x, of_w, b, ROWS);
  lk_linear_backward_input(&layer, out[1], 0, of_g, of_w, ROWS);
  lk_linear_backward_input(&layer, out[1], 1, of_g, of_w, ROWS);
  lk_linear_backward_weight(&layer, out[2], out[2] + 29 * COLUMNS, of_g, of_x, ROWS);
}

static void linear_matches(void **state) {
  (void)state;
  run_both(linear);
  assert_close(fast[0], plain[0], ROWS * 29, 2e-6);
  assert_close(fast[1], plain[1], ROWS * COLUMNS, 2e-6);
  assert_close(fast[2], plain[2], 29 * COLUMNS + 29, 2e-6);
}

static void few_rows(float out[3][MOST]) {
  const lk_linear layer = {COLUMNS, 29, NULL};
  static lk_bf16 x16[MOST], w16[MOST];
  lk_bf16_round(x16, x, MOST);
  lk_bf16_round(w16, w, MOST);
  lk_linear_rows(&layer, out[0], lk_fp32_operand(x), lk_fp32_operand(w), b, ROWS);
  lk_linear_rows(&layer, out[1], (lk_operand){NULL, x16}, (lk_operand){NULL, w16}, NULL,
                 ROWS);
}

static void few_rows_match(void **state) {
  (void)state;
  run_both(few_rows);
  for (int i = 0; i < 2; i++)
    assert_close(fast[i], plain[i], ROWS * 29, 1e-6);
}

static void layer_norm(float out[3][MOST]) {
  float mean[ROWS], inverse[ROWS];
  lk_layer_norm_forward(lk_fp32_operand(out[0]), mean, inverse, x, w, b, ROWS, COLUMNS);
  lk_layer_norm_backward(out[1], out[2], out[2] + COLUMNS, g, x, mean, inverse, w, ROWS,
                         COLUMNS);
}

static void layer_norm_matches(void **state) {
  (void)state;
  run_both(layer_norm);
  assert_close(fast[0], plain[0], ROWS * COLUMNS, 2e-6);
  assert_close(fast[1], plain[1], ROWS * COLUMNS, 2e-6);
  assert_close(fast[2], plain[2], 2 * COLUMNS, 2e-6);
}

static void rms_norm(float out[3][MOST]) {
  float inverse[ROWS];
  lk_rms_norm_forward(lk_fp32_operand(out[0]), inverse, x, w, ROWS, COLUMNS);
  lk_rms_norm_backward(out[1], out[2], g, x, inverse, w, ROWS, COLUMNS);
}

static void rms_norm_matches(void **state) {
  (void)state;
  run_both(rms_norm);
  assert_close(fast[0], plain[0], ROWS * COLUMNS, 2e-6);
  assert_close(fast[1], plain[1], ROWS * COLUMNS, 2e-6);
  assert_close(fast[2], plain[2], COLUMNS, 2e-6);
}

static lk_activation activation;

/* Some are so far from 0 that exp is less than the least normal number. */
static void activate(float out[3][MOST]) {
  for (int i = 0; i < MOST; i++)
    out[1][i] = (i / 100 % 3 == 1 ? 12 : 3) * x[i];
  lk_activation_forward(activation, lk_fp32_operand(out[0]), out[1], MOST);
}

static void activations_match(void **state) {
  (void)state;
  for (activation = LK_GELU; activation <= LK_GELU_TANH; activation++) {
    run_both(activate);
    assert_close(fast[0], plain[0], MOST, 1e-6);
    assert_close(fast[1], plain[1], MOST, 1e-6);
  }
}

/* torch.nn.functional.gelu(x, approximate="tanh") of PyTorch 2 in float64, and its slope.
 */
static void gelu_tanh_is_pytorchs(void **state) {
  (void)state;
  enum { POINTS = 11 };
  static const double expected[POINTS][3] = {{-40, 0, 0},
                                             {-6.5, -6.278311204e-13, -6.583528748e-12},
                                             {-3, -0.003637392082, -0.01158416663},
                                             {-1, -0.1588080094, -0.08296408385},
                                             {-0.25, -0.1003246493, 0.3046459048},
                                             {0, 0, 0.5},
                                             {0.5, 0.3457140098, 0.8673699035},
                                             {1, 0.8411919906, 1.082964084},
                                             {2.75, 2.742276856, 1.021948922},
                                             {7, 7, 1},
                                             {40, 40, 1}};
  float at[POINTS], value[POINTS];
  for (int i = 0; i < POINTS; i++)
    at[i] = (float)expected[i][0];
  lk_activation_forward(LK_GELU_TANH, lk_fp32_operand(value), at, POINTS);
  for (int i = 0; i < POINTS; i++) {
    assert_true(fabs(value[i] - expected[i][1]) <= 1e-5 * fabs(expected[i][1]));
    assert_true(fabs(at[i] - expected[i][2]) <= 1e-5 * fabs(expected[i][2]));
  }
}

static void elements_are_dropped_where_the_mask_says(void **state) {
  (void)state;
  enum { COUNT = 4096 + 1003 };
  static uint32_t mask[COUNT];
  lk_stream stream = {.seed = 3, .purpose = LK_RANDOM_DROPOUT};
  lk_random_keep_bits(&stream, 0.3, mask, COUNT);
  lk_residual_forward(fast[0], x, b, mask, 1.5f, COUNT);
  lk_drop_elements(lk_fp32_operand(fast[1]), x, mask, 1.5f, COUNT);
  lk_drop_elements((lk_operand){NULL, (lk_bf16 *)fast[2]}, x, mask, 1.5f, COUNT);
  lk_bf16_round((lk_bf16 *)plain[2], fast[1], COUNT);
  for (size_t i = 0; i < COUNT; i++) {
    double factor = lk_keep_bit(mask, i) ? 1.5 : 0;
    double sum = (double)x[i] + factor * (double)b[i];
    assert_true(fabs((double)fast[0][i] - sum) <= 1e-6 * fmax(1, fabs(sum)));
    assert_true((double)fast[1][i] == (double)(float)(factor * (double)x[i]));
  }
  assert_memory_equal(fast[2], plain[2], COUNT * sizeof(lk_bf16));
}

static lk_loss loss;

static void cross_entropy(float out[3][MOST]) {
  lk_token targets[ROWS];
  double losses[ROWS];
  for (int i = 0; i < ROWS; i++)
    targets[i] = (lk_token)(i * 7 % COLUMNS);
  memcpy(out[0], x, sizeof out[0]);
  lk_cross_entropy(losses, out[0], targets, ROWS, COLUMNS, 1, loss);
  for (int i = 0; i < ROWS; i++)
    out[1][i] = (float)losses[i];
  memcpy(out[2], x, sizeof out[2]);
  lk_cross_entropy(losses, out[2], targets, ROWS, COLUMNS, 0, (lk_loss){0});
  assert_memory_equal(out[2], x, sizeof out[2]);
  for (int i = 0; i < ROWS; i++)
    out[2][i] = (float)losses[i];
}

static void cross_entropy_matches(void **state) {
  static const lk_loss kinds[] = {{0, 0}, {0.1, 0}, {1, 0}, {0, 2}, {0.1, 0.5}};
  (void)state;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    loss = kinds[i];
    run_both(cross_entropy);
    assert_close(fast[0], plain[0], ROWS * COLUMNS, 1e-6);
    assert_close(fast[1], plain[1], ROWS, 1e-6);
    assert_close(fast[2], plain[2], ROWS, 1e-6);
  }
}

/* torch.nn.functional.cross_entropy(x, target, label_smoothing=0.1) of PyTorch in float64,
 * and its gradient. */
static void label_smoothing_is_pytorchs(void **state) {
  (void)state;
  enum { CLASSES = 5 };
  static const double expected = 1.939466719;
  static const double slope[CLASSES] = {0.0002527089478, 0.09654629311, 0.6506776102,
                                        -0.7703515974, 0.02287498518};
  const lk_token target = 3;
  for (lk_kernels kind = LK_KERNELS_FAST; kind <= LK_KERNELS_REFERENCE; kind++) {
    float at[CLASSES] = {-1.5f, 0.25f, 2, 0.5f, -0.75f};
    double found;
    lk_kernels_select(kind);
    lk_cross_entropy(&found, at, &target, 1, CLASSES, 1, (lk_loss){0.1, 0});
    assert_true(fabs(found - expected) <= 1e-6 * expected);
    for (int j = 0; j < CLASSES; j++)
      assert_true(fabs(at[j] - slope[j]) <= 2e-7);
  }
  lk_kernels_select(LK_KERNELS_FAST);
}

/* Sequences longer and shorter than a block of queries, one with few queries, one with one.
 */
enum { HEADS = 3, SIZE = 20, WIDTH = HEADS * SIZE };
static const lk_span spans[] = {
    {0, 53, 0, 53}, {53, 1, 53, 1}, {54, 40, 54, 7}, {94, 33, 61, 1}};
enum { SPANS = 4, KEYS = 127, QUERIES = 62 };
static uint32_t keep[2048];

static void attend(float out[3][MOST], const uint32_t *mask) {
  static float attended[QUERIES * WIDTH], log_sum[QUERIES * HEADS];
  lk_attention *attention = NULL;
  lk_attention_input input = {spans, SPANS, x, WIDTH, w, b, WIDTH, mask, 1.25f};
  assert_int_equal(lk_attention_create(&attention, HEADS, SIZE, 53), LK_OK);
  lk_attention_forward(attention, &input, attended, log_sum);
  memcpy(out[0], attended, sizeof attended);
  memcpy(out[0] + QUERIES * WIDTH, log_sum, sizeof log_sum);
  lk_attention_backward(attention, &input, attended, log_sum, g, out[1], out[2],
                        out[2] + KEYS * WIDTH);
  lk_attention_free(attention);
}

static void attention_plain(float out[3][MOST]) {
  attend(out, NULL);
}

static void attention_dropped(float out[3][MOST]) {
  attend(out, keep);
}

static void check_attention(void) {
  assert_close(fast[0], plain[0], QUERIES * WIDTH + QUERIES * HEADS, 2e-6);
  assert_close(fast[1], plain[1], QUERIES * WIDTH, 3e-6);
  assert_close(fast[2], plain[2], 2 * KEYS * WIDTH, 3e-6);
}

static void attention_matches(void **state) {
  (void)state;
  run_both(attention_plain);
  check_attention();
}

static void attention_with_dropout_matches(void **state) {
  (void)state;
  lk_stream stream = {.seed = 3, .purpose = LK_RANDOM_DROPOUT};
  assert_true(lk_attention_keep_size(spans, SPANS, HEADS) <= 8 * sizeof keep);
  lk_random_keep_bits(&stream, 0.2, keep, 8 * sizeof keep);
  run_both(attention_dropped);
  check_attention();
}

/* The single query is the same mathematics by another way through the code. */
static void single_query_matches_the_last_query(void **state) {
  (void)state;
  float weights[33], out[SIZE], sum = 0;
  lk_kernels_select(LK_KERNELS_REFERENCE);
  attention_plain(plain);
  for (int h = 0; h < HEADS; h++) {
    size_t key = 94 * WIDTH + (size_t)h * SIZE, query = 61 * WIDTH + (size_t)h * SIZE;
    lk_attention_single_query(x + query, w + key, b + key, WIDTH, 33, SIZE, 1 / sqrtf(SIZE),
                              weights, out);
    assert_close(out, plain[0] + query, SIZE, 2e-6);
  }
  for (int j = 0; j < 33; j++)
    sum += weights[j];
  assert_true(fabsf(sum - 1) < 1e-6f);
  lk_kernels_select(LK_KERNELS_FAST);
}

/* Scores far beyond exp's range must neither overflow nor lose the largest weight. */
static void attention_survives_extreme_scores(void **state) {
  (void)state;
  for (int i = 0; i < QUERIES * WIDTH; i++)
    x[i] *= 1e3f;
  for (int i = 0; i < KEYS * WIDTH; i++)
    w[i] *= 1e3f;
  attention_plain(fast);
  for (int i = 0; i < QUERIES * WIDTH; i++)
    assert_true(isfinite(fast[0][i]));
  for (int i = 0; i < QUERIES * WIDTH; i++)
    assert_true(isfinite(fast[1][i]));
}

static void a_row_without_work_is_no_error(void **state) {
  (void)state;
  const lk_linear layer = {COLUMNS, 29, NULL};
  lk_operand of_x = lk_fp32_operand(x), of_w = lk_fp32_operand(w),
             of_g = lk_fp32_operand(g);
  lk_linear_forward(&layer, fast[0], of_x, of_w, b, 0);
  lk_linear_backward_input(&layer, fast[1], 0, of_g, of_w, 0);
  lk_linear_backward_weight(&layer, fast[2], fast[2], of_g, of_x, 0);
  assert_true(fast[0][0] == 0 && fast[1][0] == 0 && fast[2][0] == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(linear_matches, prepare),
      cmocka_unit_test_setup(few_rows_match, prepare),
      cmocka_unit_test_setup(layer_norm_matches, prepare),
      cmocka_unit_test_setup(rms_norm_matches, prepare),
      cmocka_unit_test_setup(activations_match, prepare),
      cmocka_unit_test(gelu_tanh_is_pytorchs),
      cmocka_unit_test_setup(elements_are_dropped_where_the_mask_says, prepare),
      cmocka_unit_test_setup(cross_entropy_matches, prepare),
      cmocka_unit_test(label_smoothing_is_pytorchs),
      cmocka_unit_test_setup(attention_matches, prepare),
      cmocka_unit_test_setup(attention_with_dropout_matches, prepare),
      cmocka_unit_test_setup(single_query_matches_the_last_query, prepare),
      cmocka_unit_test_setup(attention_survives_extreme_scores, prepare),
      cmocka_unit_test_setup(a_row_without_work_is_no_error, prepare),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
