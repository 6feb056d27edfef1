/* Optimizers, clipping and the schedule against closed forms. PyTorch's own numbers: see
 * reference/. */
#include "lockstep/optimizer.h"
#include "lockstep/schedule.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const lk_shape shape = {
    .layers = 1, .heads = 1, .channels = 4, .block = 8, .vocabulary = 5};

/* A model's table, parameters and gradients, and an optimizer of them. */
typedef struct {
  lk_parameters *table;
  lk_optimizer *optimizer;
  float *values, *gradients;
} trained;

static trained begin(const lk_shape *of, const lk_optimizer_settings *settings) {
  trained t = {0};
  assert_int_equal(lk_parameters_create(&t.table, of), LK_OK);
  assert_int_equal(lk_optimizer_create(&t.optimizer, settings, t.table, NULL, NULL), LK_OK);
  assert_int_equal(LK_NEW(t.values, t.table->count), LK_OK);
  assert_int_equal(LK_NEW(t.gradients, t.table->count), LK_OK);
  for (uint64_t i = 0; i < t.table->count; i++) {
    t.values[i] = 1;
    t.gradients[i] = i % 3 ? (float)i + 1 : -1 - (float)i;
  }
  return t;
}

static void end(trained *t) {
  lk_free(t->values);
  lk_free(t->gradients);
  lk_optimizer_free(t->optimizer);
  lk_parameters_free(t->table);
}

/* With beta1 = beta2 = 0 and epsilon 0 a step is the sign of the gradient, times the rate.
 */
static void without_memory_a_step_is_the_sign(void **state) {
  (void)state;
  const lk_optimizer_settings settings = {.name = LK_ADAMW, .weight_decay = 0.5};
  const lk_update update = {1, 0.125, 1.0};
  trained t = begin(&shape, &settings);
  lk_optimizer_update(t.optimizer, &update, t.gradients, t.values, 0, t.table->count);
  for (int k = 0; k < t.table->tensors; k++)
    for (uint64_t j = 0; j < t.table->list[k].count; j++) {
      uint64_t i = t.table->list[k].offset + j;
      double start = t.table->list[k].decay ? 1 - 0.125 * 0.5 : 1;
      double expected = start - (i % 3 ? 0.125 : -0.125);
      assert_true(fabs((double)t.values[i] - expected) < 1e-6);
    }
  end(&t);
}

static const lk_optimizer_settings usual = {
    .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .momentum = 0.95, .weight_decay = 0.1};

/* Pieces of odd sizes, the last one first: sharding may cut anywhere. */
static void update_in_pieces(trained *t, const lk_update *update, uint64_t size) {
  for (uint64_t last = t->table->count, first; last > 0; last = first) {
    first = lk_optimizer_cut(t->optimizer, last > size ? last - size : 0);
    lk_optimizer_update(t->optimizer, update, t->gradients, t->values, first, last - first);
  }
}

static void same_arrays(const trained *a, const trained *b) {
  size_t bytes = a->table->count * sizeof(float);
  assert_memory_equal(a->values, b->values, bytes);
  for (int i = 0; i < lk_optimizer_states(a->optimizer); i++)
    assert_memory_equal(lk_optimizer_state(a->optimizer, i),
                        lk_optimizer_state(b->optimizer, i), bytes);
}

static void pieces_give_the_bits_of_the_whole(void **state) {
  (void)state;
  const lk_shape larger = {
      .layers = 2, .heads = 2, .channels = 24, .block = 8, .vocabulary = 30};
  for (int name = LK_ADAMW; name <= LK_MUON; name++)
    for (uint64_t size = 7; size < 3000; size = size * 5 + 2) {
      lk_optimizer_settings settings = usual;
      settings.name = (lk_optimizer_name)name;
      trained whole = begin(&larger, &settings), pieces = begin(&larger, &settings);
      for (uint64_t step = 1; step < 4; step++) {
        const lk_update update = {step, 0.01, 0.125};
        lk_optimizer_update(whole.optimizer, &update, whole.gradients, whole.values, 0,
                            whole.table->count);
        update_in_pieces(&pieces, &update, size);
      }
      same_arrays(&whole, &pieces);
      end(&whole);
      end(&pieces);
    }
}

static void only_muon_keeps_matrices_whole(void **state) {
  (void)state;
  lk_optimizer_settings settings = usual;
  trained adamw = begin(&shape, &settings);
  settings.name = LK_MUON;
  trained muon = begin(&shape, &settings);
  const lk_parameter *matrix = lk_parameters_find(muon.table, "blocks.0.attn.query.weight");
  const lk_parameter *embedding = lk_parameters_find(muon.table, "tok_emb.weight");
  assert_int_equal(lk_optimizer_cut(muon.optimizer, matrix->offset + 3), matrix->offset);
  assert_int_equal(lk_optimizer_cut(adamw.optimizer, matrix->offset + 3),
                   matrix->offset + 3);
  assert_int_equal(lk_optimizer_cut(muon.optimizer, embedding->offset + 3),
                   embedding->offset + 3);
  assert_int_equal(lk_optimizer_cut(muon.optimizer, muon.table->count), muon.table->count);
  end(&adamw);
  end(&muon);
}

