/* Kernels on three threads against the same on one: to the bit. */
#include "attention/attention.h"
#include "base/chunks.h"
#include "dist/sums.h"
#include "lockstep/attention.h"
#include "lockstep/nn.h"
#include "lockstep/optimizer.h"
#include "lockstep/outer.h"
#include "lockstep/random.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 3, ROOM = 1 << 17 };

static float in[4][ROOM], out[2][4][ROOM]; /* of one thread, and of three */
static uint32_t keep[1 << 14];

static int fill(void **state) {
  lk_stream stream = {.seed = 11, .purpose = LK_RANDOM_WEIGHTS};
  (void)state;
  for (size_t i = 0; i < ROOM; i++)
    for (size_t m = 0; m < 4; m++)
      in[m][i] = (float)lk_random_normal(&stream, 4 * i + m);
  for (size_t i = 0; i < 8 * sizeof keep; i++)
    keep[i / 32] |= (uint32_t)(in[0][i % ROOM] < 1) << i % 32;
  return 0;
}

/* run leaves its results in out, of which it may read what was there. */
static void check(void (*run)(float out[4][ROOM])) {
  for (int i = 0; i < 2; i++) {
    for (int m = 0; m < 4; m++)
      memcpy(out[i][m], in[m], sizeof in[m]);
    lk_kernels_use_threads(i == 0 ? 1 : THREADS);
    run(out[i]);
  }
  lk_kernels_use_threads(1);
  assert_memory_not_equal(out[0], in, sizeof in);
  assert_memory_equal(out[0], out[1], sizeof *out);
}

static void chunks_are_all_of_it(void **state) {
  (void)state;
  lk_kernels_use_threads(THREADS);
  for (size_t count = 1; count < 70; count++) {
    size_t next = 0;
    int chunks = lk_chunks(count, 8);
    assert_true(chunks >= 1 && chunks <= THREADS);
    for (int i = 0; i < chunks; i++) {
      lk_chunk chunk = lk_chunk_of(i, chunks, count, 8);
      assert_int_equal(chunk.first, next);
      assert_true(chunk.count > 0 && (chunk.count % 8 == 0 || i + 1 == chunks));
      next += chunk.count;
    }
    assert_int_equal(next, count);
  }
  lk_kernels_use_threads(1);
}

enum { HEADS = 4, D = 16, C = HEADS * D, ROWS = ROOM / C, LONGEST = 200 };
static const lk_span spans[] = {{0, 1, 0, 1},
                                {1, 200, 1, 150},
                                {201, 47, 151, 47},
                                {248, 97, 198, 97},
                                {345, 96, 295, 33}};
enum { SPANS = sizeof spans / sizeof *spans };
static int group;

static void attend(float to[4][ROOM]) {
  static float log_sum[ROWS * HEADS], attended[ROOM];
  lk_attention *attention = NULL;
  lk_attention_input input = {spans, SPANS, in[0], C, in[1], in[2], C, keep, 1.25f};
  assert_true(lk_attention_keep_size(spans, SPANS, HEADS) <= 8 * sizeof keep);
  assert_int_equal(lk_attention_create(&attention, HEADS, D, LONGEST), LK_OK);
  lk_attention_share_keys(attention, group);
  memset(attended, 0, sizeof attended);
  lk_attention_forward(attention, &input, attended, log_sum);
  lk_attention_backward(attention, &input, attended, log_sum, in[3], to[0], to[1], to[2]);
  memcpy(to[3], attended, sizeof attended);
  lk_attention_free(attention);
}

static void attention_is_shared_out(void **state) {
  (void)state;
  for (group = 1; group <= HEADS; group *= 2)
    check(attend);
}

/* in[3] is a gradient, in[0] an input. */
enum { NARROWEST = 40, HIGHEST = ROOM / NARROWEST };
static int wide, high;
static size_t count; /* high · wide */

static void normalise(float to[4][ROOM]) {
  static float mean[HIGHEST], inverse[HIGHEST];
  lk_layer_norm_forward(lk_fp32_operand(to[0]), mean, inverse, in[0], in[1], in[2], high,
                        wide);
  lk_layer_norm_backward(to[1], to[2], to[3], in[3], in[0], mean, inverse, in[1], high,
                         wide);
}

static void normalise_by_root(float to[4][ROOM]) {
  static float inverse[HIGHEST];
  lk_rms_norm_forward(lk_fp32_operand(to[0]), inverse, in[0], in[1], high, wide);
  lk_rms_norm_backward(to[1], to[2], in[3], in[0], inverse, in[1], high, wide);
}

