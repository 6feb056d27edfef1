/* What the backward pass promises to its hook: gradients that it calls final are. */
#include "lockstep/model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static float *gradients, *seen; /* seen: each gradient when it was first called final */
static size_t final;
static int calls;

static void look(void *context, size_t first) {
  (void)context;
  assert_true(first <= final);
  memcpy(seen + first, gradients + first, (final - first) * sizeof *seen);
  final = first;
  calls++;
}

static void check(const lk_shape *shape) {
  const lk_token text[] = {2, 3, 4, 3, 2, 5, 6};
  const lk_backward_hook hook = {look, NULL};
  lk_parameters *table = NULL;
  lk_model *model = NULL;
  lk_pack *pack = NULL;
  float *values = NULL;
  assert_int_equal(lk_parameters_create(&table, shape), LK_OK);
  assert_int_equal(LK_NEW(values, table->count), LK_OK);
  assert_int_equal(LK_NEW(gradients, table->count), LK_OK);
  assert_int_equal(LK_NEW(seen, table->count), LK_OK);
  assert_int_equal(lk_pack_create(&pack, 1, shape->block), LK_OK);
  assert_int_equal(lk_model_create(&model, table, 1, 1, LK_FP32), LK_OK);
  lk_parameters_initialise(table, 3, values);
  lk_pack_append(pack, text, sizeof text / sizeof *text, 1);
  for (int pass = 0; pass < 2; pass++) { /* the second adds to the first's */
    final = table->count;
    calls = 0;
    lk_model_forward(model, values, pack, NULL, NULL);
    lk_model_backward(model, values, gradients, &hook);
    assert_int_equal(final, 0);
    assert_true(calls > lk_model_parts(model));
    assert_memory_equal(seen, gradients, table->count * sizeof *seen);
  }
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

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(final_gradients_stay)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
