/* What the backward pass promises to its hook: gradients that it calls final are; and that
 * it does not matter how many logits are held at a time, nor how many sequences are in a
 * pack. */
#include "lockstep/model.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static float *gradients, *seen; /* seen: each gradient when it was first called final */
static size_t final, most_open; /* most_open: gradients that were there and not final */
static int calls;

/* Behind the early ones all are as they were, zeros, up to the first that is there. */
static void count_open(const lk_growth *growth) {
  size_t first = growth->early;
  while (first < final && gradients[first] == 0)
    first++;
  if (calls == 0)
    assert_int_equal(final - first, growth->start);
  else if (final - first > most_open)
    most_open = final - first;
}

/* context: how they grow, where it is from zeros, or NULL. */
static void look(void *context, size_t first) {
  assert_true(first <= final);
  if (context && first > 0) count_open(context);
  memcpy(seen + first, gradients + first, (final - first) * sizeof *seen);
  final = first;
  calls++;
}

static void check(const lk_shape *shape) {
  const lk_token text[] = {2, 3, 4, 3, 2, 5, 6};
  lk_parameters *table = NULL;
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  float *values = NULL;
  assert_int_equal(lk_parameters_create(&table, shape), LK_OK);
  lk_growth growth = lk_model_growth(table);
  most_open = 0;
  assert_int_equal(LK_NEW(values, table->count), LK_OK);
  assert_int_equal(LK_NEW(gradients, table->count), LK_OK);
  assert_int_equal(LK_NEW(seen, table->count), LK_OK);
  assert_int_equal(lk_pack_create(&pack, 1, shape->block), LK_OK);
  assert_int_equal(lk_model_create(&model, table, 1, LK_KEEP_ALL, 0, LK_FP32), LK_OK);
  lk_parameters_initialise(table, 3, values);
  lk_pack_append(pack, text, sizeof text / sizeof *text, 1);
  for (int pass = 0; pass < 2; pass++) { /* the second adds to the first's */
    const lk_backward_hook hook = {look, pass ? NULL : &growth};
    final = table->count;
    calls = 0;
    lk_model_forward(model, values, gradients, pack, NULL, NULL);
    lk_model_backward(model, values, gradients, &hook);
    assert_int_equal(final, 0);
    assert_true(calls > lk_model_parts(model));
    assert_memory_equal(seen, gradients, table->count * sizeof *seen);
  }
  assert_in_range(most_open, growth.part / 2, growth.part);
  lk_model_free(model);
  lk_pack_free(pack);
  lk_parameters_free(table);
  lk_free(values);
  lk_free(gradients);
  lk_free(seen);
}

static void final_gradients_stay(void **state) {
  (void)state;
  lk_shape shape = {.layers = 2, .heads = 2, .channels = 8, .block = 8, .vocabulary = 7};
  check(&shape);
  shape.tied = 1;
  check(&shape);
}

/* Gradients of one pass over `count` texts of 250 tokens each from the first-th on. */
static double learn(const lk_parameters *table, const float *values, int first, int count,
                    float *sums) {
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  assert_int_equal(lk_pack_create(&pack, count, table->shape.block), LK_OK);
  assert_int_equal(lk_model_create(&model, table, count, LK_KEEP_ALL, 0, LK_FP32), LK_OK);
  for (int i = first; i < first + count; i++) {
    lk_token text[250];
    for (int j = 0; j < 250; j++)
      text[j] = (lk_token)((i * 250 + j) * 7919 % table->shape.vocabulary);
    lk_pack_append(pack, text, 250, 0);
  }
  double loss = lk_model_forward(model, values, sums, pack, NULL, NULL);
  lk_model_backward(model, values, sums, NULL);
  lk_pack_free(pack);
  lk_model_free(model);
  return loss;
}

/* Of a vocabulary so large that the logits of one pass are never all there: 747 rows, of
 * which 256 are held. */
