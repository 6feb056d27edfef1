/* AdamW, clipping and the schedule against closed forms. PyTorch's own numbers: see
 * reference/. */
#include "lockstep/adamw.h"
#include "lockstep/schedule.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const lk_shape shape = {
    .layers = 1, .heads = 1, .channels = 4, .block = 8, .vocabulary = 5};

/* With beta1 = beta2 = 0 and epsilon 0 a step is the sign of the gradient, times the rate.
 */
static void without_memory_a_step_is_the_sign(void **state) {
  (void)state;
  lk_parameters *table = NULL;
  lk_adamw adamw = {.weight_decay = 0.5};
  assert_int_equal(lk_parameters_create(&table, &shape), LK_OK);
  float *values = NULL, *g = NULL, *m = NULL, *v = NULL;
  LK_NEW(values, table->count);
  LK_NEW(g, table->count);
  LK_NEW(m, table->count);
  LK_NEW(v, table->count);
  for (uint64_t i = 0; i < table->count; i++) {
    values[i] = 1;
    g[i] = i % 3 ? (float)i + 1 : -1 - (float)i;
  }
  lk_adamw_update(&adamw, table, 1, 0.125, 1.0, g, values, m, v);
  for (int t = 0; t < table->tensors; t++)
    for (uint64_t k = 0; k < table->list[t].count; k++) {
      uint64_t i = table->list[t].offset + k;
      double start = table->list[t].decay ? 1 - 0.125 * 0.5 : 1;
      double expected = start - (i % 3 ? 0.125 : -0.125);
      assert_true(fabs((double)values[i] - expected) < 1e-6);
    }
  lk_free(values);
  lk_free(g);
  lk_free(m);
  lk_free(v);
  lk_parameters_free(table);
}

static void only_biases_are_not_decayed(void **state) {
  (void)state;
  lk_parameters *table = NULL;
  assert_int_equal(lk_parameters_create(&table, &shape), LK_OK);
  for (int t = 0; t < table->tensors; t++) {
    const char *name = table->list[t].name, *dot = name;
    for (const char *at = name; *at; at++)
      if (*at == '.') dot = at + 1;
    assert_int_equal(table->list[t].decay, dot[0] != 'b' || dot[1] != 'i');
  }
  lk_parameters_free(table);
}

static void the_norm_is_exact_for_whole_numbers(void **state) {
  (void)state;
  enum { COUNT = 10000 };
  static float g[COUNT];
  for (int i = 0; i < COUNT; i++)
    g[i] = i % 2 ? 3 : 4;
  assert_true(lk_gradient_norm(g, COUNT) == sqrt(25.0 * COUNT / 2));
  g[7] = NAN;
  assert_false(isfinite(lk_gradient_norm(g, COUNT)));
}

static void clipping_scales_large_gradients_only(void **state) {
  (void)state;
  lk_adamw adamw = {.clip = 2};
  assert_true(lk_adamw_clip_factor(&adamw, 1) == 1);
  assert_true(fabs(lk_adamw_clip_factor(&adamw, 8) - 0.25) < 1e-6);
  adamw.clip = 0;
  assert_true(lk_adamw_clip_factor(&adamw, 1e9) == 1);
}

static void near(double a, double b) {
  if (fabs(a - b) > 1e-12) fail_msg("%.15g is not %.15g", a, b);
}

static void schedules_follow_their_formulas(void **state) {
  (void)state;
  lk_schedule s = {LK_SCHEDULE_WAVE, 100, 1100, 0.1};
  near(lk_schedule_factor(&s, 0), 0);
  near(lk_schedule_factor(&s, 50), 0.5);
  near(lk_schedule_factor(&s, 100), 1);
  near(lk_schedule_factor(&s, 600), 0.5);
  near(lk_schedule_factor(&s, 1100), 0.1);
  near(lk_schedule_factor(&s, 1600), 0.5); /* it climbs again … */
  near(lk_schedule_factor(&s, 2100), 1);
  s.kind = LK_SCHEDULE_COSINE;
  near(lk_schedule_factor(&s, 600), 0.5);
  near(lk_schedule_factor(&s, 2100), 0.1); /* … the clamped one does not */
  s.kind = LK_SCHEDULE_CONSTANT;
  near(lk_schedule_factor(&s, 50), 0.5);
  near(lk_schedule_factor(&s, 2100), 1);
}

static void the_seed_model_has_its_parameters(void **state) {
  (void)state;
  const lk_shape seed = {
      .layers = 4, .heads = 8, .channels = 256, .block = 128, .vocabulary = 256};
  lk_parameters *table = NULL;
  assert_int_equal(lk_parameters_create(&table, &seed), LK_OK);
  assert_int_equal(table->count, 3323392);
  assert_non_null(lk_parameters_find(table, "blocks.3.mlp.2.bias"));
  assert_null(lk_parameters_find(table, "blocks.4.mlp.2.bias"));
  lk_parameters_free(table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_memory_a_step_is_the_sign),
      cmocka_unit_test(only_biases_are_not_decayed),
      cmocka_unit_test(the_norm_is_exact_for_whole_numbers),
      cmocka_unit_test(clipping_scales_large_gradients_only),
      cmocka_unit_test(schedules_follow_their_formulas),
      cmocka_unit_test(the_seed_model_has_its_parameters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