static void activate(float to[4][ROOM]) {
  lk_activation_forward(LK_GELU, lk_fp32_operand(to[0]), to[1], count);
  lk_activation_forward(LK_GELU_TANH, (lk_operand){NULL, (lk_bf16 *)to[2]}, to[3], count);
  lk_activation_backward(lk_fp32_operand(to[0]), in[3], to[1], count);
}

static void drop_out(float to[4][ROOM]) {
  static uint32_t mask[ROOM];
  lk_stream stream = {.seed = 3, .purpose = LK_RANDOM_DROPOUT};
  lk_random_keep_bits(&stream, 0.25, mask, count);
  lk_residual_forward(to[0], in[0], in[1], mask, 1.5f, count);
  lk_drop_elements(lk_fp32_operand(to[1]), in[3], mask, 1.5f, count);
  lk_residual_forward(to[2], in[0], in[1], NULL, 1, count);
  lk_bf16_round((lk_bf16 *)to[3], in[3], count);
}

static void lose(float to[4][ROOM]) {
  static lk_token targets[HIGHEST];
  for (int i = 0; i < high; i++)
    targets[i] = (lk_token)(i % wide);
  lk_cross_entropy((double *)to[0], to[1], targets, high, wide, 0, (lk_loss){0});
  lk_cross_entropy((double *)to[2], to[1], targets, high, wide, 1, (lk_loss){0.1, 2});
}

static lk_optimizer_name optimizer_name;

static void update(float to[4][ROOM]) {
  static const lk_shape shape = {
      .layers = 1, .heads = 1, .channels = 72, .block = 8, .vocabulary = 99};
  const lk_optimizer_settings settings = {
      .name = optimizer_name, .beta1 = 0.9, .beta2 = 0.95, .momentum = 0.95};
  const lk_update first = {1, 0.125, 0.5};
  lk_parameters *table = NULL;
  lk_optimizer *optimizer = NULL;
  assert_int_equal(lk_parameters_create(&table, &shape), LK_OK);
  assert_true(table->count <= ROOM);
  assert_int_equal(lk_optimizer_create(&optimizer, &settings, table, NULL, NULL), LK_OK);
  lk_optimizer_update(optimizer, &first, in[3], to[0], 0, table->count);
  lk_optimizer_free(optimizer);
  lk_parameters_free(table);
}

/* Whose last block is short. */
static void measure(float to[4][ROOM]) {
  double norm = lk_gradient_norm(in[3], ROOM - 77);
  memcpy(to[0], &norm, sizeof norm);
}

static void step_outwards(float to[4][ROOM]) {
  lk_outer_update(&(lk_outer){LK_OUTER_NESTEROV, 0.7, 0.9}, in[3], to[0], to[1], count);
  lk_outer_update(&(lk_outer){LK_OUTER_SGD, 0.7, 0.9}, in[3], to[2], to[3], count);
}

/* Sums of gradients, and those of bf16. */
static void add_up(float to[4][ROOM]) {
  static lk_bf16 halves[ROOM];
  lk_add_array(to[0], in[1], count);
  lk_add_rounded(to[1], in[2], count);
  lk_round_array(to[2], count);
  lk_narrow_array(halves, in[0], count);
  lk_widen_array(to[3], halves, count);
}

static void elements_and_rows_are_shared_out(void **state) {
  static const int widths[] = {NARROWEST, 128, 257};
  (void)state;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    wide = widths[i];
    high = ROOM / wide - 1;
    count = (size_t)high * (size_t)wide;
    check(normalise);
    check(normalise_by_root);
    check(activate);
    check(drop_out);
    check(lose);
    check(add_up);
    check(step_outwards);
  }
  for (optimizer_name = LK_ADAMW; optimizer_name <= LK_MUON; optimizer_name++)
    check(update);
  check(measure);
}

/* As long as a mask is, row by row. */
static void a_mask_is_as_long_as_its_rows(void **state) {
  (void)state;
  for (int keys = 1; keys < 70; keys++)
    for (int queries = 0; queries <= keys; queries++) {
      size_t elements = 0;
      lk_span span = {0, keys, 0, queries};
      for (int i = 0; i < queries; i++)
        elements += lk_keep_row(lk_span_visible(&span, i));
      assert_int_equal(lk_attention_keep_size(&span, 1, 3), 3 * elements);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(chunks_are_all_of_it),
      cmocka_unit_test(attention_is_shared_out),
      cmocka_unit_test(elements_and_rows_are_shared_out),
      cmocka_unit_test(a_mask_is_as_long_as_its_rows),
  };
  return cmocka_run_group_tests(tests, fill, NULL);
}