static void logits_in_parts(void **state) {
  (void)state;
  const lk_shape shape = {
      .layers = 1, .heads = 1, .channels = 8, .block = 250, .vocabulary = 65536};
  lk_parameters *table = NULL;
  float *values = NULL, *together = NULL, *apart = NULL;
  assert_int_equal(lk_parameters_create(&table, &shape), LK_OK);
  assert_int_equal(LK_NEW(values, table->count), LK_OK);
  assert_int_equal(LK_NEW(together, table->count), LK_OK);
  assert_int_equal(LK_NEW(apart, table->count), LK_OK);
  lk_parameters_initialise(table, 3, values);
  double loss = learn(table, values, 0, 3, together), sum = 0;
  for (int i = 0; i < 3; i++)
    sum += learn(table, values, i, 1, apart);
  assert_true(fabs(loss - sum) < 1e-3 && loss > 747 * 10);
  for (size_t i = 0; i < table->count; i++)
    if (!(fabs((double)(together[i] - apart[i])) < 1e-4))
      fail_msg("gradient %zu: %g and %g", i, (double)together[i], (double)apart[i]);
  lk_parameters_free(table);
  lk_free(values);
  lk_free(together);
  lk_free(apart);
}

enum { BLOCK = 8, ROWS = 2 * BLOCK };

/* Loss of one pass over some sequences, from the first-th of `lengths` rows on, which are
 * full of a text's words; adds its gradients. */
static double learn_short(const lk_parameters *table, const float *values,
                          const int *lengths, int count, const lk_dropout *dropout,
                          float *sums) {
  static const lk_token text[BLOCK + 1] = {2, 3, 4, 3, 2, 5, 6, 1, 4};
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  assert_int_equal(lk_pack_create(&pack, ROWS, 1), LK_OK);
  assert_int_equal(lk_model_create(&model, table, 2, LK_KEEP_ALL, !!dropout, LK_FP32),
                   LK_OK);
  for (int i = 0; i < count; i++)
    lk_pack_append(pack, text, (size_t)lengths[i] + 1, 0);
  double loss = lk_model_forward(model, values, sums, pack, dropout, NULL);
  lk_model_backward(model, values, sums, NULL);
  lk_pack_free(pack);
  lk_model_free(model);
  return loss;
}

/* As many as rows, or some: each learns as it does alone, and dropout finds room. */
static void sequences_as_short_as_a_row(void **state) {
  (void)state;
  static const int lengths[][ROWS] = {
      {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 3, 1, 1, 7, 2, 1}, {8, 8}};
  const lk_shape shape = {
      .layers = 2, .heads = 2, .channels = 8, .block = BLOCK, .vocabulary = 7};
  const lk_dropout drops = {.drop = 0.5, .stream = {.seed = 3}};
  lk_parameters *table = NULL;
  float *values = NULL;
  assert_int_equal(lk_parameters_create(&table, &shape), LK_OK);
  assert_int_equal(LK_NEW(values, table->count), LK_OK);
  lk_parameters_initialise(table, 3, values);
  for (size_t c = 0; c < sizeof lengths / sizeof *lengths; c++) {
    float *together = NULL, *apart = NULL;
    assert_int_equal(LK_NEW(together, table->count), LK_OK);
    assert_int_equal(LK_NEW(apart, table->count), LK_OK);
    int count = 0;
    double sum = 0;
    for (; count < ROWS && lengths[c][count]; count++)
      sum += learn_short(table, values, &lengths[c][count], 1, NULL, apart);
    double loss = learn_short(table, values, lengths[c], count, NULL, together);
    assert_true(fabs(loss - sum) < 1e-4);
    for (size_t i = 0; i < table->count; i++)
      assert_true(fabs((double)(together[i] - apart[i])) <
                  1e-5 * (1 + fabs((double)apart[i])));
    assert_true(isfinite(learn_short(table, values, lengths[c], count, &drops, apart)));
    lk_free(together);
    lk_free(apart);
  }
  lk_parameters_free(table);
  lk_free(values);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(final_gradients_stay),
                                     cmocka_unit_test(logits_in_parts),
                                     cmocka_unit_test(sequences_as_short_as_a_row)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