static void states_have_names_and_begin_anew(void **state) {
  (void)state;
  const lk_update update = {1, 0.1, 1};
  trained t = begin(&shape, &usual);
  assert_int_equal(lk_optimizer_states(t.optimizer), 2);
  assert_string_equal(lk_optimizer_state_name(t.optimizer, 0), "m");
  assert_string_equal(lk_optimizer_state_name(t.optimizer, 1), "v");
  lk_optimizer_update(t.optimizer, &update, t.gradients, t.values, 0, t.table->count);
  assert_true(lk_optimizer_state(t.optimizer, 1)[5] > 0);
  lk_optimizer_reset(t.optimizer);
  for (uint64_t i = 0; i < t.table->count; i++)
    assert_true(lk_optimizer_state(t.optimizer, 0)[i] == 0 &&
                lk_optimizer_state(t.optimizer, 1)[i] == 0);
  end(&t);
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
  enum { COUNT = 5000000 }; /* more blocks than are summed at a time */
  static float g[COUNT];
  for (int i = 0; i < COUNT; i++)
    g[i] = i % 2 ? 3 : 4;
  assert_true(lk_gradient_norm(g, COUNT) == sqrt(25.0 * COUNT / 2));
  g[7] = NAN;
  assert_false(isfinite(lk_gradient_norm(g, COUNT)));
}

static void clipping_scales_large_gradients_only(void **state) {
  (void)state;
  assert_true(lk_clip_factor(2, 1) == 1);
  assert_true(fabs(lk_clip_factor(2, 8) - 0.25) < 1e-6);
  assert_true(lk_clip_factor(0, 1e9) == 1);
}

static void near(double a, double b) {
  if (fabs(a - b) > 1e-12) fail_msg("%.15g is not %.15g", a, b);
}

static void schedules_follow_their_formulas(void **state) {
  (void)state;
  lk_schedule s = {LK_SCHEDULE_WAVE, 100, 1100, 0.1, 0.2};
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
  s.kind = LK_SCHEDULE_LINEAR;
  near(lk_schedule_factor(&s, 50), 0.5);
  near(lk_schedule_factor(&s, 600), 0.55);
  near(lk_schedule_factor(&s, 2100), 0.1);
  s.kind = LK_SCHEDULE_WSD;
  near(lk_schedule_factor(&s, 880), 1);
  near(lk_schedule_factor(&s, 990), 0.55);
  near(lk_schedule_factor(&s, 2100), 0.1);
  s.kind = LK_SCHEDULE_INVERSE_SQRT;
  near(lk_schedule_factor(&s, 50), 0.5);
  near(lk_schedule_factor(&s, 400), 0.5);
  near(lk_schedule_factor(&s, 1000000), 0.1);
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

/* Of Muon's matrices the second; what updates use stays. */
static void states_that_nobody_needs_are_spared(void **state) {
  const lk_shape wide = {
      .layers = 2, .heads = 1, .channels = 64, .block = 8, .vocabulary = 5};
  const lk_update update = {1, 0.125, 1.0};
  (void)state;
  for (int name = LK_ADAMW; name <= LK_MUON; name++) {
    lk_optimizer_settings settings = usual;
    settings.name = (lk_optimizer_name)name;
    trained one = begin(&wide, &settings), other = begin(&wide, &settings);
    uint64_t matrices = 0;
    for (int k = 0; k < one.table->tensors; k++)
      if (one.table->list[k].block >= 0 && one.table->list[k].rank == 2)
        matrices += one.table->list[k].count;
    for (int step = 0; step < 2; step++) {
      lk_optimizer_update(one.optimizer, &update, one.gradients, one.values, 0,
                          one.table->count);
      lk_optimizer_update(other.optimizer, &update, other.gradients, other.values, 0,
                          other.table->count);
      assert_int_equal(lk_optimizer_spare(one.optimizer),
                       name == LK_MUON ? matrices * sizeof(float) : 0);
    }
    assert_memory_equal(one.values, other.values, one.table->count * sizeof(float));
    end(&one);
    end(&other);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_memory_a_step_is_the_sign),
      cmocka_unit_test(pieces_give_the_bits_of_the_whole),
      cmocka_unit_test(only_muon_keeps_matrices_whole),
      cmocka_unit_test(states_have_names_and_begin_anew),
      cmocka_unit_test(states_that_nobody_needs_are_spared),
      cmocka_unit_test(only_biases_are_not_decayed),
      cmocka_unit_test(the_norm_is_exact_for_whole_numbers),
      cmocka_unit_test(clipping_scales_large_gradients_only),
      cmocka_unit_test(schedules_follow_their_formulas),
      cmocka_unit_test(the_seed_model_has_its_parameters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
